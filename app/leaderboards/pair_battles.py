"""The battles behind the votes between two models, newest first: for whoever may take the votes away."""

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.battles.lineup import lineup_of
from app.leaderboards.counting import CURRENT
from app.leaderboards.history import NAMED
from app.web.pagination import Page, encode_cursor

BATTLES_A_PAGE = 25
EXCERPT_CHARACTERS = 160

_VERSIONS = text(f"""
    SELECT {NAMED} AS name, v.id FROM model_version v JOIN model m ON m.id = v.model_id WHERE {NAMED} IN (:one, :other)
""")
_PROMPTS = """
    JOIN matchup mu ON mu.id = t.matchup_id AND mu.arena_id = t.arena_id
    JOIN prompt p ON p.id = mu.prompt_id AND p.arena_id = t.arena_id
"""
_BATTLES = text(f"""
    SELECT t.id, left(p.text, {EXCERPT_CHARACTERS + 1}) AS prompt, v.winner, v.cast_at, t.contestants[1] AS first
    {
    CURRENT.format(
        joins=_PROMPTS,
        conditions="AND n.kind = :kind AND t.lineup = :lineup AND (CAST(:before AS uuid) IS NULL OR t.id < :before)",
    )
}
    ORDER BY t.id DESC LIMIT :most
""")


class PairBattle(NamedTuple):
    """A battle whose vote counts; winner is a model's name, or "tie" or "both_bad"."""

    id: uuid.UUID
    prompt: str
    winner: str
    cast_at: datetime | None


async def list_pair_battles(
    session: AsyncSession, arena_id: uuid.UUID, kind: str, models: tuple[str, str], before: uuid.UUID | None
) -> Page[PairBattle]:
    """The counting votes between two models, newest battle first."""
    one, other = models
    ids = {row.name: row.id for row in await session.execute(_VERSIONS, {"one": one, "other": other})}
    if len(ids) < len(models):
        return Page([], None)
    wanted = {
        "arena_id": arena_id,
        "kind": kind,
        "lineup": lineup_of(ids.values()),
        "before": before,
        "most": BATTLES_A_PAGE + 1,
    }
    names = {version_id: name for name, version_id in ids.items()}
    opponent = {one: other, other: one}
    found = []
    for row in await session.execute(_BATTLES, wanted):
        first = names[row.first]
        winner = {"model_a": first, "model_b": opponent[first]}.get(row.winner, row.winner)
        found.append(PairBattle(row.id, _excerpt(row.prompt), winner, row.cast_at))
    rows = found[:BATTLES_A_PAGE]
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > BATTLES_A_PAGE else None)


def _excerpt(prompt: str) -> str:
    shown = " ".join(prompt.split())
    return (
        shown if len(shown) <= EXCERPT_CHARACTERS else f"{shown[:EXCERPT_CHARACTERS].rstrip()}\N{HORIZONTAL ELLIPSIS}"
    )
