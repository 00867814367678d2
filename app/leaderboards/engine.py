"""Which code computed a number: named by what it is, so that two numbers of the same name are of the same code."""

import hashlib
from pathlib import Path

from app.config import PROJECT_FOLDER, code_version

FOLDERS = ("app/ratings", "app/leaderboards")


def hash_sources(project: Path) -> str:
    """The first 12 digits of SHA-256 over the names and contents of all source files of the engine, by name."""
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((project / folder).rglob("*.py")):
            name = path.relative_to(project).as_posix()
            digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


# When the process starts, because that is the code that it goes on to run.
_SOURCES = hash_sources(PROJECT_FOLDER)


def engine_version() -> str:
    """The version with the hash of the sources, such as 0.1.0+engine.4b1f0c22d9aa."""
    return f"{code_version()}+engine.{_SOURCES}"
