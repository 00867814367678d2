"""Calls of models: keeping a record of each, and what the records say."""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.model_registry.circuits import ENOUGH_CALLS, NEUTRAL, SHOWN_FOR, CallEnd, circuit_after
from app.model_registry.schemas import CallsOut, CircuitOut
from app.model_registry.tables import ModelCall

FIGURES_OF = timedelta(hours=24)

_FIGURES = text("""
    SELECT model_version_id, count(*) AS calls, count(error) AS errors, coalesce(sum(cost), 0) AS cost,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY first_fragment_seconds) FILTER (WHERE error IS NULL) AS begins,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) FILTER (WHERE error IS NULL) AS whole,
        (array_agg(error ORDER BY started_at DESC) FILTER (WHERE error IS NOT NULL))[1] AS last_error
    FROM model_call WHERE model_version_id = ANY(:version_ids) AND started_at >= :since
    GROUP BY model_version_id
""")
_NEWEST = text("""
    SELECT v.id, c.ended_at, c.error FROM unnest(CAST(:version_ids AS uuid[])) AS v (id)
    CROSS JOIN LATERAL (
        SELECT started_at + make_interval(secs => duration_seconds) AS ended_at, error FROM model_call
        WHERE model_version_id = v.id AND started_at >= :since AND attempts > 0
            AND CASE WHEN error IS NULL THEN finish_reason IS DISTINCT FROM 'stopped' ELSE error <> ALL(:neutral) END
        ORDER BY started_at DESC LIMIT :most
    ) c ORDER BY c.ended_at
""")


def record_call(
    session: AsyncSession,
    *,
    version_id: uuid.UUID,
    started_at: datetime,
    duration_seconds: float,
    attempts: int,
    first_fragment_seconds: float | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cost: Decimal | None = None,
    finish_reason: str | None = None,
    error: str | None = None,
    arena_id: uuid.UUID | None = None,
    battle_id: uuid.UUID | None = None,
    turn_index: int | None = None,
    slot: str | None = None,
) -> None:
    """Keep what became of a call, with the session's transaction; without arena it is a test.

    error is the kind of failure, never a provider's own words. attempts is 0 where the circuit or a limit let no
    request out.
    """
    session.add(
        ModelCall(
            model_version_id=version_id,
            started_at=started_at,
            duration_seconds=duration_seconds,
            attempts=attempts,
            first_fragment_seconds=first_fragment_seconds,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost=cost,
            finish_reason=finish_reason,
            error=error,
            arena_id=arena_id,
            battle_id=battle_id,
            turn_index=turn_index,
            slot=slot,
        )
    )


async def spent_today(session: AsyncSession, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Decimal]:
    """US dollars since midnight UTC, tests included; each version is in the answer."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    statement = (
        select(ModelCall.model_version_id, func.sum(ModelCall.cost))
        .where(ModelCall.model_version_id.in_(version_ids), ModelCall.started_at >= midnight)
        .group_by(ModelCall.model_version_id)
    )
    spent = {version_id: cost or Decimal(0) for version_id, cost in await session.execute(statement)}
    return {version_id: spent.get(version_id, Decimal(0)) for version_id in version_ids}


async def figures(session: AsyncSession, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, CallsOut]:
    """What the calls of the last 24 hours say; each version is in the answer."""
    values = {"version_ids": list(version_ids), "since": datetime.now(UTC) - FIGURES_OF}
    found = {
        row.model_version_id: CallsOut(
            calls=row.calls,
            errors=row.errors,
            median_first_fragment_seconds=row.begins,
            median_duration_seconds=row.whole,
            cost=row.cost,
            last_error=row.last_error,
        )
        for row in await session.execute(_FIGURES, values)
    }
    return {version_id: found.get(version_id, CallsOut()) for version_id in version_ids}


async def circuit_states(session: AsyncSession, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, CircuitOut]:
    """Where each version's circuit stands, derived from the calls of all processes; each version is in the answer."""
    now = datetime.now(UTC)
    values = {"version_ids": list(version_ids), "since": now - SHOWN_FOR, "most": ENOUGH_CALLS, "neutral": NEUTRAL}
    ends: dict[uuid.UUID, list[CallEnd]] = {version_id: [] for version_id in version_ids}
    for row in await session.execute(_NEWEST, values):
        ends[row.id].append(CallEnd(row.ended_at, row.error))
    return {version_id: circuit_after(calls, now) for version_id, calls in ends.items()}
