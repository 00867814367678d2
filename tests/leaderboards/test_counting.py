"""Counts kept up to date from new votes alone against counts from nothing, whatever the order of commits."""

import asyncio
import itertools
import random
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.arenas.tables import Arena
from app.battles.tables import Battle, Matchup
from app.db.base import new_id
from app.db.engine import Database
from app.leaderboards import counting
from app.leaderboards.counting import Tally, adopt, count_all, find_change, one_look
from app.leaderboards.refreshing import read_contestants
from app.leaderboards.slices import EVERYTHING, OVERALL, SliceDefinition
from app.leaderboards.tallies import counts_with, write_change
from app.prompts.tables import Prompt, PromptTag
from app.ratings import WINNERS, PairCounts
from app.votes.tables import Vote, VoteExclusion
from tests.leaderboards.ballots import START, ballot, cast, circle, make_arena, write_ballots
from tests.people import Person
from tests.worlds import open_arena

MODELS = ("ada", "bob", "cleo", "dora")
SLICES = {
    OVERALL: EVERYTHING,
    "decided": SliceDefinition(exclude_ties=True),
    "tagged": SliceDefinition(tag="maths"),
    "judges": SliceDefinition(annotator_kind="judge"),
    "first": SliceDefinition(one_vote_a_day=True),
}


async def bring_up_to_date(database: Database, arena: Arena, name: str = OVERALL) -> bool:
    """Whether the counts are at a newer horizon now. Checks on the way that they are those of a recount."""
    definition = SLICES[name]
    await adopt(database, arena.id, name)
    async with one_look(database) as session:
        change = await find_change(session, arena.id, name, definition)
        contestants, _ = await read_contestants(session, arena.id)
        kept = await counts_with(session, arena.id, name, contestants, change)
        again = await count_all(session, arena.id, definition)
    assert as_tallies(kept) == by_name(again, dict(zip(contestants.version_ids, contestants.codes, strict=True)))
    async with database.session() as session:
        return await write_change(session, arena.id, name, change)


def as_tallies(kept: dict[str, PairCounts]) -> dict[tuple[str, int, int], tuple[float, ...]]:
    return {
        (kind, a, b): (counts.wins[a, b], counts.wins[b, a], counts.ties[a, b], counts.both_bad[a, b])
        for kind, counts in kept.items()
        for a in range(len(counts.models))
        for b in range(a + 1, len(counts.models))
        if counts.votes_per_pair[a, b]
    }


def by_name(tallies: tuple[Tally, ...], code: dict[uuid.UUID, int]) -> dict[tuple[str, int, int], tuple[float, ...]]:
    found = {}
    for one in tallies:
        a, b = code[one.model_a], code[one.model_b]
        wins = (one.wins_a, one.wins_b) if a < b else (one.wins_b, one.wins_a)
        found[one.kind, min(a, b), max(a, b)] = (*wins, one.ties, one.both_bad)
    return found


@dataclass
class Writer:
    """Somebody with an open transaction, whose battles nobody else touches: locked rows would be waited for."""

    session: AsyncSession
    arena: Arena
    dice: random.Random
    battles: dict[uuid.UUID, int] = field(default_factory=dict)
    standing: list[uuid.UUID] = field(default_factory=list)

    async def do_something(self) -> None:
        actions = [self.vote, self.vote, self.vote]
        if self.battles:
            actions += [self.revise, self.revise, self.set_aside]
        if self.standing:
            actions += [self.lift]
        await self.dice.choice(actions)()

    async def vote(self) -> None:
        a, b = self.dice.sample(MODELS, 2)
        verdict = self.dice.choice((*WINNERS, None))
        kind = self.dice.choice(("human", "human", "judge"))
        one = ballot(a, b, verdict, kind=kind, after_reveal=self.dice.random() < 0.1)
        await write_ballots(self.session, self.arena, [one], first_repeat=self.dice.randrange(32_000))
        self.battles[one.battle_id] = 1

    async def revise(self) -> None:
        battle_id = self.dice.choice(list(self.battles))
        revision = self.battles[battle_id] = self.battles[battle_id] + 1
        annotator = select(Battle.annotator_id).where(Battle.id == battle_id)
        await self.session.execute(
            insert(Vote).values(
                battle_id=battle_id,
                arena_id=self.arena.id,
                revision=revision,
                annotator_id=annotator.scalar_subquery(),
                winner=self.dice.choice((*WINNERS, None)),
                source="import",
                cast_at=START,
            )
        )
        await self.session.execute(update(Battle).where(Battle.id == battle_id).values(revision=revision))

    async def set_aside(self) -> None:
        key = {"battle_id": self.dice.choice(list(self.battles)), "arena_id": self.arena.id}
        one = new_id()
        await self.session.execute(insert(VoteExclusion).values(id=one, **key, reason="test", excluded_by="rule"))
        self.standing.append(one)

    async def lift(self) -> None:
        one = self.standing.pop(self.dice.randrange(len(self.standing)))
        await self.session.execute(update(VoteExclusion).where(VoteExclusion.id == one).values(lifted_at=START))


