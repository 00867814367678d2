"""The states of a version, what each means, and the ways between them."""

from typing import NamedTuple

from app.model_registry.schemas import VersionState

EFFECTS: dict[VersionState, str] = {
    "draft": "Only tests call it. No arena can draw it.",
    "active": "Arenas that have it in their pool draw it.",
    "paused": "No new battle draws it. Battles that have begun go on; its votes and places on boards stay.",
    "retired": "It is out of use for good. Its votes and places on boards stay, under its name.",
}
_WAYS: dict[VersionState, frozenset[VersionState]] = {
    "draft": frozenset({"active", "retired"}),
    "active": frozenset({"paused", "retired"}),
    "paused": frozenset({"active", "retired"}),
    "retired": frozenset({"active", "paused"}),
}


class Step(NamedTuple):
    """A way out of a state, as a button says it."""

    to: VersionState
    button: str


STEPS: dict[VersionState, tuple[Step, ...]] = {
    "draft": (Step("active", "Activate"), Step("retired", "Discard")),
    "active": (Step("paused", "Pause"), Step("retired", "Retire")),
    "paused": (Step("active", "Activate"), Step("retired", "Retire")),
    "retired": (Step("paused", "Bring back, paused"),),
}


def may_become(current: VersionState, wanted: VersionState, *, was_drawn: bool) -> bool:
    """Whether a version may go from one state to the other. Back to draft only while no arena has called it."""
    return wanted in _WAYS[current] or (wanted == "draft" and not was_drawn)
