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
from app.db.engine import Database
from app.errors import InvalidInputError, UnavailableError
from app.live import repository
from app.live.recent import Recent
from app.model_registry.calls import circuit_states, spent_today
from app.model_registry.contestants import is_within_budget, load_contestants
from app.sampling import Entrant, NoPairError, PairVotes, Pool, policy_from

CHOSEN = "chosen"
KEPT_SECONDS = 1.0
PICKED: dict[BattleKind, int] = {"named": 2, "direct": 1}


@dataclass(frozen=True)
class Drawn:
    """Who answers, with the chance of that; sampler names the policy."""

    contestants: tuple[uuid.UUID, ...]
    sampler: str
    propensity: float


@dataclass(frozen=True)
class Standing:
    """The pool of an arena as a draw needs it."""

    version_ids: frozenset[uuid.UUID]
    pool: Pool


class Standings:
    """The standings of all arenas, as of KEPT_SECONDS ago at most: a draw can do with that."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._recent = Recent(self._load, KEPT_SECONDS)

    async def of(self, arena_id: uuid.UUID, *, now: bool = False) -> Standing:
        """now: as it is at this moment, where a moment ago a model failed."""
        if now:
            self._recent.forget(arena_id)
        return await self._recent.get(arena_id)

    async def _load(self, arena_id: uuid.UUID) -> Standing:
        async with self._database.glance() as session:
            rows = await repository.pool(session, arena_id)
            counts = await repository.pair_counts(session, arena_id)
            can_be_drawn = await able(session, self._settings, rows)
        return Standing(frozenset(row["id"] for row in rows), pool_of(rows, counts, can_be_drawn))


def draw(standing: Standing, live: LiveSettings, kind: BattleKind, chosen: Sequence[uuid.UUID]) -> Drawn:
    """Who answers now. Raises UnavailableError where too few models can."""
    if kind != "anonymous":
        return _as_chosen(standing.version_ids, PICKED[kind], chosen)
    try:
        drawn = policy_from(live.policy).draw(standing.pool, np.random.default_rng(secrets.randbits(128)))
    except NoPairError:
        raise UnavailableError("Not enough models can answer at the moment. Try again later.") from None
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


def _as_chosen(known: Collection[uuid.UUID], wanted: int, chosen: Sequence[uuid.UUID]) -> Drawn:
    picked = tuple(chosen[:wanted])
    if len(picked) < wanted:
        raise InvalidInputError("Choose two models to compare." if wanted == 2 else "Choose a model to talk to.")
    if len(set(picked)) < wanted:
        raise InvalidInputError("Choose two different models.")
    if not set(known).issuperset(picked):
        raise InvalidInputError("A model that you chose has left the arena. Choose another.")
    return Drawn(picked, CHOSEN, 1.0)