async def tag_some_prompts(database: Database, arena: Arena, dice: random.Random) -> None:
    async with database.session() as session:
        prompts = list(await session.scalars(select(Prompt.id).where(Prompt.arena_id == arena.id)))
        for prompt_id in dice.sample(prompts, min(2, len(prompts))):
            values = {"prompt_id": prompt_id, "arena_id": arena.id, "tag": "maths", "tagged_by": str(new_id())}
            await session.execute(insert(PromptTag).values(**values))


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_commits_in_whatever_order_the_counts_are_those_of_a_recount(
    database: Database, seed: int
) -> None:
    dice = random.Random(seed)
    arena = await make_arena(database)
    await cast(
        database,
        arena,
        [ballot(a, b, "tie", kind=kind) for a, b in itertools.pairwise(MODELS) for kind in ("human", "judge")],
    )
    async with AsyncExitStack() as stack:
        writers: list[tuple[AsyncExitStack, Writer]] = []
        for _ in range(40):
            if len(writers) < 3:
                inner = await stack.enter_async_context(AsyncExitStack())
                writers.append((inner, Writer(await inner.enter_async_context(database.session()), arena, dice)))
            _, writer = dice.choice(writers)
            await writer.do_something()
            if dice.random() < 0.2:
                await tag_some_prompts(database, arena, dice)
            if dice.random() < 0.3:
                inner, writer = dice.choice(writers)
                await inner.aclose()  # commits: the battles are free for the same writer's next transaction
                writer.session = await inner.enter_async_context(database.session())
            if dice.random() < 0.6:
                await bring_up_to_date(database, arena, dice.choice(list(SLICES)))
    for name in SLICES:
        assert await bring_up_to_date(database, arena, name)


async def test_only_what_is_new_is_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(MODELS, rounds=5))
    await bring_up_to_date(database, arena)
    await cast(database, arena, [ballot("ada", "bob", "model_b"), ballot("bob", "ada", "model_b")])
    async with one_look(database) as session:
        change = await find_change(session, arena.id, OVERALL, EVERYTHING)
    assert change.before is not None
    [tally] = change.tallies
    assert sorted((tally.wins_a, tally.wins_b)) == [1, 1]
    monkeypatch.setattr(counting, "MOST_CHANGES", 1)
    async with one_look(database) as session:
        change = await find_change(session, arena.id, OVERALL, EVERYTHING)
    assert change.before is None, "where more is new than old, all is counted again"


async def test_of_two_workers_that_counted_the_same_votes_one_writes(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(MODELS))
    await bring_up_to_date(database, arena)
    await cast(database, arena, [ballot("ada", "bob", "tie")])
    changes = []
    for _ in range(2):
        async with one_look(database) as session:
            changes.append(await find_change(session, arena.id, OVERALL, EVERYTHING))
    results = []
    for change in changes:
        async with database.session() as session:
            results.append(await write_change(session, arena.id, OVERALL, change))
    assert results == [True, False]
    assert await bring_up_to_date(database, arena)


async def test_people_vote_while_counts_are_being_written(database: Database, stranger: Person) -> None:
    arena = await open_arena(database)
    await stranger.vote(await stranger.start("kitchen"))
    await adopt(database, arena.id, OVERALL)
    async with one_look(database) as session:
        change = await find_change(session, arena.id, OVERALL, EVERYTHING)
    async with database.session() as session, asyncio.timeout(20):
        assert await write_change(session, arena.id, OVERALL, change)
        assert (await stranger.vote(await stranger.start("kitchen"))).status_code == 201
    assert await bring_up_to_date(database, arena)


