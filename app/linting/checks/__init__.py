"""What is looked for in examples: one file each."""

from app.linting.checks.check import Check
from app.linting.checks.empty_texts import EmptyTexts
from app.linting.checks.repeated_pairs import RepeatedPairs
from app.linting.checks.same_answers import SameAnswers

CHECKS: tuple[type[Check], ...] = (
    EmptyTexts,
    SameAnswers,
    RepeatedPairs,
)
