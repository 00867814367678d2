"""Webhooks and deliveries as they come and go over the API."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from app.events.payloads import EVENT_TYPES, EventType
from app.events.tables import Webhook, WebhookDelivery
from app.events.targets import LONGEST

Kind = Literal["human", "judge", "simulated"]
State = Literal["active", "paused", "disabled"]
DeliveryState = Literal["waiting", "delivered", "failed"]

EXAMPLE_URL = "https://lab.example.org/hooks/preferendum"


def _in_order(types: list[EventType]) -> list[EventType]:
    return sorted(set(types), key=EVENT_TYPES.index)


Types = Annotated[list[EventType], Field(min_length=1), AfterValidator(_in_order)]
Kinds = Annotated[list[Kind], Field(min_length=1), AfterValidator(lambda kinds: sorted(set(kinds)))]
Url = Annotated[str, Field(max_length=LONGEST, examples=[EXAMPLE_URL])]


class WebhookIn(BaseModel):
    """A webhook to be made. kinds: of whose votes it is told; people's alone unless others are named."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    types: Types = Field(examples=[["vote.cast", "vote.retracted"]])
    kinds: Kinds = ["human"]


class WebhookUpdate(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    types: Types | None = None
    kinds: Kinds | None = None
    state: Literal["active", "paused"] | None = None


class WebhookOut(BaseModel):
    """A webhook. Its secret is told once, when it is made."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    url: str
    types: list[str]
    kinds: list[str]
    state: State
    reason: str | None = Field(description="Why it was switched off.")
    failures: int = Field(description="Attempts that failed since the last that did not.")
    failing_since: datetime | None
    delivered_at: datetime | None = Field(description="When something arrived last.")
    previous_until: datetime | None = Field(description="Until then the secret before the last replacement signs too.")
    created_at: datetime

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        return cls.model_validate(webhook)


class SecretOut(BaseModel):
    """A secret, this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class NewWebhookOut(WebhookOut, SecretOut):
    """A new webhook with its secret."""


class DeliveryOut(BaseModel):
    """One event on its way to one webhook. event_id is what the receiver gets as webhook-id, each time the same."""

    id: uuid.UUID
    event_id: str
    type: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    last_seconds: float | None
    delivered_at: datetime | None
    created_at: datetime
    body: dict[str, Any]

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> Self:
        names = set(cls.model_fields) - {"body"}
        return cls(body=orjson.loads(delivery.body), **{name: getattr(delivery, name) for name in names})


class RotationIn(BaseModel):
    """overlap_hours: how long the present secret signs too, beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(default=24, ge=0, le=168)


class ReplayIn(BaseModel):
    """since: of deliveries made then or later, all that failed are sent again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime


class ReplayOut(BaseModel):
    """How many are sent again."""

    queued: int
