"""What calling a model means: a conversation and settings in, fragments of text out, and one small tree of errors."""

import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "refused"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of one call; None leaves a setting to the service. `extra` goes into the request as it stands."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: Sequence[str] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """model: the name by which the service knows it. The last message is the one to be answered."""

    model: str
    messages: Sequence[Message]
    sampling: Sampling = Sampling()


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of the answer, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer; the tokens are None where the service does not count them."""

    reason: FinishReason
    input_tokens: int | None = None
    output_tokens: int | None = None


Event = Fragment | Finished


class Provider(Protocol):
    """A way to call models."""

    @property
    def kind(self) -> str: ...

    def stream(self, call: Call) -> AsyncGenerator[Event, None]:
        """Fragments, then one Finished. Raises ProviderError. Closing it, or cancelling who reads, stops the model."""
        ...


class ProviderError(Exception):
    """A call that did not come to its end. Its text is a sentence for an administrator, never for a voter.

    No error holds a credential or what a service wrote: a service may repeat the credential it was sent.
    anything_sent: whether a part of the answer had come before. may_pass: whether another attempt may succeed.
    breaks_circuit: whether it speaks against the endpoint. What depends on the prompt alone must not, or anybody
    could take a model out of an arena.
    """

    kind: ClassVar[str] = "failed"
    may_pass: ClassVar[bool] = False
    breaks_circuit: ClassVar[bool] = True

    def __init__(self, sentence: str, *, anything_sent: bool = False, retry_after: float | None = None) -> None:
        """retry_after: seconds that the service asks to wait, where it said so."""
        super().__init__(sentence)
        self.anything_sent = anything_sent
        self.retry_after = retry_after


class UnreachableError(ProviderError):
    kind = "unreachable"
    may_pass = True


class FirstFragmentTimeoutError(ProviderError):
    kind = "first_fragment_timeout"


class WholeTimeoutError(ProviderError):
    kind = "whole_timeout"


class RefusedError(ProviderError):
    """The service does not let us: the credential, the account, the model's name or the address is wrong."""

    kind = "refused"


class NotAcceptedError(ProviderError):
    """The service found something wrong with this request: too long, forbidden content, a setting it does not know."""

    kind = "not_accepted"
    breaks_circuit = False


class RateLimitedError(ProviderError):
    kind = "rate_limited"
    may_pass = True


class ServiceFailedError(ProviderError):
    """The service says that it has failed or is overloaded."""

    kind = "service_failed"
    may_pass = True


class BrokeOffError(ProviderError):
    kind = "broke_off"
    may_pass = True


class NotUnderstoodError(ProviderError):
    kind = "not_understood"


class TooLongError(ProviderError):
    kind = "too_long"
    breaks_circuit = False


class ForbiddenAddressError(ProviderError):
    kind = "forbidden_address"


class MisconfiguredError(ProviderError):
    """The provider's kind, address or options cannot be."""

    kind = "misconfigured"
    breaks_circuit = False


class BusyError(ProviderError):
    """As many calls as allowed were under way; nothing was sent to the service."""

    kind = "busy"
    breaks_circuit = False


class CircuitOpenError(ProviderError):
    """The endpoint failed several times in a row; nothing was sent to it."""

    kind = "circuit_open"
    breaks_circuit = False


class BudgetSpentError(ProviderError):
    """For whoever keeps budgets; nothing was sent to the service."""

    kind = "budget_spent"
    breaks_circuit = False


ERRORS: Mapping[str, type[ProviderError]] = {
    "failed": ProviderError,
    **{error.kind: error for error in ProviderError.__subclasses__()},
}
"""The classes by the kind that records of calls keep."""


async def marking_errors(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The same events; an error is told whether a fragment came before it."""
    anything_sent = False
    async with contextlib.aclosing(events):
        try:
            async for event in events:
                anything_sent = anything_sent or isinstance(event, Fragment)
                yield event
        except ProviderError as error:
            error.anything_sent = anything_sent
            raise
