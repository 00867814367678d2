"""The words for what can be asked, and what is answered in words."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["bradley-terry", "davidson", "rao-kupper", "four-outcomes", "elo"]
Intervals = Literal["sandwich", "clustered", "bootstrap"]


@dataclass(frozen=True)
class Said:
    """One thing that the votes say about their own certainty: a question, a short answer, and what it means.

    details: lines that belong to it, such as which votes would have to go
    """

    key: str
    question: str
    answer: str
    meaning: str
    details: tuple[str, ...] = ()
