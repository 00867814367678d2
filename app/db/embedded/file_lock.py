"""Advisory locks (`flock`) that the kernel drops when their holder dies, however it dies.

A lock belongs to the open file, which a forked child shares with its parent. Two things follow. A release unlocks
explicitly, because closing one of two copies would keep the lock. And a forked child closes its copies at once, so
that a worker that outlives its parent does not go on counting as the parent.
"""

import contextlib
import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

from app.db.embedded.errors import EmbeddedPostgresError

_POLL_SECONDS = 0.01


class FileLock:
    """A lock on one file; several objects on one file exclude each other even inside one process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        _every_lock.add(self)

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    @contextlib.contextmanager
    def exclusive(self, *, seconds: float) -> Iterator[None]:
        """Hold the lock alone; raises EmbeddedPostgresError when others hold it for longer than `seconds`."""
        deadline = time.monotonic() + seconds
        self._open()
        try:
            while not self._try(fcntl.LOCK_EX):
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"Another process has been starting or stopping the database for {seconds:.0f} seconds: "
                        f"it holds {self.path}. End that process (fuser -v {self.path} names it) and try again."
                    )
                time.sleep(_POLL_SECONDS)
            yield
        finally:
            self.release()

    def share(self) -> None:
        """Hold the lock together with others; nobody may hold it exclusively at that time."""
        self._open()
        if not self._try(fcntl.LOCK_SH):
            self.release()
            raise EmbeddedPostgresError(f"{self.path} is locked by something that is not Preferendum.")

    def claim(self) -> bool:
        """Turn a shared lock into an exclusive one if nobody else shares it; otherwise the lock is lost."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self.close_copy()

    def close_copy(self) -> None:
        """Close without unlocking: all that a forked child may do with what its parent holds."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> None:
        # Python opens with O_CLOEXEC: neither Postgres nor any other program we start inherits the lock.
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if os.geteuid() == 0:  # in a folder of somebody else's, leave a file that its owner can open later
            owner = self.path.parent.stat()
            os.fchown(self._descriptor, owner.st_uid, owner.st_gid)

    def _try(self, kind: int) -> bool:
        assert self._descriptor is not None
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


_every_lock: "weakref.WeakSet[FileLock]" = weakref.WeakSet()


def _forget_after_fork() -> None:
    for lock in list(_every_lock):
        lock.close_copy()


os.register_at_fork(after_in_child=_forget_after_fork)
