"""Personal data out of what people wrote to models themselves: masked in prompts, and in the answers that repeat it."""

from collections.abc import Sequence
from typing import Any

from app.moderation.personal_data import find_personal_data, mask
from app.releases.record import Exchange, VoteRecord


def mask_record(record: VoteRecord) -> tuple[VoteRecord, int]:
    """The record with words for their kind in place of personal data, and how many texts were changed."""
    changed = 0

    def masked(blocks: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
        nonlocal changed
        if blocks is None:
            return None
        kept = []
        for block in blocks:
            if block.get("type") == "text" and find_personal_data(block["text"]):
                changed += 1
                kept.append({**block, "text": mask(block["text"])})
            else:
                kept.append(block)
        return kept

    turns = [Exchange(masked(turn.prompt) or [], masked(turn.answer_a), masked(turn.answer_b)) for turn in record.turns]
    return record._replace(turns=turns), changed
