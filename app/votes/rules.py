"""What a vote may say, as pure functions of the protocol and the sides."""

from collections.abc import Sequence
from typing import Literal

from app.arenas.schemas import Winner

Choice = Literal["side_a", "side_b", "tie", "both_bad"]
CHOICES: tuple[Choice, ...] = ("side_a", "side_b", "tie", "both_bad")

_WINNER: dict[tuple[str, Choice], Winner] = {
    ("ab", "side_a"): "model_a",
    ("ab", "side_b"): "model_b",
    ("ba", "side_a"): "model_b",
    ("ba", "side_b"): "model_a",
}


def winner_of(choice: Choice, side_order: str) -> Winner:
    """What was chosen on the screen, as the canonical slot: side_a of a battle shown "ba" is model_b."""
    if choice in ("tie", "both_bad"):
        return choice
    return _WINNER[(side_order, choice)]


def choice_of(winner: Winner, side_order: str) -> Choice:
    """The other way round, for people's own history."""
    return next(choice for choice in CHOICES if winner_of(choice, side_order) == winner)


def choices(options: Sequence[Winner]) -> list[Choice]:
    """The choices that a protocol's options allow, in the order of the bar: A, tie, both bad, B."""
    order: tuple[Choice, ...] = ("side_a", "tie", "both_bad", "side_b")
    return [choice for choice in order if choice in ("side_a", "side_b") or choice in options]
