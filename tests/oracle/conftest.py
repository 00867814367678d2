"""The libraries that own a format read what we export. They are heavy, so `make oracle` has an environment of its own.

Nothing here reaches out: the tokenizer and the model are made on the spot, and the libraries are told to stay offline.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from app.accounts.viewer import OPERATOR
from app.config import Settings
from app.db.engine import Database
from app.releases import service
from tests.releases.arenas import Cast, arena_with, minutes

SHARED_START = (("Hello", "Hi!", "Hi!"), ("Which dish is it?", "Carbonara, with eggs.", "Amatriciana, without."))
# Long enough that a reader's first look at the file meets nothing but the empty values of what comes first.
LONG = (("Tell me all about it.", "a" * 200_000, "b" * 200_000),)

Releaser = Callable[..., Awaitable[Path]]


@pytest.fixture(scope="session", autouse=True)
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
            patch.setenv(name, "1")
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hub")))
        yield


@pytest.fixture
def datasets(offline: None) -> ModuleType:
    module: ModuleType = pytest.importorskip("datasets", reason="make oracle installs it")
    return module


@pytest.fixture
def trl(offline: None) -> ModuleType:
    module: ModuleType = pytest.importorskip("trl", reason="make oracle installs it")
    return module


@pytest.fixture
async def released(database: Database, settings: Settings) -> Releaser:
    """Writes a release of an arena with a bit of everything; returns its folder."""
    late = [Cast(("model_b",), turns=SHARED_START, cast_at=minutes(9), exclusion="lifted", source_row=7)]
    early = [Cast((winner,), turns=LONG, cast_at=None) for winner in ("model_a", "model_b", "tie") for _ in range(15)]
    arena = await arena_with(database, [*early, *late, Cast(("model_a", None), cast_at=minutes(8))])

    async def release(format_name: str, file_type: str) -> Path:
        async with database.session() as session:
            asked = await service.request_release(session, OPERATOR, arena, format_name, file_type)
        await service.write_release(database, settings, uuid.UUID(str(asked.id)))
        return service.release_folder(settings, asked.id)

    return release
