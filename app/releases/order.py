"""What was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.releases.formats import FORMATS
from app.releases.writers import WRITERS

KINDS = ("human", "judge", "simulated")
_USUAL = ("human", "simulated", "judge")


@dataclass(frozen=True)
class Order:
    """A format, a kind of file, and the kinds of annotators whose votes are wanted."""

    format: str
    file_type: str
    kinds: Sequence[str]

    @property
    def file_name(self) -> str:
        return f"{self.format}.{self.file_type}"


def check_order(format_name: str, file_type: str, kinds: Sequence[str], voted: set[str]) -> Order:
    """The order, if there is such a format and kind of file.

    Without kinds it is for those that the format usually holds: all, or else one kind alone, because judgements of
    different kinds are not mixed unasked. That is human, or what there is (voted) where no human has voted yet.
    """
    for value, known, what in ((format_name, FORMATS, "format"), (file_type, WRITERS, "file type")):
        if value not in known:
            raise InvalidInputError(f"{value!r} is no {what}. Choose one of {', '.join(known)}.")
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidInputError(f"{kind!r} is no kind of annotator. Choose among {', '.join(KINDS)}.")
    if not kinds:
        usual = next((kind for kind in _USUAL if kind in voted), "human")
        kinds = KINDS if FORMATS[format_name].all_kinds else (usual,)
    return Order(format_name, file_type, tuple(kind for kind in KINDS if kind in kinds))
