"""What an arena's policy comes to as things stand: how often each model will be shown, and which pairs need votes."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.config import Settings
from app.live import repository
from app.live.drawing import able, pool_of
from app.live.managing import ManagedArena
from app.sampling import NoPairError, Policy, Pool, exposure, policy_from


class Exposure(BaseModel):
    """A model of the pool. battles are those it was drawn for.

    share: of the next battles, how many it is expected to be in, 0 to 1; over all models they sum to 2, as a battle
    has two. None where no pair can be drawn.
    """

    id: uuid.UUID
    name: str
    battles: int
    can_be_drawn: bool
    share: float | None


class PairState(BaseModel):
    """A pair that can be drawn: the chance that the next battle is theirs, and the votes of people on it so far."""

    model_a: uuid.UUID
    model_b: uuid.UUID
    name_a: str
    name_b: str
    probability: float
    votes: int


class SamplingState(BaseModel):
    """models are by name, pairs by what the policy gives them, most first. Without a pair, why_no_pair says why."""

    policy: dict[str, Any]
    models: list[Exposure]
    pairs: list[PairState]
    why_no_pair: str | None


async def sampling_state(
    session: AsyncSession, settings: Settings, managed: ManagedArena, *, most_pairs: int
) -> SamplingState:
    """As the next draw would see it."""
    rows = await repository.pool(session, managed.arena.id)
    counts = await repository.pair_counts(session, managed.arena.id)
    can_be_drawn = await able(session, settings, rows)
    policy = policy_from(managed.settings.policy)
    # The provisional strengths of a large pool take a while, and others wait on this thread.
    return await asyncio.to_thread(_state, rows, pool_of(rows, counts, can_be_drawn), policy, most_pairs)


def _state(rows: Sequence[RowMapping], pool: Pool, policy: Policy, most_pairs: int) -> SamplingState:
    names = {str(row["id"]): row["name"] for row in rows}
    try:
        shares: dict[str, float] = dict(zip(pool.models, exposure(pool, policy).tolist(), strict=True))
        pairs, why = _pairs(pool, policy, names, most_pairs), None
    except NoPairError as error:
        shares, pairs, why = {}, [], str(error)
    is_open = dict(zip(pool.models, pool.is_open.tolist(), strict=True))
    models = [
        Exposure(
            id=row["id"],
            name=row["name"],
            battles=row["battles"],
            can_be_drawn=is_open[str(row["id"])],
            share=shares.get(str(row["id"])),
        )
        for row in rows
    ]
    return SamplingState(policy=policy.to_document(), models=models, pairs=pairs, why_no_pair=why)


def _pairs(pool: Pool, policy: Policy, names: dict[str, str], most: int) -> list[PairState]:
    """Open pairs with the largest chances; of equal ones first that with the fewest votes."""
    probabilities = policy.probabilities(pool)
    votes = pool.votes[pool.first, pool.second]
    order = np.lexsort((votes, -np.round(probabilities, 12)))
    chosen = [pair for pair in order.tolist() if probabilities[pair] > 0.0][:most]
    return [
        PairState(
            model_a=uuid.UUID(first),
            model_b=uuid.UUID(second),
            name_a=names[first],
            name_b=names[second],
            probability=float(probabilities[pair]),
            votes=round(votes[pair]),
        )
        for pair in chosen
        for first, second in [(pool.models[pool.first[pair]], pool.models[pool.second[pair]])]
    ]
