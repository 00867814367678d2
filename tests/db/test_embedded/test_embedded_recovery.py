"""What was committed survives kills at any moment, and the next start clears away what they leave."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError, processes

from .conftest import Script, end_server, wait_until


@contextlib.contextmanager
def killed_server(folder: Path, query: str = "SELECT pg_sleep(600)") -> Iterator[tuple[EmbeddedPostgres, int]]:
    """A server whose postmaster was killed while a client was at `query`; with the process id of that backend."""
    server = EmbeddedPostgres(folder)
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE vote AS SELECT generate_series(1, 1000) AS number")
    writer, busy = psycopg.connect(url), psycopg.connect(url, autocommit=True)
    writer.execute("DELETE FROM vote")  # not committed
    busy.pgconn.send_query(query.encode())
    with psycopg.connect(url, autocommit=True) as watcher:
        active = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
        wait_until(lambda: watcher.execute(active, [busy.info.backend_pid]).fetchone() == (1,))
    pid = server.postmaster_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not server.is_running)
    try:
        yield server, busy.info.backend_pid
    finally:
        writer.close()
        busy.close()
        server.stop()


def votes(url: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM vote").fetchone()
    assert row is not None
    return row[0]


def test_a_killed_postmaster_is_replaced_with_the_committed_rows_intact(used_folder: Path) -> None:
    with killed_server(used_folder) as (server, _):
        assert (server.data / "postmaster.pid").exists()
        assert votes(server.start()) == 1000


def test_an_orphan_that_works_on_after_its_postmaster_was_killed_is_ended(used_folder: Path) -> None:
    endless = "DO $$ BEGIN LOOP END LOOP; END $$"
    with killed_server(used_folder, endless) as (server, backend):
        assert processes.command_line(backend).startswith("postgres: preferendum-")
        assert votes(server.start()) == 1000
        assert processes.command_line(backend) == ""


def test_a_server_that_runs_is_never_taken_for_orphans(used_folder: Path) -> None:
    with EmbeddedPostgres(used_folder) as server, psycopg.connect(server.url) as connection:
        title = processes.command_line(connection.info.backend_pid)
        processes.end_orphans(title.removeprefix("postgres: ").partition(":")[0])
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_recorded_process_id_that_is_now_another_program_does_not_stop_the_start(used_folder: Path) -> None:
    with killed_server(used_folder) as (server, _), subprocess.Popen(["sleep", "600"]) as stranger:
        record = server.data / "postmaster.pid"
        _, rest = record.read_text().split("\n", 1)
        record.write_text(f"{stranger.pid}\n{rest}")
        try:
            assert not server.is_running
            assert votes(server.start()) == 1000
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_setup_that_was_killed_half_way_begins_again(folder: Path, script: Script) -> None:
    torn = script("server.start()", folder)
    wait_until(lambda: any(folder.glob("data.new-*/base/1/*")))
    torn.kill()
    torn.wait()
    assert not (folder / "data").exists()
    [staging] = folder.glob("data.new-*")
    with EmbeddedPostgres(folder) as server, psycopg.connect(server.url):
        pass
    wait_until(lambda: not any(str(staging) in command for _, _, command in processes.every_process()))
    with EmbeddedPostgres(folder):
        assert not list(folder.glob("data.new-*"))


def test_a_start_waits_for_a_server_that_is_just_stopping(used_folder: Path) -> None:
    server = EmbeddedPostgres(used_folder)
    server.start()
    first = server.postmaster_pid()
    assert first is not None
    os.kill(first, signal.SIGINT)
    with psycopg.connect(server.start()):
        assert server.postmaster_pid() != first
    server.stop()


def test_two_servers_never_run_on_one_folder_even_if_the_first_cannot_be_seen(
    used_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedPostgres(used_folder) as server:
        pid = server.postmaster_pid()
        with monkeypatch.context() as another_container:
            another_container.setattr(processes, "command_line", lambda pid: "")
            with pytest.raises(EmbeddedPostgresError, match="cannot see, perhaps in another container"):
                EmbeddedPostgres(used_folder).start()
        assert server.postmaster_pid() == pid


def test_without_proc_the_processes_are_told_by_ps(used_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("ps") is None:
        pytest.skip("ps is not installed")
    [seen] = [known for known in processes.every_process() if known[0] == os.getpid()]
    assert seen[1] == os.getppid()
    monkeypatch.setattr(processes, "_PROC", Path("/nonexistent"))
    assert processes.command_line(os.getpid()) == seen[2]
    assert seen in list(processes.every_process())
    with EmbeddedPostgres(used_folder) as server:
        assert server.is_running
    assert not server.is_running


def test_a_start_that_fails_late_leaves_no_server_behind(used_folder: Path) -> None:
    server = EmbeddedPostgres(used_folder)
    with psycopg.connect(server.start(), dbname="postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE preferendum")
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    server.stop()
    with pytest.raises(EmbeddedPostgresError, match="read-only transaction"):
        server.start()
    assert not server.is_running
    end_server(server)
