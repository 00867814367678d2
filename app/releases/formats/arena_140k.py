"""The shape of the arena dataset of 140 thousand conversations. Content is blocks, so messages stay as they are."""

import datetime
from collections.abc import Sequence
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
    is_code,
)
from app.releases.formats.format import NESTED_TYPES, Dropped, Format, Row, column, each
from app.releases.formats.texts import turns_of
from app.releases.record import Blocks, VoteRecord

BLOCK = pa.struct([pa.field(name, pa.string()) for name in ("type", "text", "image", "mimeType")])
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.list_(BLOCK)), ("num_tokens", pa.int64())])
MESSAGES = pa.list_(MESSAGE)
TURNS = pa.list_(pa.struct([(name, MESSAGE) for name in ("user", "model_side_a", "model_side_b")]))


def to_row(record: VoteRecord) -> Row | Dropped:
    turns = turns_of(record)
    if isinstance(turns, Dropped):
        return turns
    messages = [
        (
            _message("user", turn.prompt),
            _message("assistant", turn.answer_a or ()),
            _message("assistant", turn.answer_b or ()),
        )
        for turn in record.turns
    ]
    return {
        "id": record.battle_id,
        "model_a": record.model_a,
        "model_b": record.model_b,
        "winner": record.winner,
        "evaluation_session_id": record.annotator,
        "evaluation_order": None,
        "conversation_a": [message for user, answer, _ in messages for message in (user, answer)],
        "conversation_b": [message for user, _, answer in messages for message in (user, answer)],
        "full_conversation": [
            dict(zip(("user", "model_side_a", "model_side_b"), turn, strict=True)) for turn in messages
        ],
        "conv_metadata": conv_metadata(turns),
        "category_tag": category_tag(record),
        "language": record.prompt_language,
        "is_code": is_code(record),
        "timestamp": record.cast_at.astimezone(datetime.UTC).replace(tzinfo=None) if record.cast_at else None,
    }


def _message(role: str, blocks: Blocks) -> dict[str, Any]:
    content: Sequence[dict[str, Any]] = [
        {"type": "text", "text": block["text"], "image": None, "mimeType": None} for block in blocks
    ]
    return {"role": role, "content": content, "num_tokens": None}


ARENA_140K = Format(
    name="arena-140k",
    title="Arena, 140k shape",
    description="The columns of the public arena dataset of 140 thousand conversations: one row a vote that counts.",
    schema=pa.schema(
        [
            column("id", pa.string(), "the battle's UUID"),
            *SIDES,
            column("winner", pa.string(), "model_a, model_b, tie, both_bad"),
            column(
                "evaluation_session_id",
                pa.string(),
                "the annotator's pseudonym, the same within this release and in no other",
            ),
            column("evaluation_order", pa.int32(), "not known", nullable=True),
            column("conversation_a", MESSAGES, "the messages with the answers of model_a, as content blocks"),
            column("conversation_b", MESSAGES, "the messages with the answers of model_b, as content blocks"),
            column("full_conversation", TURNS, "the same turn by turn"),
            METADATA,
            CATEGORIES,
            LANGUAGE,
            IS_CODE,
            column("timestamp", pa.timestamp("us"), "when the vote was cast, in UTC", nullable=True),
        ]
    ),
    to_rows=each(to_row),
    tags=("preference", "human-feedback", "arena"),
    usage='```python\nwins = dataset.filter(lambda vote: vote["winner"] == "model_a")\n```',
    file_types=NESTED_TYPES,
)
