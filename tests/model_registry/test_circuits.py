"""The state of a circuit, read off the newest calls."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db.engine import Database
from app.model_registry import calls
from app.model_registry.circuits import ENOUGH_CALLS, OPEN_FOR, CallEnd, circuit_after
from app.providers.circuit import Circuit
from app.providers.protocol import BrokeOffError
from tests.model_registry.registering import add_model, add_provider
from tests.people import Person

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAILED, WELL = "broke_off", None


def ended(*errors: str | None, seconds_ago: float = 1) -> list[CallEnd]:
    return [CallEnd(NOW - timedelta(seconds=seconds_ago), error) for error in errors]


@pytest.mark.parametrize(
    ("ends", "state", "failures"),
    [
        ([], "closed", 0),
        (ended(*[FAILED] * (ENOUGH_CALLS - 1)), "closed", ENOUGH_CALLS - 1),
        (ended(*[FAILED] * ENOUGH_CALLS), "open", ENOUGH_CALLS),
        (ended(WELL, *[FAILED] * ENOUGH_CALLS), "open", ENOUGH_CALLS),
        (ended(*[FAILED] * ENOUGH_CALLS, WELL), "closed", 0),
        (ended(*[FAILED] * ENOUGH_CALLS, seconds_ago=OPEN_FOR.total_seconds() + 1), "half_open", ENOUGH_CALLS),
    ],
)
def test_enough_failures_in_a_row_open_a_circuit_and_one_success_closes_it(
    ends: list[CallEnd], state: str, failures: int
) -> None:
    circuit = circuit_after(ends, NOW)
    assert (circuit.state, circuit.failures) == (state, failures)
    assert (circuit.until is not None) == (state != "closed")


def test_the_rule_is_that_of_the_breaker_in_each_process() -> None:
    now = 0.0
    breaker = Circuit(clock=lambda: now)
    for failures in range(1, ENOUGH_CALLS + 1):
        assert breaker.state.state == "closed"
        with pytest.raises(BrokeOffError), breaker.watching():
            raise BrokeOffError("It broke off.")
        assert breaker.state.failures == failures
    assert breaker.state.state == "open"
    assert breaker.state.opens_in_seconds == OPEN_FOR.total_seconds()
    now = OPEN_FOR.total_seconds() + 1
    assert breaker.state.state == "half_open"


async def test_an_open_circuit_shows_on_every_process_page(database: Database, researcher: Person) -> None:
    await add_provider(researcher)
    model = await add_model(researcher)
    version = model["versions"][0]["id"]
    path = f"/api/models/{model['id']}"
    assert (await researcher.http.get(path)).json()["versions"][0]["circuit"]["state"] == "closed"

    async def record(error: str | None, attempts: int = 1, *, times: int = 1) -> None:
        for _ in range(times):
            async with database.session() as session:
                calls.record_call(
                    session,
                    version_id=version,
                    started_at=datetime.now(UTC),
                    duration_seconds=0,
                    attempts=attempts,
                    error=error,
                )

    await record(FAILED, times=ENOUGH_CALLS)
    assert (await researcher.http.get(path)).json()["versions"][0]["circuit"]["state"] == "open"
    assert "circuit open" in (await researcher.http.get("/models")).text
    assert "Not called for the moment" in (await researcher.http.get(f"/models/{model['id']}")).text
    await record("circuit_open", attempts=0)
    await record("not_accepted")
    assert (await researcher.http.get(path)).json()["versions"][0]["circuit"]["state"] == "open"
    await record(WELL)
    assert (await researcher.http.get(path)).json()["versions"][0]["circuit"]["state"] == "closed"
    assert "circuit open" not in (await researcher.http.get("/models")).text
