"""Content blocks and sides, as pure functions."""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

Item = TypeVar("Item")
SideOrder = Literal["ab", "ba"]


def text_of(blocks: Sequence[dict[str, Any]]) -> str:
    """The text of content blocks, a blank line between them. What is not text is named by its type."""
    return "\n\n".join(block["text"] if block["type"] == "text" else f"[{block['type']}]" for block in blocks)


def by_side(side_order: str | None, slot_a: Item, slot_b: Item) -> tuple[Item, Item]:
    """What belongs to slots a and b, as (side A, side B). Slots are canonical; sides are where things stood."""
    return (slot_b, slot_a) if side_order == "ba" else (slot_a, slot_b)
