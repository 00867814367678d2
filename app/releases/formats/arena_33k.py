"""The shape of the arena dataset of 33 thousand conversations."""

import pyarrow as pa

from app.releases.formats.arena_100k import ANONY, CONVERSATIONS, TSTAMP, TURN, WINNER, WINNERS
from app.releases.formats.arena_rows import LANGUAGE, SIDES, conversation
from app.releases.formats.format import NESTED_TYPES, Dropped, Format, Row, column, each
from app.releases.formats.texts import turns_of
from app.releases.record import VoteRecord

MODERATION = pa.struct([pa.field("flagged", pa.bool_())])


def to_row(record: VoteRecord) -> Row | Dropped:
    turns = turns_of(record)
    if isinstance(turns, Dropped):
        return turns
    return {
        "question_id": record.battle_id,
        "model_a": record.model_a,
        "model_b": record.model_b,
        "winner": WINNERS[record.winner or ""],
        "judge": record.annotator,
        "conversation_a": conversation(turns, "a"),
        "conversation_b": conversation(turns, "b"),
        "turn": len(turns),
        "anony": True,
        "language": record.prompt_language,
        "tstamp": record.cast_at.timestamp() if record.cast_at else None,
        "openai_moderation": None,
        "toxic_chat_tag": None,
    }


ARENA_33K = Format(
    name="arena-33k",
    title="Arena, 33k shape",
    description="The columns of the public arena dataset of 33 thousand conversations: one row a vote that counts.",
    schema=pa.schema(
        [
            column("question_id", pa.string(), "the battle's UUID"),
            *SIDES,
            WINNER,
            column("judge", pa.string(), "the annotator's pseudonym, the same within this release and in no other"),
            *CONVERSATIONS,
            TURN,
            ANONY,
            LANGUAGE,
            TSTAMP,
            column("openai_moderation", MODERATION, "not known", nullable=True),
            column("toxic_chat_tag", MODERATION, "not known", nullable=True),
        ]
    ),
    to_rows=each(to_row),
    tags=("preference", "human-feedback", "arena"),
    usage='```python\nwins = dataset.filter(lambda vote: vote["winner"] == "model_a")\n```',
    file_types=NESTED_TYPES,
)
