"""The shape of the arena dataset of 55 thousand conversations, which is CSV: texts as JSON lists, and 0 or 1 by winner.

It has no column for "both are bad", so such votes are left out: as ties they would say something else.
"""

from collections.abc import Sequence

import orjson
import pyarrow as pa

from app.releases.formats.arena_rows import SIDES
from app.releases.formats.format import Dropped, Format, Row, column, each
from app.releases.formats.texts import BOTH_BAD, turns_of
from app.releases.record import VoteRecord


def to_row(record: VoteRecord) -> Row | Dropped:
    if record.winner == "both_bad":
        return BOTH_BAD
    turns = turns_of(record)
    if isinstance(turns, Dropped):
        return turns
    return {
        "id": record.battle_id,
        "model_a": record.model_a,
        "model_b": record.model_b,
        "prompt": _json([turn.prompt for turn in turns]),
        "response_a": _json([turn.answer_a for turn in turns]),
        "response_b": _json([turn.answer_b for turn in turns]),
        **{f"winner_{winner}": int(record.winner == winner) for winner in ("model_a", "model_b", "tie")},
    }


def _json(texts: Sequence[str]) -> str:
    return orjson.dumps(texts).decode()


ARENA_55K = Format(
    name="arena-55k",
    title="Arena, 55k shape",
    description="The columns of the public arena dataset of 55 thousand conversations, usually CSV: one row a vote "
    "that counts and does not call both bad.",
    schema=pa.schema(
        [
            column("id", pa.string(), "the battle's UUID"),
            *SIDES,
            column("prompt", pa.string(), "the user's messages, a JSON list"),
            column("response_a", pa.string(), "model_a's answers, a JSON list"),
            column("response_b", pa.string(), "model_b's answers, a JSON list"),
            *(
                column(f"winner_{winner}", pa.int64(), f"1 if it is {winner}, else 0")
                for winner in ("model_a", "model_b", "tie")
            ),
        ]
    ),
    to_rows=each(to_row),
    tags=("preference", "human-feedback", "arena"),
    usage='```python\nimport json\n\nprompts = [json.loads(row["prompt"]) for row in dataset]\n```',
)