async def test_a_count_from_nothing_never_goes_back_behind_a_later_one(database: Database) -> None:
    arena = await make_arena(database)
    async with one_look(database) as session:
        early = await find_change(session, arena.id, OVERALL, EVERYTHING)
    await cast(database, arena, circle(MODELS))
    assert await bring_up_to_date(database, arena)
    async with database.session() as session:
        assert not await write_change(session, arena.id, OVERALL, early)


async def test_ids_of_another_server_are_settled_before_the_first_count_on_this_one(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(MODELS))
    await cast(database, arena, [ballot("ada", "bob", "tie", exclusion="standing")])
    await bring_up_to_date(database, arena)
    async with database.session() as session:  # as a dump brings them: partly ahead, partly among those still open
        await session.execute(text("UPDATE vote SET recorded_xid = '4000000000' WHERE winner = 'tie'"))
        await session.execute(text("UPDATE vote_exclusion SET recorded_xid = '4000000001'"))
        await session.execute(text("UPDATE leaderboard_watermark SET cluster = 1"))
        await session.execute(text("SELECT pg_current_xact_id()"))
        await session.execute(text("UPDATE vote SET recorded_xid = pg_current_xact_id() WHERE winner <> 'tie'"))
    await bring_up_to_date(database, arena)
    async with database.session() as session:
        await session.execute(update(VoteExclusion).values(lifted_at=START))
        await write_ballots(session, arena, [ballot("cleo", "dora", "both_bad")])
    await bring_up_to_date(database, arena)
    async with database.read_session() as session:
        far = await session.scalar(text("SELECT count(*) FROM vote WHERE recorded_xid >= '4000000000'"))
    assert far == 0


async def test_a_lifted_exclusion_cannot_be_put_back_in_force(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("ada", "bob", "tie", exclusion="lifted")])
    with pytest.raises(IntegrityError, match="raise another one"):
        async with database.session() as session:
            await session.execute(update(VoteExclusion).values(lifted_at=None))


async def test_every_condition_of_a_slice_selects_the_votes_that_meet_it(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("ada", "bob", "model_a"), ballot("cleo", "bob", "tie")])
    async with database.session() as session:
        matchups = list(await session.scalars(select(Matchup).order_by(Matchup.id)))
        for number, matchup in enumerate(matchups):
            prompt = await session.get_one(Prompt, (matchup.prompt_id, arena.id))
            prompt.text, prompt.language = "x" * (10 + number), ("en", "fr")[number]
            for turn in range(number + 1):
                values = {"matchup_id": matchup.id, "arena_id": arena.id, "turn": turn}
                await session.execute(
                    text(
                        "INSERT INTO turn (matchup_id, arena_id, turn_index, blocks) "
                        "VALUES (:matchup_id, :arena_id, :turn, '[]')"
                    ),
                    values,
                )
                for slot, characters in (("a", 50), ("b", 80)):
                    await session.execute(
                        text(
                            "INSERT INTO response (matchup_id, arena_id, slot, turn_index, blocks, characters, "
                            "headers, lists, bold) VALUES (:matchup_id, :arena_id, :slot, :turn, '[]', :c, 0, 0, 0)"
                        ),
                        {**values, "slot": slot, "c": characters},
                    )

    async def votes(**conditions: object) -> int:
        async with one_look(database) as session:
            tallies = await count_all(session, arena.id, SliceDefinition.model_validate(conditions))
        return sum(one.wins_a + one.wins_b + one.ties + one.both_bad for one in tallies)

    assert await votes() == 2
    assert await votes(language="en") == 1
    assert await votes(prompt_characters={"most": 10}) == 1
    assert await votes(prompt_characters={"least": 10, "most": 11}) == 2
    assert await votes(turns={"least": 2}) == 1
    assert await votes(answer_characters={"least": 60}) == 1, "the shorter answer of the first has 50 characters"
    assert await votes(answer_characters={"most": 80}) == 1, "the longer answer of the second has 160 in two turns"
    assert await votes(exclude_ties=True) == 1
    assert await votes(annotator_kind="judge") == 0
    assert await votes(protocol_version=1) == 2
    assert await votes(protocol_version=2) == 0
    assert await votes(cast_from="2026-01-01T00:00:00Z", cast_until="2026-01-02T00:00:00Z") == 2
    assert await votes(cast_until="2026-01-01T00:00:00Z") == 0
    assert await votes(one_vote_a_day=True) == 1
    assert await votes(tag="maths") == 0
