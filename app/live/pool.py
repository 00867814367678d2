"""The models of a live arena: who is in, who was, who could be, and why one cannot be drawn now."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.config import Settings
from app.db.outbox import emit
from app.errors import ConflictError, NotFoundError
from app.model_registry.calls import circuit_states, spent_today
from app.model_registry.contestants import Contestant, is_within_budget, load_contestants
from app.model_registry.schemas import CircuitOut
from app.model_registry.words import money

Role = Literal["contestant", "anchor"]

_MEMBERS = text("""
    SELECT p.model_version_id AS id, p.role, p.weight, p.battles, p.joined_at, p.left_at
    FROM arena_model p JOIN model_version v ON v.id = p.model_version_id JOIN model m ON m.id = v.model_id
    WHERE p.arena_id = :arena_id ORDER BY m.name, v.label, v.id
""")

_CANDIDATES = text("""
    SELECT v.id, v.state, m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END AS name
    FROM model_version v JOIN model m ON m.id = v.model_id
    WHERE v.state IN ('draft', 'active') AND v.provider_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM arena_model p WHERE p.arena_id = :arena_id AND p.model_version_id = v.id)
    ORDER BY name, v.id
""")

_TAGGERS = text("""
    SELECT v.id, m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END AS name
    FROM model_version v JOIN model m ON m.id = v.model_id
    WHERE (v.state IN ('draft', 'active') AND v.provider_id IS NOT NULL) OR v.id = CAST(:chosen AS uuid)
    ORDER BY name, v.id
""")

_JOIN = text("""
    INSERT INTO arena_model (arena_id, model_version_id, role, weight) VALUES (:arena_id, :id, :role, :weight)
    ON CONFLICT (arena_id, model_version_id) DO UPDATE
    SET role = excluded.role, weight = excluded.weight, left_at = NULL
""")

_RETURN = text("UPDATE arena_model SET left_at = NULL WHERE arena_id = :arena_id AND model_version_id = :id")

_LEAVE = text("""
    UPDATE arena_model SET left_at = now() WHERE arena_id = :arena_id AND model_version_id = :id AND left_at IS NULL
""")

_PRESENCE = text("""
    SELECT left_at IS NULL AS is_in FROM arena_model WHERE arena_id = :arena_id AND model_version_id = :id
""")

_NAME = text("""
    SELECT m.name || CASE v.label WHEN '' THEN '' ELSE '@' || v.label END
    FROM model_version v JOIN model m ON m.id = v.model_id WHERE v.id = :id
