"""TRL's unpaired type (KTO): `prompt, completion, label`. Two neighbouring rows on the same prompt are a pair.

Which answer was better is in the two labels: true and false, both false (both are bad), both true (a tie). A row
without such a neighbour compares nothing, so it is a problem.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.imports.formats.fields import Fields
from app.imports.formats.pairs import RESPONSES, PairOptions, pair_matchup
from app.imports.formats.shape import Outcome, Shape, Together, renamed
from app.imports.formats.trl_preference import read_pair
from app.imports.records import Faults

_COLUMNS = frozenset({"prompt", "completion", "label"})
_WINNERS = {(True, False): "model_a", (False, True): "model_b", (False, False): "both_bad", (True, True): "tie"}


def shape_with(options: PairOptions) -> Shape:
    return Shape(
        "trl-unpaired",
        marks=(_COLUMNS,),
        columns=_COLUMNS,
        read=lambda row: read_rows([row], options),
        repeats_matchups=True,
        together=Together(_joins, lambda rows: read_rows(rows, options)),
    )


def _joins(rows: Sequence[Mapping[str, Any]], following: Mapping[str, Any]) -> bool:
    return len(rows) == 1 and rows[0].get("prompt") == following.get("prompt")


def read_rows(rows: Sequence[Mapping[str, Any]], options: PairOptions) -> Outcome:
    """One or two rows."""
    parts = [Fields(row) for row in rows]
    labels = tuple(
        part.flag("label", missing=False) for part in parts if part.require(("prompt", "completion", "label"))
    )
    faults: Faults = [fault for part in parts for fault in part.faults]
    if faults:
        return faults
    if len(rows) != 2:
        return [("prompt", "is not that of the next row, so there are no two answers to compare")]
    pair = Fields({"prompt": rows[0]["prompt"], "chosen": rows[0]["completion"], "rejected": rows[1]["completion"]})
    turns = read_pair(pair)
    if pair.faults:
        return renamed(pair.faults, {"chosen": "completion", "rejected": "completion"})
    return (pair_matchup(turns, RESPONSES, options.votes((_WINNERS[labels[0], labels[1]], None))),)
