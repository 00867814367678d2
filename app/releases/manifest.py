"""The manifest: what a dataset holds, what was left out and why, and the hashes of its files."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

from app.arenas.tables import Arena, Protocol
from app.config import code_version
from app.releases.conversion import Tally
from app.releases.formats import Format
from app.releases.order import Order
from app.releases.repository import ModelFacts

Manifest = dict[str, Any]

MANIFEST = "manifest.json"
MANIFEST_VERSION = 2
LICENCE = (
    "No licence has been stated for the prompts and the votes: ask whoever runs the arena before you pass them on. "
    "The answers are under the terms of the models that wrote them, listed under models."
)


def ordered_manifest(order: Order) -> Manifest:
    """What is known when a release is asked for."""
    return {
        "format": order.format,
        "file_type": order.file_type,
        "kinds": list(order.kinds),
        "compressed": order.compressed,
        "split": order.split,
        "options": list(order.options),
    }


def order_of(manifest: Manifest) -> Order:
    """The order that a release was asked for with."""
    names = ("format", "file_type", "kinds", "compressed", "split", "options")
    return Order(**{name: manifest[name] for name in names if name in manifest})


def build_manifest(
    order: Order,
    arena: Arena,
    protocols: Sequence[Protocol],
    models: Sequence[ModelFacts],
    tally: Tally,
    files: Sequence[Mapping[str, Any]],
    ledger: Mapping[str, Any],
    *,
    watermark: int,
    created_at: datetime,
) -> Manifest:
    """All of it, as JSON. votes_used and dropped add up to votes_read. counts are of the votes used.

    watermark is the snapshot's pg_snapshot_xmin: all votes recorded by earlier transactions are in.
    """
    return {
        "manifest_version": MANIFEST_VERSION,
        **ordered_manifest(order),
        "arena": {"slug": arena.slug, "title": arena.title, "description": arena.description},
        "created_at": created_at.isoformat(),
        "code_version": code_version(),
        "watermark": watermark,
        "votes_read": tally.votes_read,
        "votes_used": tally.votes_used,
        "rows": tally.rows,
        "dropped": dict(tally.dropped.most_common()),
        "masked_texts": tally.masked_texts,
        "counts": {name: dict(counter.most_common()) for name, counter in tally.counts.items()},
        "files": [dict(file) for file in files],
        "ledger": dict(ledger),
        "columns": _columns(order.form),
        "models": sorted((asdict(model) for model in models), key=lambda model: model["name"]),
        "protocols": [
            {"version": protocol.version, "created_at": protocol.created_at.isoformat(), "document": protocol.document}
            for protocol in protocols
        ],
        "licence": LICENCE,
    }


def sealed(manifest: Manifest, documents: Sequence[Mapping[str, Any]]) -> Manifest:
    """The manifest with what is said of the documents beside the data, and a hash of all that it says itself."""
    whole = {**manifest, "documents": [dict(document) for document in documents]}
    return {**whole, "content_sha256": content_hash(whole)}


def content_hash(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of the manifest without the hash that it holds."""
    content = {name: value for name, value in manifest.items() if name != "content_sha256"}
    return hashlib.sha256(as_json(content)).hexdigest()


def listed_files(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All files that the manifest names, each with name, bytes and sha256."""
    return [*manifest["files"], manifest["ledger"], *manifest["documents"]]


def listed_hashes(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of all files of a release but SHA256SUMS."""
    own = hashlib.sha256(as_json(manifest)).hexdigest()
    return {MANIFEST: own} | {file["name"]: file["sha256"] for file in listed_files(manifest)}


def as_json(document: Any) -> bytes:
    """A document as it stands in a release: the same content is always the same bytes."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _columns(form: Format) -> list[dict[str, Any]]:
    """All columns; where the format is several files, each says which of them it belongs to."""
    if not form.parts:
        return [_column(item) for item in form.schema]
    return [{"file": part, **_column(item)} for part, schema in form.parts.items() for item in schema]


def _column(item: "pa.Field[Any]") -> dict[str, Any]:
    description = (item.metadata or {}).get(b"description", b"").decode()
    return {"name": item.name, "type": _type(item.type), "nullable": item.nullable, "description": description}


def _type(kind: pa.DataType) -> Any:
    """An Arrow type in the words of a dataset card: a name, a list, or named fields."""
    if pa.types.is_list(kind):
        return [_type(kind.value_type)]
    if pa.types.is_struct(kind):
        return {item.name: _type(item.type) for item in kind}
    return {"double": "float64"}.get(str(kind), str(kind))
