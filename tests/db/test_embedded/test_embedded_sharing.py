"""Several processes use one server; the last one that goes stops it, however the others went."""

import json
import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from app.db.embedded.file_lock import FileLock

from .conftest import Script, let_go_on, read_line

USE = "server.start(); print(server.postmaster_pid()); sys.stdin.readline(); server.stop(); print('left')"


def test_processes_that_start_together_share_one_server_and_the_last_stops_it(folder: Path, script: Script) -> None:
    users = [script(USE, folder) for _ in range(3)]
    pids = {read_line(user) for user in users}
    assert len(pids) == 1
    server = EmbeddedPostgres(folder)
    for user in users:
        assert str(server.postmaster_pid()) in pids
        let_go_on(user)
        assert read_line(user) == "left"
    assert not server.is_running


def test_a_user_that_was_killed_no_longer_counts(used_folder: Path, script: Script) -> None:
    first, second = script(USE, used_folder), script(USE, used_folder)
    assert read_line(first) == read_line(second)
    first.kill()
    first.wait()
    let_go_on(second)
    assert read_line(second) == "left"
    assert not EmbeddedPostgres(used_folder).is_running


def test_a_server_whose_only_user_was_killed_runs_on_and_is_used_by_the_next(used_folder: Path, script: Script) -> None:
    user = script(USE, used_folder)
    pid = read_line(user)
    user.kill()
    user.wait()
    with EmbeddedPostgres(used_folder) as server, psycopg.connect(server.url):
        assert str(server.postmaster_pid()) == pid
    assert not server.is_running


def test_two_users_inside_one_process_count_as_two(used_folder: Path) -> None:
    first, second = EmbeddedPostgres(used_folder), EmbeddedPostgres(used_folder)
    assert first.start() == second.start() == first.start()
    first.stop()
    first.stop()
    assert second.is_running
    second.stop()
    assert not second.is_running


def test_threads_that_start_the_same_object_are_one_user(used_folder: Path) -> None:
    server = EmbeddedPostgres(used_folder)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: server.start(), range(8))) == {server.url}
    server.stop()
    assert not server.is_running


def test_a_forked_worker_that_outlives_its_parent_is_no_user(used_folder: Path, script: Script) -> None:
    story = (
        "server.start()\n"
        "if os.fork() == 0:\n"
        "    server.stop(); print(os.getpid(), flush=True); time.sleep(600)\n"
        "time.sleep(600)\n"
    )
    parent = script(story, used_folder)
    worker = int(read_line(parent))
    try:
        server = EmbeddedPostgres(used_folder)
        assert server.is_running  # the worker's stop() was not its parent's
        server.start()
        server.stop()
        assert server.is_running  # the parent still counts
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        server.start()
        server.stop()
        assert not server.is_running
    finally:
        os.kill(worker, signal.SIGKILL)


def test_the_server_inherits_no_lock_of_ours(used_folder: Path) -> None:
    with EmbeddedPostgres(used_folder) as server:
        descriptors = Path(f"/proc/{server.postmaster_pid()}/fd")
        if not descriptors.exists():
            pytest.skip("open files are looked up in /proc")
        targets = [str(descriptor.readlink()) for descriptor in descriptors.iterdir()]
    assert any(target.endswith("server.log") for target in targets)
    assert not any(target.endswith(".lock") and "/run/" not in target for target in targets)


def test_ctrl_c_in_the_terminal_leaves_the_server_to_us(used_folder: Path, script: Script) -> None:
    story = (
        "import json\n"
        "server.start()\n"
        "pid = server.postmaster_pid()\n"
        "try:\n"
        "    print(json.dumps([os.getsid(0), os.getsid(pid), os.getpgid(pid)]))\n"
        "    time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        "    print(psycopg.connect(server.url).execute('SELECT 5').fetchone()[0])\n"
        "server.stop()\n"
    )
    process = script(story, used_folder)
    ours, session, group = json.loads(read_line(process))
    assert ours == process.pid
    assert ours not in {session, group}
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate()[0].split() == ["5"]
    assert cluster_state(used_folder) == "shut down"


def test_a_start_that_waits_for_ever_names_the_lock(used_folder: Path) -> None:
    lock, other = FileLock(used_folder / "start.lock"), FileLock(used_folder / "start.lock")
    with lock.exclusive(seconds=0):
        with pytest.raises(EmbeddedPostgresError, match=r"holds \S+start\.lock"), other.exclusive(seconds=0):
            pass
        assert not other.held


def cluster_state(folder: Path) -> str:
    """What the data folder says of the last server: `shut down` if it ended cleanly."""
    control = subprocess.run(
        [EmbeddedPostgres.binary("pg_controldata"), folder / "data"],
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C"},
    )
    state = re.search(r"^Database cluster state: +(.*)$", control.stdout, re.MULTILINE)
    assert state is not None
    return state[1]
