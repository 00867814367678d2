"""A worker's dispatcher that reaches the tests' receivers."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.config import Settings
from app.db.engine import Database
from app.events.dispatch import Dispatcher
from app.model_registry.credentials import Vault
from tests.events.receivers import ToThisMachine


@pytest.fixture
async def way() -> AsyncIterator[ToThisMachine]:
    transport = ToThisMachine()
    yield transport
    await transport.aclose()


@pytest.fixture
def client(way: ToThisMachine) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=way, headers={"accept-encoding": "identity"})


@pytest.fixture
def dispatcher(database: Database, settings: Settings, client: httpx.AsyncClient) -> Dispatcher:
    return Dispatcher(database, Vault(settings), client)
