"""What is looked for in examples: one file each."""

from app.linting.checks.check import Check
from app.linting.checks.empty_texts import EmptyTexts
from app.linting.checks.encodings import Encodings
from app.linting.checks.leaked_names import LeakedNames
from app.linting.checks.personal_texts import PersonalTexts
from app.linting.checks.repeated_pairs import RepeatedPairs
from app.linting.checks.same_answers import SameAnswers

CHECKS: tuple[type[Check], ...] = (
    EmptyTexts,
    SameAnswers,
    RepeatedPairs,
    LeakedNames,
    PersonalTexts,
    Encodings,
)
