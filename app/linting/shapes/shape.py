"""What a shape is: the columns that give it away, and a function from a row to what the checks look at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.linting.examples import Answer, Vote
from app.linting.shapes.row import Row


@dataclass(frozen=True, slots=True)
class Content:
    """What a row says. Its fields are those of Example; `variant` is added to the shape's name."""

    variant: str = ""
    trains: bool = False
    prompt: str | None = None
    answers: tuple[Answer, ...] = ()
    has_texts: bool = True
    votes: tuple[Vote, ...] = ()
    label: bool | None = None
    occasion: str = ""
    first_shown: Literal[0, 1] | None = None


@dataclass(frozen=True)
class Shape:
    """One shape. A row is of it where it has all columns of `marks`."""

    name: str
    marks: frozenset[str]
    read: Callable[[Row], Content]


def pair(
    columns: tuple[str, str],
    texts: tuple[str | None, str | None],
    models: tuple[str | None, str | None] = (None, None),
) -> tuple[Answer, ...]:
    """Two answers; none where one of them could not be read, as the row says already."""
    if texts[0] is None or texts[1] is None:
        return ()
    return Answer(columns[0], texts[0], models[0]), Answer(columns[1], texts[1], models[1])
