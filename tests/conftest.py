"""A real Postgres for every test: one server a run, one fresh database a test, copied from a migrated template."""

import contextlib
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import make_url
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from app.accounts import service
from app.config import Settings
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import upgrade
from app.main import create_app, work_with
from tests.chromium import browser
from tests.folders import roomy_memory
from tests.people import Person, Visitors

__all__ = ["browser"]  # a fixture, for the tests of any folder

# No example has to be quick: the machine may be busy, and the first one loads things.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

TEMPLATE = "preferendum_template"
LONG = ("e2e", "fault", "long")
"""Marks of tests that take seconds each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, so that in the end no process waits for another."""
    items.sort(key=lambda item: not any(map(item.get_closest_marker, LONG)))


def pytest_collection_finish() -> None:
    """What was loaded stays; looking for garbage among it costs every test a little."""
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Processes for `-n auto`: half as many again as there are processors, as many tests wait rather than compute."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """A file's tests go to one process, which makes what they share; the files go in the order of the tests."""
    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


def database_named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """The same hash with the least cost: dozens of people sign in during a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "_passwords", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a server: PREFERENDUM_TEST_DATABASE_URL, or an embedded one for this run alone."""
    if url := os.environ.get("PREFERENDUM_TEST_DATABASE_URL"):
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="pref-", dir=roomy_memory()))
    server = EmbeddedPostgres(folder / "postgres")
    try:
        url = server.start()
        make_hasty(url)
        yield url
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def make_hasty(url: str) -> None:
    """Nothing here outlives the run, so it need not reach the disk. Tests of crashes start servers of their own."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    upgrade(database_named(server_url, name))
    yield name
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def copy_of(server_url: str, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database for the length of the block."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        # A plain copy of the files: twice as quick as writing all of it to the log.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    yield database_named(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def test_url(server_url: str, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    with copy_of(server_url, template) as url:
        yield url


@pytest.fixture
async def database(test_url: str) -> AsyncIterator[Database]:
    async with Database(test_url) as opened:
        yield opened


@pytest.fixture
def settings(test_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=test_url)


@pytest.fixture(scope="session")
def every_route() -> FastAPI:
    """The app of all tests: looking at a route for the first time takes FastAPI longer than most tests take."""
    return create_app(Settings(), Database("postgresql://nowhere/nothing"))


@pytest.fixture
def app(every_route: FastAPI, settings: Settings, database: Database) -> FastAPI:
    """The app on the test's own database."""
    work_with(every_route, settings, database)
    return every_route


@pytest.fixture
async def visitors(app: FastAPI, database: Database) -> AsyncIterator[Visitors]:
    """Makes people with browsers; closes them all at the end."""
    async with contextlib.AsyncExitStack() as stack:
        yield Visitors(app, database, stack)


@pytest.fixture
async def stranger(visitors: Visitors) -> Person:
    """Somebody who has never been here."""
    return await visitors.stranger()


@pytest.fixture
async def owner(visitors: Visitors) -> Person:
    """The researcher whose arena it is."""
    return await visitors.account("owner@example.org", "researcher")


@pytest.fixture
async def researcher(visitors: Visitors) -> Person:
    """Another researcher, who owns nothing here."""
    return await visitors.account("other@example.org", "researcher")


@pytest.fixture
async def admin(visitors: Visitors) -> Person:
    return await visitors.account("admin@example.org", "admin")
