"""Providers, models and versions as people and programs send and get them."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from app.model_registry.credentials import VARIABLE_PREFIX

ProviderKind = Literal["openai", "anthropic", "replay", "fault"]
VersionState = Literal["draft", "active", "paused", "retired"]
Modality = Literal["text", "image", "audio", "video", "file"]

_LONGEST_OPTIONS = 200_000
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"  # a name stands on one line, and Postgres refuses NUL
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f@]*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=PRINTABLE)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=PRINTABLE)]
Link = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")
]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]


def _can_be_sent(credential: SecretStr) -> SecretStr:
    """It stands in a header. The message must not repeat it."""
    value = credential.get_secret_value().strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("a credential is one word of printable ASCII characters")
    return SecretStr(value)


def _can_be_stored(values: dict[str, Any]) -> dict[str, Any]:
    """Plain JSON that Postgres takes: no NaN, no NUL, no half characters, and of a size that can be read."""
    try:
        text = json.dumps(values, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError("holds a value that JSON does not have") from error
    if any("\x00" in part for part in _texts(values)) or len(text) > _LONGEST_OPTIONS:
        raise ValueError("holds a character that cannot be stored, or is too long")
    return values


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(item)


Options = Annotated[dict[str, Any], AfterValidator(_can_be_stored)]
Credential = Annotated[SecretStr, Field(max_length=10_000), AfterValidator(_can_be_sent)]
Variable = Annotated[
    str,
    StringConstraints(pattern=rf"^{VARIABLE_PREFIX}[A-Z0-9_]+$", max_length=200),
    Field(examples=[VARIABLE_PREFIX + "X"]),
]
Price = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=6)]
Budget = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=2)]
Seconds = Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


_NOT_EXTRA = frozenset(
    {"system_prompt", "temperature", "top_p", "max_tokens", "seed", "stop", "extra"}
    | {"model", "messages", "system", "stream", "stream_options", "n"}
)


class SamplingSettings(Strict):
    """What is sent with every question. What is left out, the arena's protocol decides, or else the provider."""

    system_prompt: Text | None = None
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1, le=32_000)
    seed: int | None = Field(default=None, ge=0, lt=2**31)
    stop: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] = Field(default=(), max_length=4)
    extra: Options = Field(
        default_factory=dict, description="What this provider understands besides, sent as it is, such as top_k."
    )

    @model_validator(mode="after")
    def _overrules_nothing(self) -> Self:
        taken = sorted(_NOT_EXTRA & set(self.extra))
        if taken:
            raise ValueError(f"{taken[0]} does not belong under extra")
        return self

    def stored(self) -> dict[str, Any]:
        """As a version keeps it: what is set, with the extra settings beside the others."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"extra"}) | self.extra


class ProviderIn(Strict):
    """Where models are served. At most one of credential and credential_variable."""

    name: Name
    kind: ProviderKind
    base_url: Address | None = None
    options: Options = Field(default_factory=dict)
    credential: Credential | None = None
    credential_variable: Variable | None = None
    allow_private: bool = Field(default=False, description="Whether it may stand in the server's own network.")

    @model_validator(mode="after")
    def _has_one_credential(self) -> Self:
        if self.credential is not None and self.credential_variable is not None:
            raise ValueError("give a credential or the name of a variable, not both")
        return self


class ProviderChange(Strict):
    """What is left out stays, but for one thing: a new address takes the old credential away."""

    base_url: Address | None = None
    credential: Credential | None = None
    credential_variable: Variable | None = None
    remove_credential: bool = False
    allow_private: bool | None = None

    @model_validator(mode="after")
    def _says_one_thing_of_the_credential(self) -> Self:
        given = (self.credential is not None, self.credential_variable is not None, self.remove_credential)
        if sum(given) > 1:
            raise ValueError("give a credential, name a variable, or remove what there is: one of the three")
        return self


class CredentialOut(BaseModel):
    """All that is ever said of a credential."""

    kind: Literal["none", "stored", "variable"]
    set_at: datetime | None = None
    variable: str | None = None
    problem: str | None = Field(default=None, description="Why it cannot be used, and what to do.")


class ProviderOut(BaseModel):
    id: uuid.UUID
    name: str
    kind: ProviderKind
    base_url: str | None
    options: dict[str, Any]
    allow_private: bool
    credential: CredentialOut
    versions: int = Field(description="How many versions of models it serves.")
    created_at: datetime
    warning: str | None = Field(
        default=None, description="Said once, when it is added or changed: what may keep it from answering."
    )


class Limits(Strict):
    """What a version costs and may take. These can change at any time. Prices are US dollars per million tokens."""

    input_price: Price | None = None
    output_price: Price | None = None
    daily_budget: Budget | None = Field(default=None, description="US dollars a day (UTC); null sets no limit.")
    max_concurrency: int = Field(default=8, ge=1, le=1_000, description="Calls at once, in each web process.")
    first_fragment_seconds: Seconds = 30.0
    whole_seconds: Seconds = 180.0


class Shape(Strict):
    """What shapes a version's answers. It never changes: other values are another version."""

    provider: Name
    served_as: Name = Field(description="The name that the provider knows it by.")
    settings: SamplingSettings = SamplingSettings()


