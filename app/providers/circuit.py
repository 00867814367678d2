"""A circuit breaker: an endpoint that failed several times in a row is left alone for a while; then one call tries."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from app.providers.protocol import CircuitOpenError, ProviderError


@dataclass(frozen=True, slots=True)
class CircuitState:
    """closed: calls go out; open: none does; half_open: one may go out and decides.

    failures: in a row. opens_in_seconds: until one call may go out; 0 unless open. last_error: its kind.
    """

    state: Literal["closed", "open", "half_open"]
    failures: int
    opens_in_seconds: float
    last_error: str | None


class Circuit:
    """Of one endpoint, in one process. A call that is cancelled says nothing about the endpoint."""

    def __init__(
        self, *, enough_failures: int = 5, open_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._enough = enough_failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._is_probed = False
        self._last_error: str | None = None

    @property
    def state(self) -> CircuitState:
        left = max(0.0, self._open_until - self._clock())
        if self._failures < self._enough:
            return CircuitState("closed", self._failures, 0.0, self._last_error)
        return CircuitState("open" if left > 0 else "half_open", self._failures, left, self._last_error)

    def check(self) -> None:
        """Raises CircuitOpenError where no call may go out now."""
        state = self.state
        if state.state == "open" or (state.state == "half_open" and self._is_probed):
            raise CircuitOpenError(
                f"The endpoint failed {state.failures} times in a row, the last time with {state.last_error}. "
                f"It is tried again {f'in {state.opens_in_seconds:.0f} s' if state.state == 'open' else 'now'}.",
                retry_after=state.opens_in_seconds,
            )

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Learns from how the call in the block ends; the only one at a time while half open."""
        is_probe = self.state.state == "half_open"
        self._is_probed = self._is_probed or is_probe
        try:
            yield
        except ProviderError as error:
            if error.breaks_circuit:
                self._failed(error.kind)
            raise
        else:
            self._failures = 0
            self._last_error = None
        finally:
            if is_probe:
                self._is_probed = False

    def _failed(self, kind: str) -> None:
        self._failures += 1
        self._last_error = kind
        self._open_until = self._clock() + self._open_seconds
