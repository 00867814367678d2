"""A server comes up from nothing, private, durable, in UTF-8, and keeps what it was given."""

import os
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from app.db.embedded.socket_folder import SOCKET_NAME

from .conftest import Script, end_server


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_first_start_makes_a_durable_utf8_database_with_checksums(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server, psycopg.connect(server.url) as connection:
        settings = connection.execute("SELECT name, setting FROM pg_settings").fetchall()
        found: dict[str, str] = dict(settings)
        assert connection.info.dbname == "preferendum"
        locale = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale, datcollate FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
        cased = connection.execute("SELECT upper('žluťoučký'), 'é' < 'f'").fetchone()
    assert locale == ("UTF8", "b", "C.UTF-8", "C")
    assert cased == ("ŽLUŤOUČKÝ", False)
    expected = {
        "server_version": found["server_version"],
        "data_checksums": "on",
        "listen_addresses": "",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "autovacuum": "on",
        "max_connections": "200",
        "shared_buffers": str(128 * 1024 // 8),
        "random_page_cost": "1.1",
        "jit": "off",
        "TimeZone": "UTC",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["server_version"].startswith("18.")


def test_only_its_owner_may_enter_the_folders_of_the_data_and_of_the_socket(used_folder: Path) -> None:
    with EmbeddedPostgres(used_folder) as server:
        assert server.socket_folder == used_folder / "run"
        assert stat.S_ISSOCK((server.socket_folder / SOCKET_NAME).stat().st_mode)
        for private in (server.data, server.socket_folder, server.log, used_folder / "users.lock"):
            assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0, private


def test_what_was_written_is_there_after_a_stop_and_a_start(used_folder: Path) -> None:
    server = EmbeddedPostgres(used_folder)
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    first_pid = server.postmaster_pid()
    server.stop()
    assert not server.is_running
    assert value(server.start(), "SELECT number FROM kept") == 7
    assert server.postmaster_pid() != first_pid
    server.stop()


def test_a_path_too_long_for_a_socket_gets_one_in_a_short_private_folder_that_others_find(
    used_folder: Path, script: Script
) -> None:
    long = used_folder.parent / ("d" * 100)
    used_folder.rename(long)
    server = EmbeddedPostgres(long)
    try:
        server.start()
        assert len(os.fsencode(server.socket_folder / SOCKET_NAME)) <= 103
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        other = script("print(server.start(), server.postmaster_pid()); server.stop()", long)
        assert other.communicate()[0].split() == [server.url, str(server.postmaster_pid())]
    finally:
        server.stop()
        server.socket_folder.rmdir()


def test_a_socket_folder_that_others_may_enter_is_refused(used_folder: Path) -> None:
    (used_folder / "run").chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match="not a private folder of this user"):
        EmbeddedPostgres(used_folder).start()


def test_a_socket_folder_that_is_a_link_is_refused(used_folder: Path) -> None:
    (used_folder / "run").rename(used_folder / "elsewhere")
    (used_folder / "run").symlink_to(used_folder / "elsewhere")
    with pytest.raises(EmbeddedPostgresError, match="not a private folder of this user"):
        EmbeddedPostgres(used_folder).start()


@pytest.mark.parametrize("name", ["it's 100% é+ü: a=b&c?d#e", "one, two"])
def test_folders_with_unusual_names_work_for_every_reader_of_the_url(used_folder: Path, name: str) -> None:
    odd = used_folder.parent / name
    used_folder.rename(odd)
    server = EmbeddedPostgres(odd)
    try:
        url = server.start()
        assert value(url, "SELECT current_database()") == "preferendum"
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == "postgres"
        engine.dispose()
    finally:
        end_server(server)
        if server.socket_folder.parent != odd:
            server.socket_folder.rmdir()
        server.stop()


def test_the_environment_of_the_shell_neither_misleads_us_nor_reaches_the_server(
    used_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PREFERENDUM_SECRET", "hidden")
    with EmbeddedPostgres(used_folder) as server:
        assert value(server.url, "SELECT 1") == 1
        environment = Path(f"/proc/{server.postmaster_pid()}/environ")
        if environment.exists():
            assert b"hidden" not in environment.read_bytes()


def test_the_programs_of_postgres_can_be_called_on_the_database(used_folder: Path) -> None:
    with EmbeddedPostgres(used_folder) as server:
        told = subprocess.run(
            [server.binary("psql"), "-XAtc", "SELECT 6 * 7", server.url], capture_output=True, text=True, check=True
        )
    assert told.stdout.strip() == "42"
    assert server.binary("pgbench").is_file()
