"""What the page of a live battle shows beside the texts."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.service import live_settings
from app.live import service
from app.votes.service import JudgedBattle, names_from_the_start


async def live_context(session: AsyncSession, judged: JudgedBattle) -> dict[str, Any]:
    """The names `live`, `state`, `can_vote` and, where names are known from the start, `reveal`."""
    shown = judged.shown
    battle, protocol = shown.battle, shown.protocol
    assert protocol.live is not None
    turns_left = max(protocol.live.max_turns - len(shown.turns), 0)
    is_open = battle.state in ("shown", "retracted") or (battle.state == "voted" and not protocol.reveal)
    context: dict[str, Any] = {
        "live": {
            "kind": battle.kind,
            "can_ask": shown.arena.state == "open" and turns_left > 0 and is_open,
            "turns_left": turns_left,
            "max_turns": protocol.live.max_turns,
            "longest_prompt": live_settings(shown.arena).longest_prompt,
        },
        "state": await service.live_state(session, battle),
        "can_vote": judged.can_vote and battle.kind != "direct",
    }
    if battle.kind != "anonymous":
        context["reveal"] = await names_from_the_start(session, battle)
    return context