class VersionIn(Limits, Shape):
    label: Label = Field(default="", description="Tells versions of a model apart; shown as model@label.")
    state: Literal["draft", "active"] = "draft"


class VersionChange(Limits):
    """What is left out stays as it is; null takes a price or the budget away."""

    state: VersionState = "draft"


class ModelFacts(Strict):
    """What is known of a model. aliases are names by which it may give itself away in an answer."""

    organisation: Line | None = None
    licence: Line | None = None
    link: Link | None = None
    modalities: tuple[Modality, ...] = Field(default=("text",), min_length=1)
    aliases: tuple[Name, ...] = Field(default=(), max_length=100)


class ModelIn(ModelFacts):
    """A model with its first version."""

    name: Name
    version: VersionIn


class ModelChange(ModelFacts):
    """What is left out stays as it is."""


class CallsOut(BaseModel):
    """What the calls of the last 24 hours say. Medians are of calls that went well."""

    calls: int = 0
    errors: int = 0
    median_first_fragment_seconds: float | None = None
    median_duration_seconds: float | None = None
    cost: Decimal = Decimal(0)
    last_error: str | None = None


class CircuitOut(BaseModel):
    """closed: calls go through. open: after several failures in a row none are made for a while.

    half_open: that while is over, and the next call decides.
    """

    state: Literal["closed", "open", "half_open"] = "closed"
    failures: int = Field(default=0, description="How many calls have failed in a row.")
    until: datetime | None = None


class VersionOut(BaseModel):
    id: uuid.UUID
    model_id: uuid.UUID
    label: str
    display_name: str
    state: VersionState
    provider: str | None = Field(description="null where outputs were imported, so that nothing is ever called.")
    served_as: str
    settings: dict[str, Any]
    input_price: Decimal | None
    output_price: Decimal | None
    daily_budget: Decimal | None
    max_concurrency: int
    first_fragment_seconds: float
    whole_seconds: float
    created_at: datetime
    pools: int = Field(default=0, description="In the pools of how many arenas it is.")
    spent_today: Decimal = Field(default=Decimal(0), description="US dollars since midnight UTC.")
    last_24_hours: CallsOut = CallsOut()
    circuit: CircuitOut = CircuitOut()


class ModelOut(BaseModel):
    id: uuid.UUID
    name: str
    organisation: str | None
    licence: str | None
    link: str | None
    modalities: list[Modality]
    aliases: list[str]
    created_at: datetime
    versions: list[VersionOut]


class TrialIn(Strict):
    """A short question that tests whether a model answers."""

    prompt: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000, pattern=r"^[^\x00]*$")
    ] = "Greet me in one sentence, and say what you can help with."


class TrialOut(BaseModel):
    """What came of a test. words say it to a person; error is the kind of failure, null where there was none."""

    text: str
    words: str
    error: str | None = None
    finish_reason: str | None = None
    first_fragment_seconds: float | None = None
    duration_seconds: float
    attempts: int
    input_tokens: int | None = None
    output_tokens: int | None = None
    tokens_per_second: float | None = Field(default=None, description="Between the first fragment and the last.")
    cost: Decimal | None = Field(default=None, description="US dollars; null where prices or tokens are not known.")
