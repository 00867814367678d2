"""Starting, sharing and stopping the embedded Postgres server of one folder."""

import os
import re
import signal
import socket
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from app.db.embedded import cluster, processes, run_as, socket_folder
from app.db.embedded.binaries import binary
from app.db.embedded.errors import OTHER_DATABASE, EmbeddedPostgresError
from app.db.embedded.file_lock import FileLock

DATABASE = "preferendum"
_START_SECONDS = 300  # replaying the log after a crash can take minutes
_STOP_SECONDS = 60
_POLL_SECONDS = 0.01
_LOG_LIMIT = 10_000_000  # bytes
_LOG_TAIL = 4_000  # bytes


class EmbeddedPostgres:
    """The Postgres server of one folder, shared by all processes that have started it and not yet stopped.

    The first `start` sets the server up and launches it, the last `stop` ends it. A process that dies without
    `stop` no longer counts, however it died; the server then runs on until the next user stops.

        folder/data        what Postgres keeps          folder/start.lock   held while starting or stopping
        folder/run         the socket, mode 0700        folder/users.lock   shared by every user of the server
        folder/server.log  what Postgres says
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.data = self.folder / "data"
        self._pid_file = self.data / "postmaster.pid"
        self.log = self.folder / "server.log"
        self.socket_folder = socket_folder.locate(self.folder)
        self._using = FileLock(self.folder / "users.lock")

    @property
    def url(self) -> str:
        """The database's URL, as libpq, psycopg and SQLAlchemy read it."""
        host = quote(os.fsencode(self.socket_folder))
        return f"postgresql:///{DATABASE}?host={host}&port=5432&user=postgres"  # named, lest PGPORT be asked

    def start(self) -> str:
        """Make sure that the server runs and has our database, and count this object among its users.

        Calling it again is how a process recovers after the server was killed. Returns the database's URL. Raises
        EmbeddedPostgresError, with the end of the server's log where there is one.
        """
        if re.search(r'["$`\\\n\r]', str(self.folder)):
            raise EmbeddedPostgresError(
                f"Postgres cannot be started in {str(self.folder)!r}: choose a folder without quotation marks, "
                "dollar signs, backslashes and line breaks in its path."
            )
        try:
            # Anybody may pass through to what is inside, each part of which is private: Postgres may be somebody else.
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            with self._alone():
                self._start_alone()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The folder of the embedded database, {self.folder}, cannot be used: {error}. Free space or correct "
                f"its permissions, or choose another with PREFERENDUM_DATA_DIR. {OTHER_DATABASE}"
            ) from error
        return self.url

    def stop(self) -> None:
        """Stop counting as a user; the last one ends the server, after its running transactions were rolled back."""
        if self._using.held:
            with self._alone():
                self._leave()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        return self.postmaster_pid() is not None

    def postmaster_pid(self) -> int | None:
        """The process id of the server's main process; None when no server runs."""
        pid = _first_number(self._pid_file)
        return pid if pid is not None and processes.is_postmaster(pid, self.data) else None

    @staticmethod
    def binary(name: str) -> Path:
        """Path of one Postgres program, such as `psql` or `pgbench`."""
        return binary(name)

    def _alone(self) -> AbstractContextManager[None]:
        """Nobody else, in this process or another, starts or stops the server of this folder meanwhile."""
        return FileLock(self.folder / "start.lock").exclusive(seconds=_START_SECONDS + _STOP_SECONDS)

    def _start_alone(self) -> None:
        if self.data.exists():
            cluster.check_version(self.data)
        joining = not self._using.held
        if joining:
            self._using.share()
        try:
            self._bring_up(time.monotonic() + _START_SECONDS)
        except BaseException:  # a Ctrl-C as well: nobody else would stop the server
            if joining:
                self._leave()
            raise

    def _bring_up(self, deadline: float) -> None:
        """Return when the database can be used: the server runs already, is just starting or ending, or is launched."""
        while True:
            if self.postmaster_pid() is None:
                self._launch()
            if self._status() == "ready" and self._has_database():
                return
            if time.monotonic() > deadline:
                raise self._failure(f"Postgres in {self.folder} accepts no connections, being {self._status()!r}.")
            time.sleep(_POLL_SECONDS)

    def _launch(self) -> None:
        owner = self.data.stat() if self.data.exists() else None
        runner = run_as.choose(self.folder, owner)
        cluster.remove_torn(self.data)
        if owner is None:
            cluster.create(self.data, runner)
        self._clear_remains()
        if owner is not None and owner.st_uid != runner.uid:
            cluster.give_all(self.data, runner)
        socket_folder.secure(self.socket_folder, uid=runner.uid, gid=runner.gid)
        cluster.write_settings(self.data, runner)
        self._prepare_log(runner)
        # pg_ctl puts the server into a session of its own: the terminal's Ctrl-C does not reach it.
        options = ("--pgdata", self.data, "--log", self.log, "--wait", f"--timeout={_START_SECONDS}")
        started = runner.run(binary("pg_ctl"), "start", *options)
        if started.returncode != 0:
            raise self._failure(f"Postgres did not start in {self.folder}:\n{started.stdout.strip()}\n")

    def _clear_remains(self) -> None:
        """Clear away what a server that was killed has left, which would keep a new one from starting."""
        processes.end_orphans(socket_folder.cluster_name(self.folder))
        if self._socket_answers():
            raise EmbeddedPostgresError(
                f"A Postgres server that this process cannot see, perhaps in another container, already uses "
                f"{self.folder}. Two servers would destroy the data: stop the other one, or let both sides set "
                "PREFERENDUM_DATABASE_URL to one Postgres server."
            )
        for record in (self._pid_file, self.socket_folder / f"{socket_folder.SOCKET_NAME}.lock"):
            pid = _first_number(record)
            if pid is not None and not processes.is_postgres(pid):
                # The number may be another process by now, or a zombie, for which Postgres would refuse to start.
                record.unlink()

    def _has_database(self) -> bool:
        """Create our database if it is missing; False when the server began to stop in the meantime."""
        owner = self.data.stat()
        socket_folder.secure(self.socket_folder, uid=owner.st_uid, gid=owner.st_gid)
        try:
            with psycopg.connect(self.url, dbname="postgres", autocommit=True, connect_timeout=30) as connection:
                known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if known is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.Error as error:
            if self._status() != "ready" or "the database system is" in str(error):  # "... shutting down"
                return False
            raise self._failure(f"Postgres in {self.folder} runs, but answered: {error}") from error
        return True

    def _leave(self) -> None:
        try:
            if self._using.claim():
                self._end_server()
        finally:
            self._using.release()

    def _end_server(self) -> None:
        """A fast shutdown: clients are sent away, everything is written, nothing is left to recover."""
        pid = self.postmaster_pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _STOP_SECONDS
        while processes.is_postmaster(pid, self.data):
            if time.monotonic() > deadline:
                raise self._failure(f"Postgres in {self.folder} (process {pid}) did not stop in {_STOP_SECONDS} s.")
            time.sleep(_POLL_SECONDS)

    def _status(self) -> str:
        """What the server says of itself: starting, ready or stopping; empty when it does not run."""
        lines = _lines(self._pid_file)  # the 8th, LOCK_FILE_LINE_PM_STATUS in Postgres' miscadmin.h
        return lines[7].strip() if len(lines) > 7 and self.is_running else ""

    def _socket_answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            try:
                client.connect(os.fsencode(self.socket_folder / socket_folder.SOCKET_NAME))
            except OSError:
                return False
        return True

    def _prepare_log(self, runner: run_as.RunAs) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        os.close(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600))
        cluster.give(self.log, runner)

    def _failure(self, what: str) -> EmbeddedPostgresError:
        try:
            tail = self.log.read_bytes()[-_LOG_TAIL:].decode(errors="replace").strip()
        except OSError:
            tail = ""
        return EmbeddedPostgresError(
            f"{what} The server's log, {self.log}, ends:\n{tail or '(nothing)'}\n"
            f"See to the cause and start again. {OTHER_DATABASE}"
        )


def _lines(record: Path) -> list[str]:
    try:
        return record.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _first_number(record: Path) -> int | None:
    first = _lines(record)[:1]
    return int(first[0]) if first and first[0].strip().isdecimal() else None
