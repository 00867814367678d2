"""What is told, as JSON: ids, verdicts and names of models. Never a text, never personal data.

Pure. An event is {"type", "timestamp", "data"}, as Standard Webhooks has it.
"""

import hmac
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import orjson

from app.db.outbox import Happening

VoteType = Literal["vote.cast", "vote.retracted"]
EventType = VoteType | Happening
VOTE_TYPES: tuple[VoteType, ...] = get_args(VoteType)
EVENT_TYPES: tuple[str, ...] = (*VOTE_TYPES, *get_args(Happening))
TEST = "webhook.test"

ABOUT: Mapping[str, str] = {
    "vote.cast": "Somebody voted, or changed their vote: a higher revision replaces the one before.",
    "vote.retracted": "Somebody took their vote back.",
    "arena.opened": "The arena takes votes.",
    "arena.closed": "The arena takes no more votes.",
    "model.joined": "A model came into the pool of a live arena.",
    "model.left": "A model left the pool of a live arena.",
    "release.ready": "A release is written and can be downloaded.",
    "release.failed": "A release could not be written.",
    TEST: "You asked for a test.",
}

Pseudonym = Callable[[uuid.UUID], str]


def pseudonyms(salt: bytes) -> Pseudonym:
    """From annotators to names such as "p-3f2a90b1c4d5e6f7": the same under one salt, and to be joined under none."""

    def pseudonym(annotator_id: uuid.UUID) -> str:
        return f"p-{hmac.digest(salt, annotator_id.bytes, 'sha256').hex()[:16]}"

    return pseudonym


@dataclass(frozen=True)
class VoteTold:
    """One revision of a vote, as it is told. winner is None where it was taken back."""

    xid: int
    battle_id: uuid.UUID
    revision: int
    matchup_id: uuid.UUID
    winner: str | None
    strength: int | None
    after_reveal: bool
    battle_kind: str
    protocol_version: int
    source: str
    model_a: str
    model_b: str | None
    annotator_id: uuid.UUID
    annotator_kind: str
    cast_at: datetime | None
    created_at: datetime

    @property
    def event_id(self) -> str:
        return f"vote_{self.battle_id.hex}_{self.revision}"

    @property
    def type(self) -> VoteType:
        return "vote.cast" if self.winner is not None else "vote.retracted"

    def data(self, arena: str, pseudonym: Pseudonym) -> dict[str, Any]:
        return {
            "arena": arena,
            "battle_id": str(self.battle_id),
            "matchup_id": str(self.matchup_id),
            "revision": self.revision,
            "winner": self.winner,
            "strength": self.strength,
            "model_a": self.model_a,
            "model_b": self.model_b,
            "annotator": pseudonym(self.annotator_id),
            "annotator_kind": self.annotator_kind,
            "battle_kind": self.battle_kind,
            "after_reveal": self.after_reveal,
            "protocol_version": self.protocol_version,
            "source": self.source,
            "cast_at": None if self.cast_at is None else in_utc(self.cast_at),
        }


def body(event_type: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The whole body; at: when it happened."""
    return orjson.dumps({"type": event_type, "timestamp": in_utc(at), "data": data}).decode()


def in_utc(at: datetime) -> str:
    """Such as 2026-01-31T12:00:00.123456Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
