"""Ids that are the same whenever the same thing is imported into the same arena."""

import uuid

import uuid_utils

from app.imports.records import Contestant

_NAMESPACE = uuid_utils.UUID("6f1e6b0e-5a58-4d0c-9d0b-2f2c8a4c7e31")


class Identity:
    """The ids of one arena's things, as texts. Parts hold no NUL, so no two lists of parts are written alike."""

    def __init__(self, arena_id: uuid.UUID) -> None:
        self._arena = uuid_utils.uuid5(_NAMESPACE, str(arena_id))

    def of(self, kind: str, *parts: str) -> str:
        return str(uuid_utils.uuid5(self._arena, "\0".join((kind, *parts))))


def model_id(contestant: Contestant) -> str:
    """Models belong to no arena."""
    return str(uuid_utils.uuid5(_NAMESPACE, f"model\0{contestant.model}"))


def version_id(contestant: Contestant) -> str:
    return str(uuid_utils.uuid5(_NAMESPACE, f"version\0{contestant.model}\0{contestant.label}"))
