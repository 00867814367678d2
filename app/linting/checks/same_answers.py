"""Pairs whose two answers are the same."""

from app.linting.checks.check import Check, place
from app.linting.examples import Example
from app.linting.rules import Rule

CHOSEN_EQUALS_REJECTED = Rule(
    "chosen-equals-rejected",
    "error",
    "The chosen and the rejected answer are the same",
    "The pair says nothing; in training its loss stays where it is and its step is noise.",
    "Leave the row out, and find out whether the two columns were filled from one source.",
)


class SameAnswers(Check):
    """Two equal answers that nobody preferred to each other are no fault: models do say the same."""

    rules = (CHOSEN_EQUALS_REJECTED,)
    needs_texts = True

    def see(self, example: Example) -> None:
        if not example.is_pair or not example.has_texts:
            return
        one, other = (" ".join(answer.text.split()) for answer in example.answers)
        if one == other and one and any(example.decisions()):
            detail = "" if example.answers[0].text == example.answers[1].text else "but for white space"
            self.log.add(CHOSEN_EQUALS_REJECTED, place(example, example.answers[1].column, detail))
