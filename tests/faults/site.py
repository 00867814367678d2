"""A whole site on one machine, whose parts can be killed: two web processes, a worker, a Postgres."""

import asyncio
import os
import random
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from app.db.embedded import EmbeddedPostgres
from tests.processes import start, stop


@dataclass
class Site:
    """Starts its parts, kills them with SIGKILL, and starts them again."""

    folder: Path
    ports: tuple[int, ...]
    server: EmbeddedPostgres = field(init=False)
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = EmbeddedPostgres(self.folder / "postgres")

    def start(self) -> None:
        self.server.start()
        for port in self.ports:
            self._start_part(f"web {port}", "serve", "--port", str(port))
        self._start_part("worker", "worker")

    def stop(self) -> None:
        stop(*self.parts.values())
        self.server.stop()

    def make_careless(self) -> None:
        """Acknowledge before the log is on disk: what a harness that is worth anything must notice."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
            connection.execute("SELECT pg_reload_conf()")

    async def kill_something(self, chance: random.Random) -> None:
        """SIGKILL to one part, picked at random, and start it anew."""
        victim = chance.choice([*self.parts, "postgres"])
        await self.kill(victim)

    async def kill(self, victim: str) -> None:
        self.kills[victim] = self.kills.get(victim, 0) + 1
        if victim == "postgres":
            pid = self.server.postmaster_pid()
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(self.server.start)
            return
        process = self.parts[victim]
        process.kill()
        process.wait()
        arguments = ("worker",) if victim == "worker" else ("serve", "--port", victim.removeprefix("web "))
        self._start_part(victim, *arguments)

    def _start_part(self, name: str, *arguments: str) -> None:
        with (self.folder / "log").open("ab") as log:
            self.parts[name] = start(*arguments, url=self.server.url, data_dir=self.folder, log=log)
