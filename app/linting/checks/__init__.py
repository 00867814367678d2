"""What is looked for in examples: one file each."""

from app.linting.checks.check import Check
from app.linting.checks.constant_annotators import ConstantAnnotators
from app.linting.checks.empty_texts import EmptyTexts
from app.linting.checks.encodings import Encodings
from app.linting.checks.leaked_names import LeakedNames
from app.linting.checks.length_bias import LengthBias
from app.linting.checks.one_sided import OneSided
from app.linting.checks.personal_texts import PersonalTexts
from app.linting.checks.position_bias import PositionBias
from app.linting.checks.prompts import Prompts
from app.linting.checks.repeated_pairs import RepeatedPairs
from app.linting.checks.same_answers import SameAnswers

CHECKS: tuple[type[Check], ...] = (
    EmptyTexts,
    SameAnswers,
    RepeatedPairs,
    Prompts,
    LeakedNames,
    PositionBias,
    OneSided,
    ConstantAnnotators,
    LengthBias,
    PersonalTexts,
    Encodings,
)
