"""The shape of the arena dataset of 100 thousand conversations. The voter is a pseudonym, and so is their "hash"."""

from typing import Any

import pyarrow as pa

from app.releases.formats.arena_rows import (
    CATEGORIES,
    IS_CODE,
    LANGUAGE,
    METADATA,
    SIDES,
    category_tag,
    conv_metadata,
    conversation,
    is_code,
)
from app.releases.formats.format import NESTED_TYPES, Dropped, Format, Row, column, each
from app.releases.formats.texts import MESSAGES, turns_of
from app.releases.record import VoteRecord

WINNERS = {"model_a": "model_a", "model_b": "model_b", "tie": "tie", "both_bad": "tie (bothbad)"}
DEDUP_TAG = pa.struct([pa.field("high_freq", pa.bool_()), pa.field("sampled", pa.bool_())])
WINNER = column("winner", pa.string(), "model_a, model_b, tie, tie (bothbad)")
CONVERSATIONS = tuple(
    column(f"conversation_{slot}", MESSAGES, f"the messages with the answers of model_{slot}") for slot in "ab"
)
TURN = column("turn", pa.int64(), "how many messages the user wrote")
ANONY = column("anony", pa.bool_(), "whether the names were hidden until the vote: true of every vote that counts")
TSTAMP = column("tstamp", pa.float64(), "when the vote was cast, in seconds since 1970", nullable=True)


def to_row(record: VoteRecord) -> Row | Dropped:
    turns = turns_of(record)
    if isinstance(turns, Dropped):
        return turns
    row: dict[str, Any] = {
        "question_id": record.battle_id,
        "model_a": record.model_a,
        "model_b": record.model_b,
        "winner": WINNERS[record.winner or ""],
        "conversation_a": conversation(turns, "a"),
        "conversation_b": conversation(turns, "b"),
        "turn": len(turns),
        "anony": True,
        "language": record.prompt_language,
        "tstamp": record.cast_at.timestamp() if record.cast_at else None,
        "conv_metadata": conv_metadata(turns),
        "is_code": is_code(record),
        "is_refusal": None,
        "dedup_tag": None,
        "category_tag": category_tag(record),
        "judge_hash": record.annotator,
    }
    return row


ARENA_100K = Format(
    name="arena-100k",
    title="Arena, 100k shape",
    description="The columns of the public arena dataset of 100 thousand conversations: one row a vote that counts.",
    schema=pa.schema(
        [
            column("question_id", pa.string(), "the battle's UUID"),
            *SIDES,
            WINNER,
            *CONVERSATIONS,
            TURN,
            ANONY,
            LANGUAGE,
            TSTAMP,
            METADATA,
            IS_CODE,
            column("is_refusal", pa.bool_(), "not known", nullable=True),
            column("dedup_tag", DEDUP_TAG, "not known", nullable=True),
            CATEGORIES,
            column(
                "judge_hash", pa.string(), "the annotator's pseudonym, the same within this release and in no other"
            ),
        ]
    ),
    to_rows=each(to_row),
    tags=("preference", "human-feedback", "arena"),
    usage='```python\nwins = dataset.filter(lambda vote: vote["winner"] == "model_a")\n```',
    file_types=NESTED_TYPES,
)
