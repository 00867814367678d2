"""Postgres refuses to run as root; it is started all the same, as root, as nobody, and as people without a name."""

import os
import pwd
import shutil
from pathlib import Path

import psycopg
import pytest

from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError

from .conftest import Script, let_go_on, read_line

needs_root = pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/self").exists(), reason="needs root on Linux")
NAMELESS = 54321
USE = (
    "import json\n"
    "server.start()\n"
    "print(psycopg.connect(server.url).execute('SELECT 5').fetchone()[0], server.postmaster_pid())\n"
    "sys.stdin.readline()\n"
    "server.stop()\n"
)


@pytest.fixture
def no_namespaces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of a machine that forbids user namespaces, as most containers do."""
    programs = folder.parent / "bin"
    programs.mkdir()
    unshare = programs / "unshare"
    unshare.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    unshare.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")


def status(server: EmbeddedPostgres, field: str) -> list[str]:
    """One line of /proc/PID/status of the server's main process, for example its user ids."""
    lines = Path(f"/proc/{server.postmaster_pid()}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith(f"{field}:")]
    return line.split()[1:]


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 5").fetchone() == (5,)


def owner(path: Path) -> int:
    return path.stat().st_uid


def nobody() -> int:
    return pwd.getpwnam("nobody").pw_uid


@needs_root
def test_as_root_the_server_runs_in_a_user_namespace_and_the_files_stay_roots(folder: Path) -> None:
    closed = folder.parent / "home"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "pg") as server:
        namespace = Path(f"/proc/{server.postmaster_pid()}/ns/user").readlink()
        if namespace == Path("/proc/self/ns/user").readlink():
            pytest.skip("user namespaces are forbidden here")
        assert answers(server.url)
        assert int(status(server, "CapEff")[0], 16) == 0
        assert owner(server.data / "postgresql.conf") == 0
    assert not server.is_running


@needs_root
def test_where_namespaces_are_forbidden_the_server_becomes_nobody(folder: Path, no_namespaces: None) -> None:
    with EmbeddedPostgres(folder) as server:
        assert answers(server.url)
        assert status(server, "Uid") == [str(nobody())] * 4
        assert int(status(server, "CapEff")[0], 16) == 0
        assert owner(server.data) == owner(server.socket_folder) == nobody()
        with EmbeddedPostgres(folder) as other:
            assert other.postmaster_pid() == server.postmaster_pid()
    assert not server.is_running
    with EmbeddedPostgres(folder) as again:
        assert answers(again.url)


@needs_root
def test_nobody_passes_into_a_home_that_only_root_may_enter(folder: Path, no_namespaces: None) -> None:
    closed = folder.parent / "home"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "pg") as server:
        assert answers(server.url)
        assert status(server, "Uid") == [str(nobody())] * 4
        assert int(status(server, "CapEff")[0], 16).bit_count() == 1
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_data_made_in_a_namespace_are_handed_over_where_there_are_none(used_folder: Path, no_namespaces: None) -> None:
    assert owner(used_folder / "data") == 0
    with EmbeddedPostgres(used_folder) as server:
        assert answers(server.url)
        assert {owner(path) for path in server.data.rglob("*")} == {nobody()}


@needs_root
def test_root_uses_the_data_of_a_person_as_that_person(folder: Path, script: Script) -> None:
    folder.mkdir()
    os.chown(folder, nobody(), nobody())
    person = script(USE, folder, uid=nobody())
    number, pid = read_line(person).split()
    assert number == "5"
    server = EmbeddedPostgres(folder)
    assert str(server.postmaster_pid()) == pid
    assert answers(server.start())
    let_go_on(person)
    person.wait()
    assert str(server.postmaster_pid()) == pid
    server.stop()
    assert not server.is_running
    with server:
        assert status(server, "Uid") == [str(nobody())] * 4
    person = script(USE, folder, uid=nobody())
    assert read_line(person).startswith("5 "), person.communicate()[0]


@needs_root
def test_a_user_whom_the_system_has_no_name_for_can_start_a_server(folder: Path, script: Script) -> None:
    folder.mkdir()
    os.chown(folder, NAMELESS, NAMELESS)
    person = script(USE, folder, uid=NAMELESS)
    line = read_line(person)
    if line.startswith("Traceback"):
        output = person.communicate()[0]
        assert "a user without a name (uid 54321)" in output
        pytest.skip("user namespaces are forbidden to users here")
    assert line.startswith("5 ")
    assert owner(folder / "data") == NAMELESS
    let_go_on(person)
    assert person.wait() == 0


@needs_root
def test_where_nothing_works_the_way_out_is_told(
    folder: Path, no_namespaces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    setpriv = folder.parent / "bin" / "setpriv"
    setpriv.write_text("#!/bin/sh\necho 'setpriv: not allowed'\nexit 1\n")
    setpriv.chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match="does not run as root") as refusal:
        EmbeddedPostgres(folder).start()
    assert "unshare failed: Operation not permitted" in str(refusal.value)
    assert "setpriv: not allowed" in str(refusal.value)
    assert "PREFERENDUM_DATABASE_URL" in str(refusal.value)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(EmbeddedPostgresError, match="package util-linux"):
        EmbeddedPostgres(folder).start()
