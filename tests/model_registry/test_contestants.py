"""What a call of a version needs, and what it costs."""

import uuid
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from app.config import Settings
from app.db.engine import Database
from app.model_registry.contestants import (
    Contestant,
    build,
    cost,
    is_within_budget,
    limits_of,
    load_contestants,
)
from app.model_registry.repository import find_versions
from app.providers.protocol import MisconfiguredError
from tests.model_registry.registering import add_model, add_provider
from tests.people import Person
from tests.worlds import open_arena


@pytest.fixture
async def contestant(database: Database, researcher: Person, settings: Settings) -> Contestant:
    await add_provider(researcher, credential="sk-planted")
    limits = {"max_concurrency": 3, "first_fragment_seconds": 7, "whole_seconds": 70}
    model = await add_model(researcher, label="v1", input_price="0.5", output_price="1.5", **limits)
    version = uuid.UUID(model["versions"][0]["id"])
    async with database.read_session() as session:
        return (await load_contestants(session, [version, uuid.uuid4()], settings))[version]


async def test_a_contestant_carries_all_that_a_call_needs_and_hides_its_credential(contestant: Contestant) -> None:
    assert (contestant.display_name, contestant.served_as, contestant.provider_kind) == (
        "owl-7b@v1",
        "owl-7b-instruct",
        "openai",
    )
    assert contestant.settings == {"temperature": 0.5}
    assert "sk-planted" not in f"{contestant!r} {contestant}"
    limits = limits_of(contestant)
    assert (limits.max_concurrency, limits.first_fragment_seconds, limits.whole_seconds) == (3, 7, 70)
    async with httpx.AsyncClient() as client:
        assert build(contestant, client).kind == "openai"
        with pytest.raises(MisconfiguredError, match="lost"):
            build(replace(contestant, problem="Its key is lost."), client)


@pytest.mark.parametrize(
    ("prices", "tokens", "dollars"),
    [
        (("0.5", "1.5"), (1_000, 2_000), "0.0035"),
        (("0.5", "1.5"), (0, 0), "0"),
        ((None, "1.5"), (None, 2_000), "0.003"),
        (("0.5", "1.5"), (None, 2_000), None),
        ((None, None), (1_000, 2_000), None),
        (("0.000001", None), (1, 1), "0"),
    ],
)
async def test_the_cost_of_a_call_follows_from_its_tokens_and_prices(
    contestant: Contestant,
    prices: tuple[str | None, str | None],
    tokens: tuple[int | None, int | None],
    dollars: str | None,
) -> None:
    input_price, output_price = (Decimal(price) if price else None for price in prices)
    priced = replace(contestant, input_price=input_price, output_price=output_price)
    assert cost(priced, *tokens) == (Decimal(dollars) if dollars else None)


async def test_a_budget_holds_until_it_is_spent(contestant: Contestant) -> None:
    limited = replace(contestant, daily_budget=Decimal(1))
    assert is_within_budget(limited, Decimal("0.99"))
    assert not is_within_budget(limited, Decimal("1.00"))
    assert is_within_budget(contestant, Decimal(1_000_000))


async def test_imported_versions_are_contestants_that_nobody_can_call(database: Database, settings: Settings) -> None:
    await open_arena(database)
    async with database.read_session() as session:
        ids = [row.version.id for row in await find_versions(session)]
        contestants = await load_contestants(session, ids, settings)
    assert len(contestants) == 3
    assert all("imported" in (contestant.problem or "") for contestant in contestants.values())
