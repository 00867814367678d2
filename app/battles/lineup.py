"""Naming a set of contestants, whatever their slots."""

import uuid
from collections.abc import Iterable

_NAMESPACE = uuid.UUID("8d6cf1a2-3c55-4c62-9a4e-5b1c2f0e7d11")


def lineup_of(version_ids: Iterable[uuid.UUID]) -> uuid.UUID:
    """The same id for the same model versions in any order: what side balance is counted by."""
    return uuid.uuid5(_NAMESPACE, " ".join(sorted(str(version_id) for version_id in version_ids)))
