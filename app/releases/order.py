"""What was asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.releases.formats import FORMATS, Format
from app.releases.splits import SPLIT, shares_of
from app.releases.writers import GZIPPED, WRITERS

KINDS = ("human", "judge", "simulated")
_USUAL = ("human", "simulated", "judge")


@dataclass(frozen=True)
class Order:
    """A format, a kind of file, and the kinds of annotators whose votes are wanted.

    options are those of the format that are asked for; split is such as "90/10", or empty.
    """

    format: str
    file_type: str
    kinds: Sequence[str]
    compressed: bool = False
    split: str = ""
    options: Sequence[str] = ()

    @property
    def form(self) -> Format:
        """The format with its options."""
        return FORMATS[self.format].with_options(self.options)

    @property
    def splits(self) -> Sequence[str]:
        """The names of the splits; the empty one alone where there are none."""
        return tuple(shares_of(self.split)) or ("",)

    def file_name(self, file: str = "", split: str = "") -> str:
        """The path of one of the format's files (empty: the only one) within the release's folder."""
        stem = file or self.format
        ending = ".gz" if self.compressed and self.file_type in GZIPPED else ""
        return f"{stem}-{split}.{self.file_type}{ending}" if split else f"{stem}.{self.file_type}{ending}"


def check_order(
    format_name: str,
    file_type: str,
    kinds: Sequence[str],
    voted: set[str],
    *,
    compressed: bool | None = None,
    split: str = "",
    options: Sequence[str] = (),
) -> Order:
    """The order, if there is such a format and kind of file, and they go together.

    Without kinds it is for those that the format usually holds: all, or else one kind alone, because judgements of
    different kinds are not mixed unasked. That is human, or what there is (voted) where no human has voted yet. Where
    compressed is None, Parquet is compressed, and what the format's readers expect to be.
    """
    for value, known, what in ((format_name, FORMATS, "format"), (file_type, WRITERS, "file type")):
        if value not in known:
            raise InvalidInputError(f"{value!r} is no {what}. Choose one of {', '.join(known)}.")
    form = FORMATS[format_name]
    if file_type not in form.file_types:
        raise InvalidInputError(
            f"{form.title} cannot be written as {file_type}. Choose one of {', '.join(form.file_types)}."
        )
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidInputError(f"{kind!r} is no kind of annotator. Choose among {', '.join(KINDS)}.")
    _check_details(form, compressed=compressed, split=split, options=options)
    if not kinds:
        usual = next((kind for kind in _USUAL if kind in voted), "human")
        kinds = KINDS if form.all_votes else (usual,)
    if compressed is None:
        compressed = form.compressed or file_type == "parquet"
    ordered = tuple(option for option in form.options if option in options)
    return Order(format_name, file_type, tuple(kind for kind in KINDS if kind in kinds), compressed, split, ordered)


def _check_details(form: Format, *, compressed: bool | None, split: str, options: Sequence[str]) -> None:
    for option in options:
        if option not in form.options:
            known = ", ".join(form.options) or "none"
            raise InvalidInputError(f"{option!r} is no option of {form.title}. Its options: {known}.")
    if form.parts and compressed:
        raise InvalidInputError(f"{form.title} is not compressed: its own tools read plain files.")
    if form.parts and split:
        raise InvalidInputError(f"{form.title} is one set of questions and cannot be split.")
    if split and (not re.fullmatch(SPLIT, split) or sum(shares_of(split).values()) != 100):
        raise InvalidInputError(
            f"{split!r} is no split. Give two or three whole numbers that make 100, such as 90/10 or 80/10/10."
        )
