"""Counting against a recount in plain Python, over random worlds."""

import random
from datetime import timedelta

import pytest

from app.db.engine import Database
from app.leaderboards.aggregate import count_votes
from app.ratings import WINNERS, PairCounts
from tests.leaderboards.ballots import START, Ballot, ballot, cast, circle, make_arena

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


@pytest.mark.parametrize("seed", range(6))
async def test_counting_agrees_with_a_recount_in_any_world(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    ballots = [random_ballot(dice) for _ in range(150)]
    arena, other = await make_arena(database), await make_arena(database, "other")
    await cast(database, arena, ballots)
    await cast(database, other, circle(MODELS[:3]))

    _, counted = await count_votes(database, arena.id)

    votes = counted.votes
    seen = [
        (votes.models[a], votes.models[b], WINNERS[w])
        for a, b, w in zip(votes.model_a, votes.model_b, votes.winner, strict=True)
    ]
    assert seen == recount(ballots, "human")
    assert counted.kind == "human"
    kinds = ("human", "simulated", "judge")
    assert counted.votes_by_kind == {kind: len(recount(ballots, kind)) for kind in kinds if recount(ballots, kind)}
    assert PairCounts.from_coded_votes(votes).total_votes == len(seen)


async def test_models_are_named_with_their_label_and_sorted_with_what_is_known_of_them(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("ada@v2", "ada", "tie"), ballot("Bob", "ada", "model_a")])

    _, counted = await count_votes(database, arena.id)

    assert counted.votes.models == ("Bob", "ada", "ada@v2")
    assert [facts.name for facts in counted.facts] == ["Bob", "ada", "ada@v2"]
    assert counted.facts[2].organisation == "Maker of ada"


async def test_without_human_votes_the_simulated_ones_are_counted_and_never_both(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("a", "b", "model_a", kind="simulated"), ballot("a", "b", "tie", kind="judge")])
    _, before = await count_votes(database, arena.id)
    await cast(database, arena, [ballot("a", "b", "model_b")])
    _, after = await count_votes(database, arena.id)

    assert (before.kind, len(before.votes.winner)) == ("simulated", 1)
    assert (after.kind, len(after.votes.winner)) == ("human", 1)
    assert after.votes_by_kind == {"human": 1, "simulated": 1, "judge": 1}


async def test_a_battle_of_a_model_against_itself_counts_for_nothing(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, [ballot("a", "a", "model_a"), ballot("a", "b", "model_a")])

    _, counted = await count_votes(database, arena.id)

    assert len(counted.votes.winner) == 1


async def test_an_arena_without_votes_has_nothing_to_count(database: Database) -> None:
    arena = await make_arena(database)

    _, counted = await count_votes(database, arena.id)

    assert counted.kind is None
    assert counted.votes.models == ()
    assert len(counted.votes.winner) == 0
