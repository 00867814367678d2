"""A file's rows as examples; what keeps a row from being one, or makes it differ from the others, into the log."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.linting.examples import Example, Text
from app.linting.files import Flaw, RawRow, RowFile
from app.linting.files.rows import NO_ROWS
from app.linting.log import Log
from app.linting.places import NO_ROW, Place
from app.linting.shapes import shape_of
from app.linting.shapes.row import Row
from app.linting.shapes.rules import MISSING_COLUMNS, MIXED_SHAPES, UNKNOWN_SHAPE
from app.linting.shapes.shape import Content, Shape
from app.linting.shapes.trl import PROMPTS

_SPLIT_COLUMNS = ("split", "_split", "partition")
_SPLITS = frozenset({"train", "training", "valid", "validation", "val", "dev", "test", "eval", "evaluation", "holdout"})
_NAMED = 12  # columns, in a message


@dataclass
class Examination:
    """One pass over one file. shapes: how many rows are of which shape, with its variant."""

    number: int
    file: RowFile
    log: Log
    rows: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    _first: Shape | None = None
    _first_name: str = ""

    def examples(self) -> Iterator[Example]:
        """One for each row that can be read, also for those of no known shape: they have texts."""
        for found in self.file.rows():
            if isinstance(found, Flaw):
                self.log.add(found.rule, self._place(found.row, found.column, found.detail))
                self.rows += found.row != NO_ROW and found.rule.code == "unreadable-rows"
                continue
            self.rows += 1
            yield self._example(found)
        if not self.rows:
            self.log.add(NO_ROWS, self._place(NO_ROW))

    def _example(self, raw: RawRow) -> Example:
        row = Row(raw.values)
        shape = shape_of(raw.values.keys())
        if shape is None or self._lacks_columns(shape, raw.values):
            content = Content()
            self._tell_unknown(raw)
            row.texts.extend(_all_texts(raw.values))
            name = "unknown"
        else:
            content = shape.read(row)
            name = f"{shape.name} ({content.variant})" if content.variant else shape.name
            self._compare(raw.row, shape, name)
        for rule, column, detail in row.noted:
            self.log.add(rule, self._place(raw.row, column, detail))
        self.shapes[name] += 1
        return Example(
            file=self.number,
            row=raw.row,
            shape=name,
            trains=content.trains,
            prompt=content.prompt,
            answers=content.answers,
            has_texts=content.has_texts,
            votes=content.votes,
            label=content.label,
            occasion=content.occasion,
            first_shown=content.first_shown,
            split=self._split(raw.values),
            texts=tuple(row.texts),
        )

    def _lacks_columns(self, shape: Shape, values: Mapping[str, Any]) -> bool:
        """Whether the row is one of the file's first shape but for a column, rather than one of a poorer shape."""
        first = self._first
        if first is None or shape is first or first.marks <= values.keys():
            return False
        return shape.marks < first.marks or (shape is PROMPTS and not first.marks.isdisjoint(values))

    def _tell_unknown(self, raw: RawRow) -> None:
        if self._first is not None:
            missing = sorted(self._first.marks - set(raw.values))
            for column in missing:
                self.log.add(MISSING_COLUMNS, self._place(raw.row, column, "is missing"))
            if missing:
                return
        names = [str(name)[:40] for name in raw.values]
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        detail = f"has the columns {', '.join(names[:_NAMED])}{more}" if names else "has no columns"
        self.log.add(UNKNOWN_SHAPE, self._place(raw.row, "", detail))

    def _compare(self, row: int, shape: Shape, name: str) -> None:
        if self._first is None:
            self._first, self._first_name = shape, name
        elif name != self._first_name and not name.endswith("(broken)"):
            detail = f"is {name}, where the first row is {self._first_name}"
            self.log.add(MIXED_SHAPES, self._place(row, "", detail))

    def _split(self, values: Mapping[str, Any]) -> str | None:
        """The row's split, where a column of that name holds one."""
        found = next((name for name in map(values.get, _SPLIT_COLUMNS) if isinstance(name, str)), "")
        if found.strip().lower().partition("_")[0] not in _SPLITS:
            return None
        self.splits[found.strip()] += 1
        return found.strip()

    def _place(self, row: int, column: str = "", detail: str = "") -> Place:
        return Place(self.number, row, column, detail)


def _all_texts(values: Mapping[str, Any]) -> Iterator[Text]:
    """Every text of a row, at whatever depth."""
    waiting: list[tuple[str, Any]] = list(values.items())[::-1]
    while waiting:
        column, value = waiting.pop()
        if isinstance(value, str):
            yield Text(column, "other", value)
        elif isinstance(value, list):
            waiting += [(f"{column}[{place}]", item) for place, item in enumerate(value)][::-1]
        elif isinstance(value, dict):
            waiting += [(f"{column}.{name}", item) for name, item in value.items()][::-1]
