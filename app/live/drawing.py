"""Drawing who answers: by the arena's policy over its pool, or the models that somebody picked."""

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.schemas import BattleKind, LiveSettings
from app.config import Settings
from app.errors import InvalidInputError, UnavailableError
from app.live import repository
from app.model_registry.calls import circuit_states, spent_today
from app.model_registry.contestants import is_within_budget, load_contestants
from app.sampling import Entrant, NoPairError, PairVotes, Pool, policy_from

CHOSEN = "chosen"
PICKED: dict[BattleKind, int] = {"named": 2, "direct": 1}


@dataclass(frozen=True)
class Drawn:
    """Who answers, with the chance of that; sampler names the policy."""

    contestants: tuple[uuid.UUID, ...]
    sampler: str
    propensity: float


async def draw(
    session: AsyncSession,
    settings: Settings,
    arena_id: uuid.UUID,
    live: LiveSettings,
    kind: BattleKind,
    chosen: Sequence[uuid.UUID],
) -> Drawn:
    """Who answers now. Raises UnavailableError where too few models can."""
    rows = await repository.pool(session, arena_id)
    if kind != "anonymous":
        return _as_chosen(rows, PICKED[kind], chosen)
    pool = pool_of(rows, await repository.pair_counts(session, arena_id), await able(session, settings, rows))
    try:
        drawn = policy_from(live.policy).draw(pool, np.random.default_rng(secrets.randbits(128)))
    except NoPairError:
        raise UnavailableError("Not enough models can answer at the moment. Try again in a minute.") from None
    return Drawn((uuid.UUID(drawn.first), uuid.UUID(drawn.second)), drawn.policy, drawn.propensity)


def pool_of(rows: Sequence[RowMapping], counts: Sequence[RowMapping], able: Collection[uuid.UUID]) -> Pool:
    """What a policy draws from: rows of `repository.pool`, votes of `repository.pair_counts`, and who can be called."""
    entrants = [
        Entrant(
            str(row["id"]), weight=row["weight"], role=row["role"], battles=row["battles"], is_open=row["id"] in able
        )
        for row in rows
    ]
    votes = (
        PairVotes(str(row["model_a"]), str(row["model_b"]), row["wins_a"], row["wins_b"], row["level"])
        for row in counts
    )
    return Pool.of(entrants, votes)


async def able(session: AsyncSession, settings: Settings, rows: Sequence[RowMapping]) -> set[uuid.UUID]:
    """Those of the pool that can be called: with a credential, within their budget, and not failing at the moment."""
    ids = [row["id"] for row in rows]
    contestants = await load_contestants(session, ids, settings)
    spent = await spent_today(session, ids)
    circuits = await circuit_states(session, ids)
    return {
        version_id
        for version_id in ids
        if contestants[version_id].problem is None
        and is_within_budget(contestants[version_id], spent[version_id])
        and circuits[version_id].state != "open"
    }


def _as_chosen(rows: Sequence[RowMapping], wanted: int, chosen: Sequence[uuid.UUID]) -> Drawn:
    known = {row["id"] for row in rows}
    picked = tuple(chosen[:wanted])
    if len(picked) < wanted:
        raise InvalidInputError("Choose two models to compare." if wanted == 2 else "Choose a model to talk to.")
    if len(set(picked)) < wanted:
        raise InvalidInputError("Choose two different models.")
    if not known.issuperset(picked):
        raise InvalidInputError("A model that you chose has left the arena. Choose another.")
    return Drawn(picked, CHOSEN, 1.0)
