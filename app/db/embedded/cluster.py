"""The data folder: making one, its settings, its version, its owner."""

import os
import shlex
import shutil
import tempfile
from pathlib import Path

from app.db.embedded import socket_folder
from app.db.embedded.binaries import POSTGRES_MAJOR, binary
from app.db.embedded.errors import OTHER_DATABASE, EmbeddedPostgresError
from app.db.embedded.run_as import RunAs

_STAGING_PREFIX = "data.new-"
_SETTINGS_NAME = "preferendum.conf"

# Durable, for a small machine. ALTER SYSTEM still has the last word.
_SETTINGS = """\
# Written by Preferendum at each start of the server. To change a setting use ALTER SYSTEM, which is read after this.
listen_addresses = ''
port = 5432
unix_socket_directories = {socket_folder}
unix_socket_permissions = 0700
cluster_name = {name}
max_connections = 200
shared_buffers = 128MB
fsync = on
full_page_writes = on
synchronous_commit = on
autovacuum = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%d '
"""


def check_version(data: Path) -> None:
    """Refuse a data folder that this major version of Postgres cannot read."""
    try:
        major = (data / "PG_VERSION").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"{data} is not a Postgres data folder (it has no PG_VERSION). Move it away and start again. "
            f"{OTHER_DATABASE}"
        ) from None
    if major == str(POSTGRES_MAJOR):
        return
    access = f"--username=postgres --host={shlex.quote(str(socket_folder.locate(data.parent)))}"
    raise EmbeddedPostgresError(
        f"{data} was written by Postgres {major}; this Preferendum brings Postgres {POSTGRES_MAJOR}, which cannot "
        "read it. Nothing was changed. To move your data:\n"
        f"  1. with the Preferendum that wrote it still running, or any Postgres {major} on that folder:\n"
        f"       pg_dump --format=custom --file=preferendum.dump {access} preferendum\n"
        f"  2. stop it and move {data.parent} away;\n"
        "  3. start this Preferendum, and fill its new, empty database:\n"
        f"       pg_restore --clean --if-exists --no-owner {access} --dbname=preferendum preferendum.dump\n"
        f"{OTHER_DATABASE}"
    )


def create(data: Path, runner: RunAs) -> None:
    """Make the data folder, whole or not at all: `initdb` works in a sibling folder, which is renamed at the end.

    Each attempt has a new name, since the `initdb` of an attempt that was killed may still be writing to the old one.
    """
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=data.parent))
    give(staging, runner)
    made = runner.run(
        binary("initdb"),
        *("--pgdata", staging, "--username=postgres", "--encoding=UTF8", "--data-checksums"),
        # Text is compared by code point and cased by Unicode, the same on every machine and after every upgrade.
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        # Who may connect is decided by the permissions of the socket's folder.
        *("--auth-local=trust", "--auth-host=reject"),
    )
    if made.returncode != 0:
        shutil.rmtree(staging, ignore_errors=True)
        raise EmbeddedPostgresError(
            f"Postgres could not set up its data in {data.parent}:\n{made.stdout.strip()}\n"
            f"See to the cause (free space? permissions?) and start again. {OTHER_DATABASE}"
        )
    with (staging / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(f"\ninclude_if_exists = '{_SETTINGS_NAME}'\n")
        conf.flush()
        os.fsync(conf.fileno())
    staging.rename(data)
    _sync_folder(data.parent)


def remove_torn(data: Path) -> None:
    """Remove what attempts that were killed have left; what one is still writing to is left for the next time."""
    for torn in data.parent.glob(f"{_STAGING_PREFIX}*"):
        shutil.rmtree(torn, ignore_errors=True)


def write_settings(data: Path, runner: RunAs) -> None:
    # Written beside and renamed: root must not write through a link that the data's owner has put there.
    descriptor, written = tempfile.mkstemp(prefix=f"{_SETTINGS_NAME}.", dir=data)
    with os.fdopen(descriptor, "wb") as conf:
        name = socket_folder.cluster_name(data.parent)
        sockets = str(socket_folder.locate(data.parent))
        conf.write(os.fsencode(_SETTINGS.format(name=_quoted(name), socket_folder=_quoted(sockets))))
    give(Path(written), runner)
    Path(written).replace(data / _SETTINGS_NAME)


def give(path: Path, runner: RunAs) -> None:
    """Make the user that Postgres runs as the owner of one file or folder."""
    found = path.lstat()
    if (found.st_uid, found.st_gid) != (runner.uid, runner.gid) and os.geteuid() == 0:
        os.chown(path, runner.uid, runner.gid, follow_symlinks=False)


def give_all(data: Path, runner: RunAs) -> None:
    """The same for a whole data folder: it was made where namespaces were allowed, and now they are not."""
    for folder, _, files in os.walk(data, topdown=False):  # the data folder itself last: it says that all is given
        for file in files:
            give(Path(folder) / file, runner)
        give(Path(folder), runner)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
