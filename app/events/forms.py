"""The forms of the webhooks' pages, as a browser sends them: texts, and boxes that are not sent when not ticked."""

from datetime import UTC, datetime, timedelta
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from app.errors import InvalidInputError
from app.events.payloads import EventType
from app.events.schemas import Kind, WebhookIn, WebhookUpdate
from app.events.tables import Webhook

Choice = TypeVar("Choice", bound=str)
Since = Literal["hour", "day", "week", "month"]

SINCE: dict[Since, tuple[str, timedelta]] = {
    "hour": ("the last hour", timedelta(hours=1)),
    "day": ("the last day", timedelta(days=1)),
    "week": ("the last 7 days", timedelta(days=7)),
    "month": ("the last 30 days", timedelta(days=30)),
}


class WebhookForm(BaseModel):
    """What a webhook is told, and where."""

    model_config = ConfigDict(extra="forbid")

    url: str = ""
    types: list[EventType] = []
    kinds: list[Kind] = []

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        return cls.model_validate({"url": webhook.url, "types": webhook.types, "kinds": webhook.kinds})

    def to_webhook(self) -> WebhookIn:
        return WebhookIn(url=self._url(), types=_some(self.types, "event"), kinds=_some(self.kinds, "kind of voter"))

    def to_update(self) -> WebhookUpdate:
        return WebhookUpdate(**self.to_webhook().model_dump())

    def _url(self) -> str:
        if not self.url.strip():
            raise InvalidInputError("Type the address that is to be told.")
        return self.url.strip()


class ReplayForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: Since = "day"

    def moment(self) -> datetime:
        return datetime.now(UTC) - SINCE[self.since][1]


class RotationForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overlap_hours: Literal["0", "24", "168"] = "24"

    def overlap(self) -> timedelta:
        return timedelta(hours=int(self.overlap_hours))


def _some(chosen: list[Choice], what: str) -> list[Choice]:
    if not chosen:
        raise InvalidInputError(f"Tick at least one {what}.")
    return chosen
