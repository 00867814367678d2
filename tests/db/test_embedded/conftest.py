"""Folders for embedded servers, and processes of their own that use them.

Each test works on real servers. Folders have short paths, so that their sockets lie beside the data.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.db.embedded import EmbeddedPostgres
from tests.folders import roomy_memory

PROJECT = Path(__file__).resolve().parents[3]

Script = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that does not exist yet, in a new one that anybody may enter; emptied of servers afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="pf-", dir=roomy_memory()))
    parent.chmod(0o755)
    yield parent / "pg"
    for data in parent.rglob("data"):
        end_server(EmbeddedPostgres(data.parent))
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A folder with data in it, set up once, to be copied: cheaper than a first start for each test."""
    parent = Path(tempfile.mkdtemp(prefix="pf-", dir=roomy_memory()))
    with EmbeddedPostgres(parent / "pg"):
        pass
    yield parent / "pg"
    shutil.rmtree(parent)


@pytest.fixture
def used_folder(folder: Path, template: Path) -> Path:
    """A folder whose server ran before and was stopped."""
    shutil.copytree(template, folder)
    return folder


@pytest.fixture
def script() -> Iterator[Script]:
    """Start a Python script as a process of its own, with `server` made from its first argument."""
    started: list[subprocess.Popen[str]] = []

    def start(source: str, folder: Path, uid: int | None = None) -> subprocess.Popen[str]:
        head = "import os, sys, time, pathlib, psycopg\nfrom app.db.embedded import EmbeddedPostgres\n"
        if uid is not None:  # after the imports: that user may not be able to read this Python's own files
            head += f"os.setgroups([]); os.setgid({uid}); os.setuid({uid})\n"
        head += "server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))\n"
        process = subprocess.Popen(
            [sys.executable, "-c", head + source, str(folder)],
            cwd=PROJECT,
            env=dict(os.environ) | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def end_server(server: EmbeddedPostgres) -> None:
    """End a server that a test has left, however many users it counts."""
    pid = server.postmaster_pid()
    if pid is not None:
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not server.is_running)


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll; the test's own time limit ends what never happens."""
    while not condition():
        time.sleep(0.005)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def let_go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
