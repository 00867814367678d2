"""The second pass: all into the database, in the caller's transaction, or nothing.

Rows go by COPY into staging tables, are held against what the arena has, and are then written set by set. Ids come from
what the rows say, so the same files again find everything there.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from psycopg import AsyncCursor
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.errors import ConflictError
from app.imports import statements
from app.imports.census import Census
from app.imports.check import Checked
from app.imports.identity import Identity, model_id, version_id
from app.imports.problems import KEPT, ProblemLog, RefusedRowsError
from app.imports.progress import ProgressReport
from app.imports.records import Contestant, ModelFacts
from app.imports.staging import Stager, copy_rows
from app.imports.stream import read_plan

_WRITES = (
    ("Writing prompts", (statements.ADD_PROMPTS, statements.ADD_TAGS)),
    ("Writing matchups", (statements.ADD_MATCHUPS, statements.COVER_KNOWN_MATCHUPS, statements.ADD_SLOTS)),
    ("Writing turns", (statements.ADD_TURNS,)),
    ("Writing answers", (statements.ADD_RESPONSES,)),
    ("Writing battles", (statements.ADD_BATTLES,)),
    ("Writing votes", (statements.ADD_VOTES, statements.ADD_EXCLUSIONS)),
    ("Gathering statistics", (statements.ANALYSE,)),
)


@dataclass(frozen=True)
class Loaded:
    """How many of each came anew; what the files hold more than that was there already."""

    matchups: int
    votes: int
    models: int
    annotators: int


async def load(session: AsyncSession, arena: Arena, checked: Checked, progress: ProgressReport) -> Loaded:
    """Write what was checked. Raises RefusedRowsError where the arena has something else under the same id."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
    source = f"arena:{arena.id}"
    values = {"arena": arena.id, "protocol": arena.protocol_version, "source": source, "limit": KEPT}
    async with connection.cursor() as cursor:
        # Two imports into one arena go one after the other; voting goes on.
        await cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%(source)s, 0))", values)
        await cursor.execute(statements.STAGING)
        identity = Identity(arena.id)
        models, versions = await _add_models(cursor, checked.census, checked.plan.models)
        annotators = await _add_annotators(cursor, identity, checked.census, values)
        await _stage(Stager(cursor, identity, versions), checked, progress)
        progress.begin("Comparing with the arena")
        for statement in statements.RECOGNISE:
            await cursor.execute(statement, values)
        await _refuse_conflicts(cursor, checked, values)
        written = {}
        for phase, steps in _WRITES:
            progress.begin(phase)
            for step in steps:
                await cursor.execute(step, values)
                written[step] = cursor.rowcount
    progress.end()
    return Loaded(written[statements.ADD_MATCHUPS], written[statements.ADD_VOTES], models, annotators)


async def _add_models(
    cursor: AsyncCursor[Any], census: Census, facts: Mapping[Contestant, ModelFacts]
) -> tuple[int, dict[Contestant, uuid.UUID]]:
    """How many versions are new, and the ids of all. What is known of a model already is left as it is."""
    wanted = [facts.get(contestant, ModelFacts(contestant)) for contestant in sorted(census.contestants, key=str)]
    added = 0
    for one in wanted:
        name, label = one.contestant.model, one.contestant.label
        await cursor.execute(
            statements.ADD_MODEL, (model_id(one.contestant), name, one.organisation, one.licence, one.link)
        )
        settings = orjson.dumps(one.settings).decode()
        await cursor.execute(statements.ADD_VERSION, (version_id(one.contestant), label, settings, name))
        added += cursor.rowcount
    await cursor.execute(statements.VERSIONS, ([one.contestant.model for one in wanted],))
    found = {Contestant(name, label): version async for name, label, version in cursor}
    return added, found


async def _add_annotators(
    cursor: AsyncCursor[Any], identity: Identity, census: Census, values: Mapping[str, Any]
) -> int:
    """How many are new."""
    rows = ((identity.of("annotator", name), kind, name) for name, kind in census.annotators.items())
    await copy_rows(cursor, statements.COPY_ANNOTATORS, rows)
    await cursor.execute(statements.ANNOTATOR_CONFLICTS, values)
    clash = await cursor.fetchone()
    if clash:
        raise ConflictError(f"The annotator {clash[0]} is of the kind {clash[1]} in this arena, and not in the file.")
    await cursor.execute(statements.ADD_ANNOTATORS, values)
    return cursor.rowcount


async def _stage(stager: Stager, checked: Checked, progress: ProgressReport) -> None:
    log = ProblemLog()
    for placed in read_plan(checked.plan, Census(), log, progress, "Staging"):
        await stager.add(placed)
    await stager.flush()
    if log.count:
        raise RefusedRowsError(log)  # the file was sound a moment ago: somebody has written to it since


async def _refuse_conflicts(cursor: AsyncCursor[Any], checked: Checked, values: Mapping[str, Any]) -> None:
    log = ProblemLog()
    await cursor.execute(statements.MATCHUP_CONFLICTS, values)
    for line, external_id in await cursor.fetchall():
        log.add(checked.plan.matchups, line, [("", f"{external_id} is in the arena already, with other content")])
    await cursor.execute(statements.VOTE_CONFLICTS, values)
    for file, line in await cursor.fetchall():
        log.add(Path(file), line, [("", "this vote is in the arena already, and says something else there")])
    if log.count:
        raise RefusedRowsError(log)
