"""OpenAssistant's messages: what a prompt's votes make of its conversation tree.

The root is the user's first message. Where models answered the same message they are siblings, and their rank, from 0,
is that of ranked.py. An answer that both models were handed as part of the conversation has no model and no rank.
"""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from app.releases.formats.format import Dropped
from app.releases.formats.ranked import Ranking, rank_answers
from app.releases.record import VoteRecord

_NAMESPACE = uuid.UUID("0b8f0c52-5f0e-4f0f-8a39-5b2f8f0d4c11")
READY = "ready_for_export"
NAMED_COUNTS: list[tuple[str, pa.DataType]] = [("name", pa.list_(pa.string())), ("count", pa.list_(pa.int64()))]
FIELDS: dict[str, tuple[pa.DataType, str, bool]] = {
    "message_id": (pa.string(), "made from the message and all before it", False),
    "parent_id": (pa.string(), "the message that this one answers; null for the first", True),
    "user_id": (pa.string(), "nobody is named", True),
    "created_date": (pa.string(), "not known", True),
    "text": (pa.string(), "the message", False),
    "role": (pa.string(), "prompter or assistant", False),
    "lang": (pa.string(), "the prompt's language", True),
    "review_count": (pa.int64(), "not known", True),
    "review_result": (pa.bool_(), "not known", True),
    "deleted": (pa.bool_(), "false", False),
    "rank": (pa.int64(), "its place among its siblings, from 0 for the best; siblings may share one", True),
    "synthetic": (pa.bool_(), "whether a model wrote it", False),
    "model_name": (pa.string(), "the model that did, where it is known", True),
    "emojis": (pa.struct(NAMED_COUNTS), "not known", True),
    "labels": (pa.struct([*NAMED_COUNTS, ("value", pa.list_(pa.float64()))]), "not known", True),
}


def tree_of(records: Sequence[VoteRecord]) -> tuple[dict[str, Any] | None, list[Dropped | None]]:
    """The first message with all others below it, under `replies`; None where no vote is in it. All share a prompt."""
    rankings, dropped = rank_answers(records)
    if not rankings:
        return None, dropped
    first = records[0]
    root = _message(None, "prompter", rankings[0].prompt[0]["content"], first, key=first.prompt)
    for ranking in rankings:
        _add(root, ranking, first)
    return root, dropped


def _add(root: dict[str, Any], ranking: Ranking, record: VoteRecord) -> None:
    node = root
    for message in ranking.prompt[1:]:
        role = "prompter" if message["role"] == "user" else "assistant"
        node = _child(node, _message(node, role, message["content"], record))
    for answer in ranking.answers:
        reply = _message(node, "assistant", answer.text, record, key=answer.model)
        _child(node, {**reply, "rank": answer.rank - 1, "model_name": answer.model})


def _child(node: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """The reply that there is already, or else the message, now one."""
    replies: list[dict[str, Any]] = node["replies"]
    known = next((reply for reply in replies if reply["message_id"] == message["message_id"]), None)
    if known is None:
        replies.append(message)
    return known or message


def _message(parent: dict[str, Any] | None, role: str, text: str, record: VoteRecord, key: str = "") -> dict[str, Any]:
    parent_id = parent["message_id"] if parent else None
    return {
        **dict.fromkeys(FIELDS),
        "message_id": str(uuid.uuid5(_NAMESPACE, "\0".join((parent_id or "", role, key, text)))),
        "parent_id": parent_id,
        "text": text,
        "role": role,
        "lang": record.prompt_language,
        "deleted": False,
        "synthetic": role == "assistant",
        "replies": [],
    }


def flattened(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A message and all below it, parents first, each without its replies."""
    yield {name: value for name, value in message.items() if name != "replies"}
    for reply in message["replies"]:
        yield from flattened(reply)
