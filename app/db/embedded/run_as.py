"""As whom Postgres runs. It refuses to run as root, and `initdb` refuses users that have no name.

Root therefore starts it inside a user namespace, where root is called by an ordinary user's number: the files stay
root's own. Containers usually forbid namespaces; there Postgres becomes the unprivileged user `nobody`, who owns the
database's files. Where `nobody` cannot reach the data or the programs, as in a home that only root may enter, it
keeps the one capability that lets it pass. That gives it no more power over files than the namespace would.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.db.embedded.binaries import binary
from app.db.embedded.errors import OTHER_DATABASE, EmbeddedPostgresError

# The least that lets a process enter and read folders that are not its own comes first; a container's root
# usually has only the second.
_PASSING_CAPABILITIES = ("dac_read_search", "dac_override")
_PASSED_VARIABLES = ("PATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class RunAs:
    """A command prefix, and the user and group that own the files which a program run with it makes."""

    prefix: tuple[str, ...]
    uid: int
    gid: int

    def run(self, program: Path | str, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; its standard error is found in `stdout` with the rest.

        It gets neither our secrets (few variables of the environment) nor the terminal's Ctrl-C (a session of its
        own): Postgres has to be stopped by us, after the last transaction.
        """
        kept = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
        return subprocess.run(
            [*self.prefix, program, *arguments],
            env=kept | {"LC_ALL": "C", "TZ": "UTC"},
            cwd="/",  # ours may be one that the other user cannot enter
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            check=False,
        )


def choose(folder: Path, owner: os.stat_result | None) -> RunAs:
    """The first way to run Postgres on `folder` that works here; `owner` describes the data, once there are any."""
    uid = os.geteuid()
    if uid != 0 and _has_name(uid):
        return RunAs((), uid, os.getegid())
    failures = []
    for candidate in _candidates(owner):
        probe = candidate.run("sh", "-c", 'cd "$1" && exec "$2" --version', "sh", folder, binary("initdb"))
        if probe.returncode == 0:
            return candidate
        failures.append(f"  {' '.join(candidate.prefix)}: {probe.stdout.strip()}")
    raise EmbeddedPostgresError(
        f"Postgres does not run as {'root' if uid == 0 else f'a user without a name (uid {uid})'}, and here no "
        "other way was found:\n"
        + ("\n".join(failures) or "  the programs unshare and setpriv (package util-linux) are not installed")
        + f"\nStart Preferendum as an ordinary user. {OTHER_DATABASE}"
    )


def _candidates(owner: os.stat_result | None) -> Iterator[RunAs]:
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if unshare and (owner is None or owner.st_uid == os.geteuid()) and (inside := _named("daemon", "nobody")):
        prefix = (unshare, "--user", f"--map-user={inside.pw_uid}", f"--map-group={inside.pw_gid}")
        yield RunAs(prefix, os.geteuid(), os.getegid())
    if setpriv and os.geteuid() == 0 and (nobody := _named("nobody")):
        uid, gid = (owner.st_uid, owner.st_gid) if owner and owner.st_uid else (nobody.pw_uid, nobody.pw_gid)
        prefix = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
        yield RunAs(prefix, uid, gid)
        for capability in _PASSING_CAPABILITIES:
            # Without this securebit, access(2) ignores capabilities, and Postgres looks for its programs by it.
            passing = ("--securebits=+no_setuid_fixup", f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}")
            yield RunAs(prefix + passing, uid, gid)


def _named(*names: str) -> pwd.struct_passwd | None:
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
