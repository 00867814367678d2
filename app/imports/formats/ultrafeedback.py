"""UltraFeedback, binarized: `chosen` and `rejected` are whole conversations. `prompt` stands in them too.

The scores are not read: in the public dataset they are ratings by a model on a scale of their own.
"""

from collections.abc import Mapping
from typing import Any

from app.imports.formats.pairs import PairOptions
from app.imports.formats.shape import Outcome, Shape
from app.imports.formats.trl_preference import read_row as read_preference

_COLUMNS = frozenset({"chosen", "rejected"})


def shape_with(options: PairOptions) -> Shape:
    def read(row: Mapping[str, Any]) -> Outcome:
        return read_preference({name: row.get(name) for name in _COLUMNS}, options)

    return Shape("ultrafeedback", marks=(_COLUMNS | {"prompt_id"},), columns=_COLUMNS, read=read, repeats_matchups=True)
