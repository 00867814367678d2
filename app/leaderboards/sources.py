"""The modules that compute the numbers, as they run here: what they say of themselves, and their text."""

import ast
from dataclasses import dataclass
from functools import cache

from app.config import PROJECT_FOLDER
from app.errors import NotFoundError

FOLDER = "app/ratings"


@dataclass(frozen=True)
class Source:
    """A module of the engine: its path in the project, what it says of itself, and all of it."""

    path: str
    docstring: str
    text: str


@cache
def _paths() -> dict[str, str]:
    return {path.stem: f"{FOLDER}/{path.name}" for path in sorted((PROJECT_FOLDER / FOLDER).glob("[a-z]*.py"))}


@cache
def _read(path: str) -> Source:
    text = (PROJECT_FOLDER / path).read_text(encoding="utf-8")
    return Source(path, ast.get_docstring(ast.parse(text)) or "", text)


def read_source(name: str) -> Source:
    """A module by its name, such as "davidson". Raises NotFoundError for what is no part of the engine."""
    path = _paths().get(name)
    if path is None:
        raise NotFoundError("The engine has no module of this name.")
    return _read(path)
