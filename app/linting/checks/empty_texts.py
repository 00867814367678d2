"""Prompts, turns and answers without a text."""

from collections.abc import Sequence

from app.linting.checks.check import Check, FileFacts, place
from app.linting.examples import Example
from app.linting.rules import Rule

EMPTY_TEXTS = Rule(
    "empty-texts",
    "error",
    "Empty prompts, turns or answers",
    "An empty answer that was chosen teaches a model to say nothing; one that was rejected teaches that anything is "
    "better.",
    "Leave the rows out, or fetch the texts again; most come from answers that failed or were filtered.",
)


class EmptyTexts(Check):
    """In records of votes an empty answer is what people may have seen, and less than an error."""

    rules = (EMPTY_TEXTS,)
    needs_texts = True
    _in_training = 0

    def see(self, example: Example) -> None:
        for column, part, text in example.texts:
            if part != "other" and (not text or text.isspace()):
                self.log.add(EMPTY_TEXTS, place(example, column, "is empty" if not text else "is only white space"))
                self._in_training += example.trains

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if self.log.has(EMPTY_TEXTS) and not self._in_training:
            self.log.sum_up(EMPTY_TEXTS, "All of them are in records of votes.", severity="warning")
