"""Raw votes: our own shape. One row a revision of a vote, with all that is needed to recompute the board."""

import datetime
from typing import Any

import orjson
import pyarrow as pa

from app.battles.content import text_of
from app.releases.formats.format import Format, Row, column, each
from app.releases.record import Blocks, Exclusion, VoteRecord

MESSAGE = pa.struct(
    [
        pa.field("role", pa.string(), nullable=False),
        pa.field("content", pa.string(), nullable=False),
        pa.field("blocks", pa.string()),
    ]
)
EXCLUSION = pa.struct(
    [
        pa.field("reason", pa.string(), nullable=False),
        pa.field("excluded_by", pa.string(), nullable=False),
        pa.field("created_at", pa.string(), nullable=False),
        pa.field("lifted_at", pa.string()),
    ]
)
CONVERSATION = (
    "the messages with the answers of this slot: role is user or assistant, content is the text; blocks is there only "
    "where the message is more than one text, and holds its content blocks as JSON"
)

SCHEMA = pa.schema(
    [
        column("battle_id", pa.string(), "the battle's UUID"),
        column("revision", pa.int32(), "1 for the first vote on a battle; each change or undo is the next"),
        column("current", pa.bool_(), "whether this is the battle's current revision; only such can count"),
        column("matchup_id", pa.string(), "what was compared: its id in the imported file, or else a UUID"),
        column("model_a", pa.string(), "the model in slot a: its name, with @label for a version that has one"),
        column("model_b", pa.string(), "the model in slot b"),
        column("winner", pa.string(), "model_a, model_b, tie, both_bad; null: the vote was taken back", nullable=True),
        column("strength", pa.int32(), "how much better, 1 to 3, where it was asked", nullable=True),
        column("after_reveal", pa.bool_(), "chosen after the names had been seen: never counts"),
        column("annotator", pa.string(), "a pseudonym that is the same within this release and in no other"),
        column("annotator_kind", pa.string(), "human, judge (a model) or simulated"),
        column("protocol_version", pa.int32(), "which version of the protocol was asked; the manifest holds them all"),
        column("repeat", pa.int32(), "0, or which repetition of the matchup for this annotator"),
        column("side_order", pa.string(), "ab: slot a stood on side A; ba: on side B; null: unknown", nullable=True),
        column("sampler", pa.string(), "what drew the matchup", nullable=True),
        column("propensity", pa.float64(), "the probability with which it was drawn", nullable=True),
        column("source", pa.string(), "web, api, import or simulation"),
        column("shown_at", pa.string(), "when the battle was shown: ISO 8601, UTC, microseconds", nullable=True),
        column("cast_at", pa.string(), "when the vote was cast: ISO 8601, UTC, microseconds", nullable=True),
        column("source_row", pa.int64(), "an imported vote's place in its file", nullable=True),
        column("exclusions", pa.list_(EXCLUSION), "why the vote was set aside; in force while lifted_at is null"),
        column("prompt_language", pa.string(), "the prompt's language", nullable=True),
        column("prompt_tags", pa.list_(pa.string()), "the prompt's tags"),
        column("conversation_a", pa.list_(MESSAGE), CONVERSATION),
        column("conversation_b", pa.list_(MESSAGE), CONVERSATION),
    ]
)


def to_row(record: VoteRecord) -> Row:
    """A vote as a row. Nothing is left out."""
    row = without_texts(record)
    row["conversation_a"] = _conversation(record, "a")
    row["conversation_b"] = _conversation(record, "b")
    return row


def without_texts(record: VoteRecord) -> dict[str, Any]:
    """The row of a vote but for its conversations."""
    return {
        "battle_id": record.battle_id,
        "revision": record.revision,
        "current": record.is_current,
        "matchup_id": record.matchup,
        "model_a": record.model_a,
        "model_b": record.model_b,
        "winner": record.winner,
        "strength": record.strength,
        "after_reveal": record.after_reveal,
        "annotator": record.annotator,
        "annotator_kind": record.annotator_kind,
        "protocol_version": record.protocol_version,
        "repeat": record.repeat,
        "side_order": record.side_order,
        "sampler": record.sampler,
        "propensity": record.propensity,
        "source": record.source,
        "shown_at": _iso(record.shown_at),
        "cast_at": _iso(record.cast_at),
        "source_row": record.source_row,
        "exclusions": [_exclusion(exclusion) for exclusion in record.exclusions],
        "prompt_language": record.prompt_language,
        "prompt_tags": record.prompt_tags,
    }


def _iso(time: datetime.datetime | None) -> str | None:
    return None if time is None else time.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _exclusion(exclusion: Exclusion) -> dict[str, str | None]:
    return {
        "reason": exclusion.reason,
        "excluded_by": exclusion.excluded_by,
        "created_at": _iso(exclusion.created_at),
        "lifted_at": _iso(exclusion.lifted_at),
    }


def _conversation(record: VoteRecord, slot: str) -> list[dict[str, Any]]:
    messages = []
    for turn in record.turns:
        messages.append(_message("user", turn.prompt))
        answer = turn.answer_a if slot == "a" else turn.answer_b
        if answer is not None:
            messages.append(_message("assistant", answer))
    return messages


def _message(role: str, blocks: Blocks) -> dict[str, Any]:
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"} and blocks[0]["type"] == "text":
        return {"role": role, "content": blocks[0]["text"]}
    return {"role": role, "content": text_of(blocks), "blocks": orjson.dumps(blocks).decode()}


RAW_VOTES = Format(
    name="raw-votes",
    title="Raw votes",
    description=(
        "One row a revision of a vote, with everything that may be shared: the leaderboard can be recomputed from this "
        "file alone."
    ),
    schema=SCHEMA,
    to_rows=each(to_row),
    all_votes=True,
    tags=("preference", "human-feedback"),
    usage="""\
A vote counts on the board if `current` is true, `winner` is not null, `after_reveal` is false, and no entry of
`exclusions` has an empty `lifted_at`. Rows stand in the order in which they were cast, which Elo ratings depend on:

```python
counted = dataset.filter(
    lambda vote: vote["current"]
    and vote["winner"] is not None
    and not vote["after_reveal"]
    and all(exclusion["lifted_at"] is not None for exclusion in vote["exclusions"])
)
```""",
)
