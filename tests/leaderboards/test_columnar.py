"""Single votes as a block of bytes against a plain reading of the ballots, over random worlds."""

import dataclasses
import random
from datetime import timedelta

import numpy as np
import pytest

from app.db.engine import Database
from app.leaderboards.columnar import ColumnarVotes, read_styles, read_votes
from app.leaderboards.counting import one_look
from app.leaderboards.refreshing import read_contestants, take_look
from app.leaderboards.slices import EVERYTHING, OVERALL, SliceDefinition
from app.ratings import WINNERS, PairCounts
from tests.leaderboards.ballots import START, Ballot, ballot, cast, circle, make_arena
from tests.people import Visitors
from tests.worlds import open_arena

MODELS = ("ada", "ada@v2", "Bob", "châtelaine", "d" * 60, "Ω-7b")


def random_ballot(dice: random.Random) -> Ballot:
    model_a, model_b = dice.sample(MODELS, 2)
    verdicts = tuple(dice.choice((*WINNERS, None)) for _ in range(dice.choice((1, 1, 1, 2, 3))))
    return Ballot(
        model_a,
        model_b,
        verdicts,
        kind=dice.choices(("human", "simulated", "judge"), (6, 2, 1))[0],
        after_reveal=dice.random() < 0.15,
        cast_at=dice.choice((None, START + timedelta(minutes=dice.randrange(20)))),
        source_row=dice.choice((None, dice.randrange(50))),
        exclusion=dice.choices((None, "standing", "lifted"), (8, 1, 1))[0],
    )


def recount(ballots: list[Ballot], kind: str) -> list[tuple[str, str, str]]:
    """The current counting votes of one kind in canonical order, as anybody would write it down."""
    counting = [
        each
        for each in ballots
        if each.kind == kind and each.verdicts[-1] and not each.after_reveal and each.exclusion != "standing"
    ]
    counting.sort(
        key=lambda each: (
            each.cast_at is not None,
            each.cast_at or START,
            each.source_row is not None,
            each.source_row or 0,
            each.battle_id,
        )
    )
    return [(each.model_a, each.model_b, each.verdicts[-1] or "") for each in counting]


def as_results(single: ColumnarVotes) -> list[tuple[str, str, str]]:
    votes = single.votes
    return [
        (votes.models[a], votes.models[b], WINNERS[w])
        for a, b, w in zip(votes.model_a, votes.model_b, votes.winner, strict=True)
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_a_look_agrees_with_a_recount_in_any_world(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    ballots = [random_ballot(dice) for _ in range(150)]
    arena, other = await make_arena(database), await make_arena(database, "other")
    await cast(database, arena, ballots)
    await cast(database, other, circle(MODELS[:3]))

    counted = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted

    expected = recount(ballots, "human")
    assert as_results(counted.single) == expected
    assert counted.kind == "human"
    kinds = ("human", "simulated", "judge")
    assert counted.votes_by_kind == {kind: len(recount(ballots, kind)) for kind in kinds if recount(ballots, kind)}
    again = PairCounts.from_coded_votes(counted.single.votes)
    assert np.array_equal(counted.counts.points, again.points)
    assert np.array_equal(counted.counts.both_bad, again.both_bad)


async def test_models_are_named_with_their_label_and_sorted_with_what_is_known_of_them(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("ada@v2", "ada", "tie"), ballot("Bob", "ada", "model_a")])

    counted = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted

    assert counted.counts.models == ("Bob", "ada", "ada@v2")
    assert [facts.name for facts in counted.facts] == ["Bob", "ada", "ada@v2"]
    assert counted.facts[2].organisation == "Maker of ada"


async def test_without_human_votes_the_simulated_ones_are_counted_and_never_both(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("a", "b", "tie", kind="simulated"), ballot("a", "b", "tie", kind="judge")])
    before = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted
    await cast(database, arena, [ballot("a", "b", "tie")])
    after = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted

    assert (before.kind, before.counts.total_votes) == ("simulated", 1)
    assert (after.kind, after.counts.total_votes) == ("human", 1)
    assert after.votes_by_kind == {"human": 1, "simulated": 1, "judge": 1}


async def test_a_ranking_stands_until_the_votes_of_people_rank_half_as_many_models(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [dataclasses.replace(one, kind="simulated") for one in circle(["a", "b", "c", "d"])])
    await cast(database, arena, [ballot("a", "b", "model_a")])
    early = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted
    await cast(database, arena, [ballot("a", "b", "model_b")])
    late = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted

    assert (early.kind, late.kind) == ("simulated", "human")


async def test_a_battle_of_a_model_against_itself_counts_for_nothing(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("a", "a", "model_a"), ballot("a", "b", "model_a")])

    counted = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted

    assert counted.counts.total_votes == len(counted.single.voters) == 1


async def test_an_arena_without_votes_has_nothing_to_count(database: Database) -> None:
    arena = await make_arena(database)

    counted = (await take_look(database, arena.id, OVERALL, EVERYTHING)).counted

    assert counted.kind is None
    assert counted.counts.models == ()
    assert counted.single is None


async def test_votes_know_their_voter_matchup_and_the_style_of_both_answers(
    database: Database, visitors: Visitors
) -> None:
    arena = await open_arena(database, matchups=6)
    people = [await visitors.stranger() for _ in range(3)]
    for person in people:
        for _ in range(6):
            await person.vote(await person.start("kitchen"), "tie")
    async with one_look(database) as session:
        contestants, _ = await read_contestants(session, arena.id)
        single = await read_votes(session, arena.id, EVERYTHING, "human", contestants)
        styles = await read_styles(session, arena.id, single)
        first = await read_votes(session, arena.id, SliceDefinition(one_vote_a_day=True), "human", contestants)

    assert single.voters.tolist() == [0] * 6 + [1] * 6 + [2] * 6
    assert np.bincount(single.items).tolist() == [3] * 6
    assert set(single.sides.tolist()) <= {1, 2}
    assert styles[0].shape == styles[1].shape == (18, 4)
    length = len("Dish 0 has *one* name and another.")
    assert np.array_equal(styles[0], np.tile([length, 0, 0, 0], (18, 1)))
    assert first.voters.tolist() == [0, 1, 2], "the first vote of each person"
