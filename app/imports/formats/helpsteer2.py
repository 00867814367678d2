"""HelpSteer2's preferences: `prompt, response_1, response_2, preference_strength`: below 0, response_1 is better."""

from collections.abc import Mapping
from typing import Any

from app.imports.formats.conversations import to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.pairs import RESPONSES, PairOptions, exchange, pair_matchup
from app.imports.formats.shape import Outcome, Shape

_COLUMNS = frozenset({"prompt", "response_1", "response_2", "preference_strength"})


def shape_with(options: PairOptions) -> Shape:
    return Shape(
        "helpsteer2",
        marks=(_COLUMNS,),
        columns=_COLUMNS,
        read=lambda row: read_row(row, options),
        repeats_matchups=True,
    )


def read_row(row: Mapping[str, Any], options: PairOptions) -> Outcome:
    fields = Fields(row)
    prompt = fields.text("prompt")
    sides = [exchange(prompt, fields.text(column)) for column in ("response_1", "response_2")]
    verdict = read_strength(fields, "preference_strength")
    turns = to_turns(fields, ("response_1", "response_2"), *sides)
    return fields.faults or (pair_matchup(turns, RESPONSES, options.votes(verdict)),)


def read_strength(fields: Fields, column: str) -> tuple[str, int | None]:
    """The winner and the strength that a number from -3 to 3 means; a tie has none."""
    if not fields.has(column):
        fields.note(column, "is missing")
    strength = fields.whole(column, -3, 3)
    if not strength:
        return "tie", None
    return ("model_a" if strength < 0 else "model_b"), abs(strength)
