"""SHA256SUMS: the hash of every other file of a release, as `sha256sum --check` reads it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUMS = "SHA256SUMS"


def format_sums(hashes: Mapping[str, str]) -> str:
    """Lines by name. hashes: in hexadecimal, by path within the folder."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fact_of(folder: Path, name: str) -> dict[str, Any]:
    """What a manifest says of a file that is there already: name, bytes, sha256."""
    path = folder / name
    return {"name": name, "bytes": path.stat().st_size, "sha256": hash_file(path)}
