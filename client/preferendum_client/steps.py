"""What is asked of the server, without asking: generators that yield requests and pauses, and are sent the answers.

So the waiting and the awaited client share all but how they wait.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import httpx

from preferendum_client.errors import PreferendumError
from preferendum_client.types import Arena, Imported, Release, ReleaseFile, Standing, record

Result = TypeVar("Result")
OnProgress = Callable[[Release], None]
POLL_SECONDS = 0.5
BESIDE = ("README.md", "manifest.json", "croissant.json", "leaderboard.json", "votes.parquet", "SHA256SUMS")


@dataclass(frozen=True)
class Ask:
    """One request. into: the file that the body goes to, or None for one that is read."""

    method: str
    path: str
    json: Any = None
    into: Path | None = None


@dataclass(frozen=True)
class Pause:
    seconds: float


Steps = Generator[Ask | Pause, httpx.Response, Result]


def create_arena(slug: str, title: str, description: str, protocol: Mapping[str, Any] | None) -> Steps[Arena]:
    body: dict[str, Any] = {"slug": slug, "title": title, "description": description}
    if protocol is not None:
        body["protocol"] = dict(protocol)
    return record(Arena, (yield Ask("POST", "/api/arenas", body)).json())


def change_state(slug: str, state: str) -> Steps[Arena]:
    return record(Arena, (yield Ask("PATCH", f"/api/arenas/{slug}", {"state": state})).json())


def import_rows(slug: str, rows: Iterable[Mapping[str, Any]], rows_a_request: int) -> Steps[Imported]:
    """In parts, each of which is loaded whole or not at all; sending all of it again after a failure is safe."""
    matchups = votes = models = 0
    waiting = iter(rows)
    while part := list(islice(waiting, rows_a_request)):
        told = (yield Ask("POST", f"/api/arenas/{slug}/imports", part)).json()
        matchups, votes = matchups + told["matchups"]["new"], votes + told["votes"]["new"]
        models += told["models"]["new"]
    return Imported(matchups, votes, models)


def leaderboard(slug: str) -> Steps[list[Standing]]:
    told = (yield Ask("GET", f"/api/arenas/{slug}/leaderboard")).json()
    return [record(Standing, entry) for entry in told.get("entries", [])]


def release(
    slug: str, format_name: str, file_type: str, kinds: Iterable[str], split: str, on_progress: OnProgress | None
) -> Steps[Release]:
    """Ask for a release and wait until it is ready."""
    order = {"format": format_name, "file_type": file_type, "kinds": list(kinds), "split": split}
    found = _release(slug, (yield Ask("POST", f"/api/arenas/{slug}/releases", order)).json())
    while found.state in ("waiting", "writing"):
        if on_progress is not None:
            on_progress(found)
        yield Pause(POLL_SECONDS)
        found = _release(slug, (yield Ask("GET", f"/api/arenas/{slug}/releases/{found.id}")).json())
    if found.state != "ready":
        raise PreferendumError(409, f"release-{found.state}", found.error or f"The release was {found.state}.")
    if on_progress is not None:
        on_progress(found)
    return found


def download(wanted: Release, folder: Path) -> Steps[Path]:
    """All files of a release; data files are compared with their hashes."""
    base = f"/api/arenas/{wanted.arena}/releases/{wanted.id}/files/"
    for name in (*(file.name for file in wanted.files), *BESIDE):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        yield Ask("GET", base + name, into=path)
    for file in wanted.files:
        with (folder / file.name).open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        if digest != file.sha256:
            raise PreferendumError(502, "damaged-file", f"{file.name} came with other bytes than the server wrote.")
    return folder


def _release(slug: str, told: Mapping[str, Any]) -> Release:
    files = tuple(record(ReleaseFile, file) for file in told.get("files") or ())
    return record(Release, {**told, "arena": slug, "files": files})
