"""The arena dataset of 55 thousand conversations: prompts and responses as JSON lists, and three columns of 0 and 1.

It names no voters, so all its votes are those of one annotator called `unknown`.
"""

from collections.abc import Mapping
from typing import Any

from app.imports.formats.arena_rows import matchup_of
from app.imports.formats.conversations import Turns, read_list
from app.imports.formats.fields import Fields
from app.imports.formats.shape import Outcome, Shape
from app.imports.records import Blocks, ImportedVote

UNKNOWN = "unknown"
_WINNERS = {"winner_model_a": "model_a", "winner_model_b": "model_b", "winner_tie": "tie"}
_COLUMNS = frozenset({"id", "model_a", "model_b", "prompt", "response_a", "response_b", *_WINNERS})


def read_row(row: Mapping[str, Any]) -> Outcome:
    fields = Fields(row)
    turns = Turns(_texts(fields, "prompt"), _texts(fields, "response_a"), _texts(fields, "response_b"))
    for column, answers in (("response_a", turns.answers_a), ("response_b", turns.answers_b)):
        if not fields.faults and len(answers) != len(turns.prompts):
            fields.note(column, f"holds {len(answers)} answers to {len(turns.prompts)} prompts")
    vote = ImportedVote(UNKNOWN, _winner(fields))
    return matchup_of(fields, key="id", turns=turns, votes=(vote,))


def _texts(fields: Fields, column: str) -> tuple[Blocks, ...]:
    """A list of texts. The dataset writes an answer that never came as null: that is an empty answer."""
    parts = read_list(fields, column)
    if not parts and not fields.faults:
        fields.note(column, "is an empty list")
    checked = Fields({f"{column}[{place}]": "" if part is None else part for place, part in enumerate(parts)})
    texts = tuple((checked.text(name),) for name in checked.row)
    fields.faults.extend(checked.faults)
    return texts


def _winner(fields: Fields) -> str:
    marked = [winner for column, winner in _WINNERS.items() if fields.whole(column, 0, 1) == 1]
    if len(marked) != 1:
        fields.note("winner_model_a", f"of the three winner columns {len(marked)} are 1, where one must be")
        return ""
    return marked[0]


SHAPE = Shape("arena-55k", marks=(_COLUMNS,), columns=_COLUMNS, read=read_row)
