"""Votes written straight into the tables: what a board has to make sense of, in any combination."""

import dataclasses
import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.tables import Annotator
from app.accounts.viewer import OPERATOR
from app.arenas.service import change_state, create_arena
from app.arenas.tables import Arena
from app.battles.lineup import lineup_of
from app.battles.tables import Battle, Matchup, MatchupSlot
from app.db.base import new_id
from app.db.engine import Database
from app.model_registry.tables import Model, ModelVersion
from app.prompts.tables import Prompt
from app.votes.tables import Vote, VoteExclusion

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ballot:
    """One battle with its verdicts in the order of their revisions; None takes the vote back."""

    model_a: str
    model_b: str
    verdicts: tuple[str | None, ...]
    kind: str = "human"
    after_reveal: bool = False  # of the last verdict
    cast_at: datetime | None = START
    source_row: int | None = None
    exclusion: str | None = None  # "standing" or "lifted"
    battle_id: uuid.UUID = dataclasses.field(default_factory=new_id)


def ballot(model_a: str, model_b: str, winner: str, **changes: object) -> Ballot:
    return Ballot(model_a, model_b, (winner,), **changes)


def in_turn(results: Iterable[tuple[str, str, str]], *, first_minute: int = 0) -> list[Ballot]:
    """Votes cast one minute after another."""
    return [
        ballot(a, b, winner, cast_at=START + timedelta(minutes=minute))
        for minute, (a, b, winner) in enumerate(results, start=first_minute)
    ]


def circle(models: Sequence[str], rounds: int = 1) -> list[Ballot]:
    """Every model beats the next and the last beats the first: connected, and all equal."""
    pairs = [*itertools.pairwise(models), (models[-1], models[0])]
    return in_turn([(a, b, "model_a") for _ in range(rounds) for a, b in pairs])


async def make_arena(database: Database, slug: str = "kitchen", *, state: str = "open") -> Arena:
    async with database.session() as session:
        arena = await create_arena(session, OPERATOR, slug=slug, title=f"The {slug}")
        return await change_state(session, OPERATOR, slug, state) if state != "draft" else arena


async def cast(database: Database, arena: Arena, ballots: Iterable[Ballot]) -> None:
    async with database.session() as session:
        await write_ballots(session, arena, list(ballots))


async def write_ballots(
    session: AsyncSession, arena: Arena, ballots: Sequence[Ballot], *, first_repeat: int | None = None
) -> None:
    """Write the ballots, with models, matchups and annotators as they are needed."""
    versions = await _versions(session, {name for each in ballots for name in (each.model_a, each.model_b)})
    matchups = await _matchups(session, arena, ballots, versions)
    annotators = await _annotators(session, {each.kind for each in ballots})
    taken = await session.scalar(select(func.count()).select_from(Battle)) or 0
    taken = taken if first_repeat is None else first_repeat
    battles, votes, exclusions = [], [], []
    for number, each in enumerate(ballots, start=taken):
        pair = [versions[each.model_a], versions[each.model_b]]
        key = {"battle_id": each.battle_id, "arena_id": arena.id}
        battles.append(
            {
                "id": each.battle_id,
                "arena_id": arena.id,
                "matchup_id": matchups[each.model_a, each.model_b],
                "annotator_id": annotators[each.kind],
                "repeat": number,
                "protocol_version": 1,
                "contestants": pair,
                "lineup": lineup_of(pair),
                "source": "import",
                "state": "voted" if each.verdicts[-1] else "retracted",
                "revision": len(each.verdicts),
            }
        )
        votes += [
            {
                **key,
                "revision": revision,
                "annotator_id": annotators[each.kind],
                "winner": winner,
                "after_reveal": each.after_reveal and revision == len(each.verdicts),
                "source": "import",
                "cast_at": each.cast_at,
                "source_row": each.source_row,
            }
            for revision, winner in enumerate(each.verdicts, start=1)
        ]
        if each.exclusion:
            lifted_at = START if each.exclusion == "lifted" else None
            exclusions.append({**key, "reason": "test", "excluded_by": "rule", "lifted_at": lifted_at})
    await session.execute(insert(Battle), battles)
    await session.execute(insert(Vote), votes)
    if exclusions:
        await session.execute(insert(VoteExclusion), exclusions)


async def _versions(session: AsyncSession, names: Iterable[str]) -> dict[str, uuid.UUID]:
    """By the name on the board: "model@label" is the version of that label."""
    found = {}
    for full_name in sorted(names):
        name, _, label = full_name.partition("@")
        model = await session.scalar(select(Model).where(Model.name == name))
        if model is None:
            model = Model(name=name, organisation=f"Maker of {name}", licence="Apache-2.0")
            session.add(model)
            await session.flush()
        of_label = select(ModelVersion).where(ModelVersion.model_id == model.id, ModelVersion.label == label)
        version = await session.scalar(of_label)
        if version is None:
            version = ModelVersion(model_id=model.id, label=label)
            session.add(version)
            await session.flush()
        found[full_name] = version.id
    return found


async def _matchups(
    session: AsyncSession, arena: Arena, ballots: Sequence[Ballot], versions: dict[str, uuid.UUID]
) -> dict[tuple[str, str], uuid.UUID]:
    found = {}
    for pair in dict.fromkeys((each.model_a, each.model_b) for each in ballots):
        text = f"prompt {new_id()}"
        prompt = Prompt(arena_id=arena.id, text=text, fingerprint=text.encode())
        session.add(prompt)
        await session.flush()
        matchup = Matchup(
            arena_id=arena.id, prompt_id=prompt.id, lineup=lineup_of((versions[pair[0]], versions[pair[1]]))
        )
        session.add(matchup)
        await session.flush()
        for slot, name in zip("ab", pair, strict=True):
            session.add(
                MatchupSlot(matchup_id=matchup.id, arena_id=arena.id, slot=slot, model_version_id=versions[name])
            )
        found[pair] = matchup.id
    await session.flush()
    return found


async def _annotators(session: AsyncSession, kinds: Iterable[str]) -> dict[str, uuid.UUID]:
    found = {}
    for kind in sorted(kinds):
        annotator = Annotator(kind=kind)
        session.add(annotator)
        await session.flush()
        found[kind] = annotator.id
    return found