""")

_STATES = {
    "draft": "It is a draft: activate it on its page.",
    "paused": "It is paused: activate it on its page.",
    "retired": "It is retired.",
}


class Place(BaseModel):
    """What an arena says of a model in its pool."""

    model_config = ConfigDict(extra="forbid")

    role: Role = "contestant"
    weight: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 1.0


class Member(Place):
    """A model version that is in the pool, or was. why_not says why it cannot be drawn now; None where it can."""

    id: uuid.UUID
    model_id: uuid.UUID
    name: str
    state: str
    battles: int
    joined_at: datetime
    left_at: datetime | None
    why_not: str | None


async def members(session: AsyncSession, settings: Settings, arena_id: uuid.UUID) -> list[Member]:
    """Those that are in and those that left, by name."""
    rows = (await session.execute(_MEMBERS, {"arena_id": arena_id})).mappings().all()
    ids = [row["id"] for row in rows]
    contestants = await load_contestants(session, ids, settings)
    spent = await spent_today(session, ids)
    circuits = await circuit_states(session, ids)
    return [
        Member(
            **row,
            model_id=contestants[row["id"]].model_id,
            name=contestants[row["id"]].display_name,
            state=contestants[row["id"]].state,
            why_not=why_not(
                contestants[row["id"]],
                circuits[row["id"]],
                is_spent=not is_within_budget(contestants[row["id"]], spent[row["id"]]),
            ),
        )
        for row in rows
    ]


def why_not(contestant: Contestant, circuit: CircuitOut, *, is_spent: bool) -> str | None:
    """Why it cannot be drawn now, with what to do; None where it can. The same rules as `drawing.able`, in words."""
    if contestant.state != "active":
        return _STATES[contestant.state]
    if contestant.problem is not None:
        return contestant.problem
    if is_spent:
        return f"Its budget of {money(contestant.daily_budget)} a day is spent: raise it, or wait until midnight UTC."
    if circuit.state == "open" and circuit.until is not None:
        return f"Its last {circuit.failures} calls failed; it is tried again from {circuit.until:%H:%M:%S} UTC on."
    return None


async def candidates(session: AsyncSession, arena_id: uuid.UUID) -> Sequence[RowMapping]:
    """Versions (id, name, state) of the registry that could join and never did, by name."""
    return (await session.execute(_CANDIDATES, {"arena_id": arena_id})).mappings().all()


async def taggers(session: AsyncSession, chosen: uuid.UUID | None) -> Sequence[RowMapping]:
    """Versions (id, name) that could tag prompts, and the one that does."""
    return (await session.execute(_TAGGERS, {"chosen": chosen})).mappings().all()


async def put(session: AsyncSession, settings: Settings, arena_id: uuid.UUID, version_id: uuid.UUID, at: Place) -> None:
    """Have a version in the pool with this role and weight, whether it is there, was there, or is new."""
    if not await _is_in(session, arena_id, version_id):
        await _check_may_join(session, settings, version_id)
        await _tell(session, arena_id, version_id, "model.joined")
    await session.execute(_JOIN, {"arena_id": arena_id, "id": version_id, **at.model_dump(include={"role", "weight"})})


async def bring_back(session: AsyncSession, settings: Settings, arena_id: uuid.UUID, version_id: uuid.UUID) -> None:
    """Have a version that left back, as it was."""
    is_in = await _is_in(session, arena_id, version_id)
    if is_in is None:
        raise NotFoundError("This model was never in the pool of this arena.")
    if not is_in:
        await _check_may_join(session, settings, version_id)
        await _tell(session, arena_id, version_id, "model.joined")
        await session.execute(_RETURN, {"arena_id": arena_id, "id": version_id})


async def remove(session: AsyncSession, arena_id: uuid.UUID, version_id: uuid.UUID) -> None:
    """It is drawn no more. Its battles, votes and place on the board stay. Removing it again changes nothing."""
    is_in = await _is_in(session, arena_id, version_id)
    if is_in is None:
        raise NotFoundError("This model is not in the pool of this arena.")
    if is_in:
        await _tell(session, arena_id, version_id, "model.left")
    await session.execute(_LEAVE, {"arena_id": arena_id, "id": version_id})


async def _is_in(session: AsyncSession, arena_id: uuid.UUID, version_id: uuid.UUID) -> bool | None:
    """None where it never was."""
    found: bool | None = await session.scalar(_PRESENCE, {"arena_id": arena_id, "id": version_id})
    return found


async def _tell(
    session: AsyncSession, arena_id: uuid.UUID, version_id: uuid.UUID, happening: Literal["model.joined", "model.left"]
) -> None:
    name = await session.scalar(_NAME, {"id": version_id})
    await emit(session, arena_id, happening, {"model_version_id": str(version_id), "model": name})


async def _check_may_join(session: AsyncSession, settings: Settings, version_id: uuid.UUID) -> None:
    contestant = (await load_contestants(session, [version_id], settings)).get(version_id)
    if contestant is None:
        raise NotFoundError("There is no such version of a model.")
    if contestant.provider_id is None:
        raise ConflictError(f"{contestant.display_name} cannot join: its outputs were imported, nothing can call it.")
    if contestant.state not in ("draft", "active"):
        raise ConflictError(f"{contestant.display_name} cannot join: it is {contestant.state}.")
