"""What a check is: it sees every example once, in order, and speaks at the end."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar

from app.linting.examples import Example
from app.linting.log import Log
from app.linting.places import Place
from app.linting.rules import Rule


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file when all of it has been read. unit: what its rows count, `line` or `row`."""

    name: str
    unit: str
    rows: int


class Check(ABC):
    """One file of checks. What it keeps of an example is a few numbers, or nothing."""

    rules: ClassVar[tuple[Rule, ...]]
    needs_texts: ClassVar[bool] = False
    """Whether there is nothing to look at in files without texts, such as bare votes."""

    def __init__(self, log: Log) -> None:
        self.log = log

    @abstractmethod
    def see(self, example: Example) -> None: ...

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: B027 (many checks have said all by then)
        """Say what only all examples together tell."""


def place(example: Example, column: str = "", detail: str = "") -> Place:
    return Place(example.file, example.row, column, detail)


def key(*parts: str) -> int:
    """A hash of texts in 63 bits: two different lists share one by chance once in 10^19."""
    digest = blake2b(digest_size=8)
    for part in parts:
        data = part.encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return int.from_bytes(digest.digest(), "little") >> 1
