"""Webhooks and votes to test with."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.arenas.tables import Arena
from app.db.engine import Database
from tests.people import Person
from tests.releases.arenas import Cast, add_votes
from tests.worlds import open_arena

VOTES = ["vote.cast", "vote.retracted"]


@dataclass
class Hook:
    """A webhook, as its owner has it."""

    owner: Person
    path: str
    id: str
    secret: str

    async def get(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.owner.http.get(self.path)).json()
        return found

    async def deliveries(self, **query: Any) -> list[dict[str, Any]]:
        answer = await self.owner.http.get(f"{self.path}/deliveries", params={"limit": 100, **query})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    async def post(self, rest: str, body: dict[str, Any] | None = None, *, status: int = 202) -> dict[str, Any]:
        answer = await self.owner.http.post(f"{self.path}/{rest}", json=body)
        assert answer.status_code == status, answer.text
        said: dict[str, Any] = answer.json()
        return said


async def add_hook(owner: Person, url: str, types: list[str] | None = None, slug: str = "kitchen", **more: Any) -> Hook:
    body = {"url": url, "types": types or VOTES, **more}
    answer = await owner.http.post(f"/api/arenas/{slug}/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return Hook(owner, answer.headers["location"], made["id"], made["secret"])


async def arena_of(database: Database, owner: Person) -> Arena:
    return await open_arena(database, owner=owner.viewer)


async def vote(database: Database, arena: Arena, *casts: Cast) -> list[Cast]:
    """Votes written straight into the tables; one of a person where none are given."""
    made = list(casts or (Cast(),))
    async with database.session() as session:
        await add_votes(session, arena, made)
    return made


_MANY = text("""
    WITH people AS (
        INSERT INTO annotator (id, kind) SELECT gen_random_uuid(), 'human' FROM generate_series(1, :count) RETURNING id
    ), judged AS (
        INSERT INTO battle (id, arena_id, matchup_id, annotator_id, protocol_version, contestants, lineup, side_order,
            sampler, propensity, source, state, revision)
        SELECT gen_random_uuid(), m.arena_id, m.id, p.id, 1, m.contestants, m.lineup, 'ab',
            'least-covered/64', 1, 'web', 'voted', 1
        FROM people p CROSS JOIN (
            SELECT m.id, m.arena_id, m.lineup, array_agg(s.model_version_id ORDER BY s.slot) AS contestants
            FROM matchup m JOIN matchup_slot s ON s.matchup_id = m.id
            WHERE m.arena_id = :arena_id GROUP BY 1, 2, 3 LIMIT 1
        ) m RETURNING id, arena_id, annotator_id
    )
    INSERT INTO vote (battle_id, arena_id, revision, annotator_id, winner, source, cast_at)
    SELECT id, arena_id, 1, annotator_id, 'tie', :source, now() FROM judged RETURNING battle_id
""")


async def many_votes(database: Database, arena: Arena, count: int, source: str = "web") -> list[str]:
    """Votes of as many people, in one transaction; the ids of their events."""
    async with database.session() as session:
        rows = await session.scalars(_MANY, {"arena_id": arena.id, "count": count, "source": source})
        return [f"vote_{battle_id.hex}_1" for battle_id in rows]


async def make_due(database: Database) -> None:
    """As if hours had passed: everything that waits is due, and nothing rests."""
    async with database.session() as session:
        await session.execute(text("UPDATE webhook SET resting_until = NULL"))
        await session.execute(text("UPDATE webhook_delivery SET next_attempt_at = now() WHERE state = 'waiting'"))


def event_id(cast: Cast, revision: int = 1) -> str:
    return f"vote_{cast.battle_id.hex}_{revision}"
