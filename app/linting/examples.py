"""What a row of any shape becomes for the checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Verdict = Literal[0, 1, "tie", "both_bad"]
"""Which of the two answers won, by its place."""
Part = Literal["prompt", "answer", "other"]


class Message(NamedTuple):
    role: str
    text: str


class Text(NamedTuple):
    """A text and the column that it stands in."""

    column: str
    part: Part
    text: str


class Vote(NamedTuple):
    """annotator is None where nobody says who it was."""

    annotator: str | None
    verdict: Verdict


class Answer(NamedTuple):
    """One side. text is all that the assistant said beyond the prompt; model is None where it is not named."""

    column: str
    text: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One row.

    row:         as in the file, from 1
    shape:       the name of the shape, with its variant
    trains:      whether it is a row to train on (chosen and rejected), rather than a record of votes
    prompt:      what was asked, as one text; None where the shape does not tell it apart from the answers;
                 the id of what was voted on in bare votes
    answers:     two where a pair is compared; one where a completion is labelled; none in bare votes without models
    has_texts:   whether the answers' texts are in the file
    votes:       the verdicts that count
    label:       of a single answer: whether it is good; None where nobody says
    occasion:    tells the times apart at which one annotator was asked the same on purpose
    first_shown: the answer that was shown first, by place; None where nobody says
    split:       the value of a split column
    texts:       every text of the row that people or models wrote
    """

    file: int
    row: int
    shape: str
    trains: bool = False
    prompt: str | None = None
    answers: tuple[Answer, ...] = ()
    has_texts: bool = True
    votes: tuple[Vote, ...] = ()
    label: bool | None = None
    occasion: str = ""
    first_shown: Literal[0, 1] | None = None
    split: str | None = None
    texts: tuple[Text, ...] = ()

    @property
    def is_pair(self) -> bool:
        return len(self.answers) == 2

    def decisions(self) -> Iterator[tuple[str | None, Literal[0, 1]]]:
        """(annotator, winner) of the votes that prefer one of the two."""
        for annotator, verdict in self.votes:
            if verdict in (0, 1):
                yield annotator, verdict
