"""The private folder of the server's Unix socket. Whoever may enter it is let in by Postgres without a password."""

import contextlib
import hashlib
import os
import stat
import sys
from pathlib import Path

from app.db.embedded.errors import EmbeddedPostgresError

SOCKET_NAME = ".s.PGSQL.5432"
# The length of sockaddr_un.sun_path without its final zero.
_LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103
# Not the folder that TMPDIR names: a cron job and a shell have different ones, and must find the same socket.
_SHORT_PARENT = Path("/tmp")  # noqa: S108 (made with mode 0700, and its owner and mode are checked)


def cluster_name(folder: Path) -> str:
    """The same short name for the same folder in every process; `ps` shows it for each process of the server."""
    return f"preferendum-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"


def locate(folder: Path) -> Path:
    """Where the socket of the server in `folder` is: beside the data, or under /tmp if that path is too long."""
    beside = folder / "run"
    too_long = len(os.fsencode(beside / SOCKET_NAME)) > _LONGEST_SOCKET_PATH
    # A comma separates hosts in a connection string.
    return _SHORT_PARENT / cluster_name(folder) if too_long or "," in str(beside) else beside


def secure(socket_folder: Path, *, uid: int, gid: int) -> None:
    """Make the socket's folder, for the user that Postgres runs as, or check that it is private to that user."""
    with contextlib.suppress(FileExistsError):
        socket_folder.mkdir(mode=0o700)
    found = socket_folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()} or found.st_mode & 0o077:
        raise EmbeddedPostgresError(
            f"{socket_folder}, where the database's socket belongs, is not a private folder of this user "
            f"(owner {found.st_uid}, mode {stat.filemode(found.st_mode)}). Somebody else could listen in on it: "
            "find out who made it, remove it, and start again."
        )
    if found.st_uid != uid:
        os.chown(socket_folder, uid, gid)
