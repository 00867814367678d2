"""Checking a released folder from its files alone: what every byte should be, and what the votes come to."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from app.errors import PreferendumError
from app.ranking_files.options import RankOptions
from app.ranking_files.rank import RESOLUTION, rank_votes
from app.ranking_files.reading import read_votes_file
from app.releases.board import BOARD
from app.releases.checksums import SUMS, format_sums, hash_file
from app.releases.ledger import leaf_of
from app.releases.manifest import MANIFEST, MANIFEST_VERSION, as_json, content_hash, listed_files, listed_hashes
from app.releases.merkle import MerkleTree

_BATCH = 10_000
_IN_POINTS = ("rating", "rating_lower", "rating_upper")
_EXACT = ("model", "rank_lower", "rank_upper", "votes")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. file: which of them it is about. problem: None where it holds."""

    file: str
    what: str
    problem: str | None = None


def verify_release(folder: Path, root: str | None = None) -> Iterator[Check]:
    """Every check as it is made. root: the Merkle root that was published, where the folder alone is not believed."""
    broken = set[str]()
    for check in verify_bytes(folder):
        broken |= {check.file} if check.problem else set()
        yield check
    if MANIFEST in broken:
        return
    ledger = orjson.loads((folder / MANIFEST).read_bytes())["ledger"]
    if ledger["name"] not in broken:
        yield _check_root(folder, ledger, root)
    if not broken & {ledger["name"], BOARD}:
        yield _check_board(folder, ledger["name"])


def verify_bytes(folder: Path) -> Iterator[Check]:
    """Whether every file is as it was written.

    Where the manifest is not, nothing that it says is worth looking at, and it is the only one.
    """
    manifest, check = _read_manifest(folder)
    yield check
    if manifest is not None:
        yield from (_check_file(folder, file) for file in listed_files(manifest))
        yield _check_sums(folder, manifest)
        yield from _strangers(folder, manifest)


def _read_manifest(folder: Path) -> tuple[Mapping[str, Any] | None, Check]:
    what = "says what it said when it was written"
    try:
        data = (folder / MANIFEST).read_bytes()
    except OSError as error:
        return None, Check(MANIFEST, what, f"cannot be read: {error.strerror}; is this the folder of a release?")
    try:
        manifest = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return None, Check(MANIFEST, what, f"is not JSON: {error}")
    version = manifest.get("manifest_version") if isinstance(manifest, dict) else None
    if type(version) is int and version != MANIFEST_VERSION:
        return None, Check(
            MANIFEST, what, f"is of version {version}; this program verifies version {MANIFEST_VERSION} alone"
        )
    if version is None or as_json(manifest) != data or content_hash(manifest) != manifest.get("content_sha256"):
        return None, Check(MANIFEST, what, "has been changed: it does not agree with its own hash")
    return manifest, Check(MANIFEST, what)


def _check_file(folder: Path, file: Mapping[str, Any]) -> Check:
    name, what = file["name"], "has the bytes that the manifest names"
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        return Check(name, what, "lies outside of the folder")
    try:
        size, digest = (folder / name).stat().st_size, hash_file(folder / name)
    except OSError as error:
        return Check(name, what, f"cannot be read: {error.strerror}")
    if size != file["bytes"]:
        return Check(name, what, f"has {size:,} bytes and not {file['bytes']:,}")
    return Check(name, what, None if digest == file["sha256"] else f"has been changed: its SHA-256 is {digest}")


def _check_sums(folder: Path, manifest: Mapping[str, Any]) -> Check:
    what = "lists the same hashes"
    try:
        found = (folder / SUMS).read_bytes()
    except OSError as error:
        return Check(SUMS, what, f"cannot be read: {error.strerror}")
    expected = format_sums(listed_hashes(manifest)).encode()
    return Check(SUMS, what, None if found == expected else "has been changed: it does not agree with the manifest")


def _strangers(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Check]:
    known = {SUMS, *listed_hashes(manifest)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield Check(name, "belongs to the release", "is not part of the release; nothing vouches for it")


def _check_root(folder: Path, ledger: Mapping[str, Any], root: str | None) -> Check:
    name, what = ledger["name"], f"holds {ledger['rows']:,} votes with the Merkle root {ledger['merkle_root']}"
    tree = MerkleTree()
    try:
        with pq.ParquetFile(folder / name) as file:
            for batch in file.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    tree.append(leaf_of(row))
    except (OSError, pa.ArrowException) as error:
        return Check(name, what, f"cannot be read as Parquet: {error}")
    if (tree.leaves, tree.root) != (ledger["rows"], ledger["merkle_root"]):
        return Check(name, what, f"holds {tree.leaves:,} votes with the root {tree.root}")
    if root is not None and root.lower() != tree.root:
        return Check(name, what, f"is another release than the one with the root {root}")
    return Check(name, what)


def _check_board(folder: Path, ledger: str) -> Check:
    published = orjson.loads((folder / BOARD).read_bytes())
    what = f"follows from the votes: {len(published['entries'])} models, {published['votes']:,} votes"
    try:
        ranking = rank_votes(read_votes_file(folder / ledger), RankOptions(intervals=published["intervals"]))
    except PreferendumError as error:
        if published["why_not"] is not None:
            return Check(BOARD, f"cannot be made of these votes, as it says: {published['why_not']}")
        return Check(BOARD, what, f"does not follow from the votes, which cannot be ranked: {error.detail}")
    entries = {entry["model"]: entry for entry in ranking.document()["entries"]}
    for entry in published["entries"]:
        if differing := _difference(entry, entries.pop(entry["model"], {})):
            return Check(BOARD, what, f"does not follow from the votes: {entry['model']} has another {differing}")
    if entries or published["why_not"] is not None:
        return Check(BOARD, what, f"leaves out {', '.join(sorted(entries)) or 'what the votes say'}")
    return Check(BOARD, what)


def _difference(published: Mapping[str, Any], computed: Mapping[str, Any]) -> str | None:
    """The first figure that differs, in points by more than ratings are computed exactly."""
    if not computed:
        return "name: it has no votes that count"
    for name in _EXACT:
        if published[name] != computed[name]:
            return name
    exact = 10 * RESOLUTION
    return next((n for n in _IN_POINTS if not math.isclose(published[n], computed[n], rel_tol=0, abs_tol=exact)), None)
