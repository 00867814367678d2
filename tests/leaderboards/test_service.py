"""Snapshots: when one is written, what it holds, and how long it stays."""

import asyncio
import inspect
import json

import numpy as np
import pytest
from sqlalchemy import func, insert, select, text

from app.db.engine import Database
from app.leaderboards import drawing, repository, service
from app.leaderboards.engine import engine_version
from app.leaderboards.tables import LeaderboardEntry, LeaderboardFigure, LeaderboardSnapshot
from app.ratings import PairCounts, fit_bradley_terry, simultaneous_rank_ranges
from app.votes.tables import VoteExclusion
from tests.leaderboards.ballots import START, ballot, cast, circle, in_turn, make_arena

RESULTS = [
    ("a", "b", "model_a"),
    ("a", "b", "model_a"),
    ("b", "c", "model_a"),
    ("c", "a", "both_bad"),
    ("c", "b", "tie"),
    ("a", "c", "model_b"),
    ("b", "a", "model_a"),
]


async def snapshots(database: Database) -> int:
    async with database.read_session() as session:
        return await session.scalar(select(func.count()).select_from(LeaderboardSnapshot)) or 0


async def test_a_snapshot_holds_the_ratings_of_its_votes_and_everything_to_compute_them_again(
    database: Database,
) -> None:
    arena = await make_arena(database)
    await cast(database, arena, in_turn(RESULTS))

    written = await service.refresh(database, arena.id)

    assert written is not None
    async with database.read_session() as session:
        board = await repository.read_board(session, arena.id, written.id)
    assert board is not None
    fit = fit_bradley_terry(PairCounts.from_votes(*map(list, zip(*RESULTS, strict=True))))
    expected = dict(zip(fit.models, fit.ratings.tolist(), strict=True))
    assert {entry.model: entry.rating for entry in board.entries} == expected
    assert [entry.rating for entry in board.entries] == sorted(expected.values(), reverse=True)
    assert all(entry.rating_lower < entry.rating < entry.rating_upper for entry in board.entries)
    assert written.votes == len(RESULTS)
    assert written.method == "bradley-terry"
    assert written.settings["annotator_kinds"] == ["human"]
    assert written.code_version == engine_version()
    assert len(written.input_hash) == 64
    assert board.details.pairs == [(0, 1, 2, 1, 0, 0), (0, 2, 0, 1, 0, 1), (1, 2, 1, 0, 1, 0)]


async def test_the_same_votes_give_no_second_snapshot(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b", "c"]))
    assert await service.refresh(database, arena.id) is not None
    assert await service.refresh(database, arena.id) is None
    await cast(database, arena, [ballot("a", "b", "model_a", after_reveal=True)])
    assert await service.refresh(database, arena.id) is None, "a vote that does not count changes nothing"
    assert await snapshots(database) == 1


async def test_an_arena_nobody_voted_in_has_no_snapshot_and_one_whose_votes_all_went_has_an_empty_one(
    database: Database,
) -> None:
    arena = await make_arena(database)
    assert await service.refresh(database, arena.id) is None
    await cast(database, arena, [ballot("a", "b", "tie", exclusion="lifted")])
    assert await service.refresh(database, arena.id) is not None
    async with database.session() as session:
        [battle_id] = await session.scalars(select(VoteExclusion.battle_id))
        again = {"battle_id": battle_id, "arena_id": arena.id, "reason": "again", "excluded_by": "rule"}
        await session.execute(insert(VoteExclusion).values(**again))
    emptied = await service.refresh(database, arena.id)
    assert emptied is not None
    assert emptied.votes == 0
    async with database.read_session() as session:
        board = await repository.read_board(session, arena.id, emptied.id)
    assert board is not None
    assert [entry.elo for entry in board.entries] == [None, None]


async def test_votes_taken_from_one_database_give_the_same_numbers_in_another_order_of_writing(
    database: Database,
) -> None:
    """What an export and import do: the same battles, written in another order, in another arena."""
    first, second = await make_arena(database, "first"), await make_arena(database, "second")
    dice = np.random.default_rng(3)
    results = [
        (*map(str, dice.choice(list("abcdef"), 2, replace=False)), str(dice.choice(["model_a", "model_b", "tie"])))
        for _ in range(120)
    ]
    ballots = in_turn(results)
    await cast(database, first, ballots)
    copies = [ballot(each.model_a, each.model_b, each.verdicts[0] or "", cast_at=each.cast_at) for each in ballots]
    await cast(database, second, [copies[place] for place in dice.permutation(len(copies))])

    one, two = await service.refresh(database, first.id), await service.refresh(database, second.id)

    assert one is not None
    assert two is not None
    assert one.input_hash == two.input_hash
    async with database.read_session() as session:
        boards = [await repository.read_board(session, snapshot.arena_id, snapshot.id) for snapshot in (one, two)]
    assert boards[0].entries == boards[1].entries


async def test_any_number_of_workers_at_once_write_one_board(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b", "c"]))

    await asyncio.gather(*(service.refresh(database, arena.id) for _ in range(4)))

    assert await snapshots(database) == 1


async def test_one_arena_that_cannot_be_counted_does_not_keep_the_others_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = await make_arena(database, "broken"), await make_arena(database, "sound")
    for arena in (broken, sound):
        await cast(database, arena, circle(["a", "b"]))
    refresh_one = service.refresh_slice

    async def fail_on_broken(_: Database, arena_id: object, *which: object) -> object:
        if arena_id == broken.id:
            raise ValueError("this arena is broken")
        return await refresh_one(database, arena_id, *which)

    async def draw_nothing(_: Database) -> list[Exception]:
        return []

    monkeypatch.setattr(service, "refresh_slice", fail_on_broken)
    monkeypatch.setattr(drawing, "draw_missing", draw_nothing)
    with pytest.raises(ExceptionGroup) as caught:
        await service.refresh_stale(database)
    assert caught.group_contains(ValueError, match="broken")
    async with database.read_session() as session:
        assert await repository.find_current(session, sound.id) is not None


async def test_standings_name_the_ranked_models_only(database: Database) -> None:
    arena = await make_arena(database)
    async with database.read_session() as session:
        assert await service.standings(session, arena.id) == {}
    await cast(database, arena, [*circle(["a", "b", "c"]), *in_turn([("a", "unbeaten", "model_b")])])
    await service.refresh(database, arena.id)

    async with database.read_session() as session:
        standings = await service.standings(session, arena.id)

    assert set(standings) == {"a", "b", "c"}
    assert standings["a"].rank_upper == 1
    assert standings["a"].rank_lower == 3
    assert standings["a"].rating == pytest.approx(1000)


async def test_of_past_days_the_last_snapshot_of_each_stays(database: Database) -> None:
    arena = await make_arena(database)
    times = ["2026-01-01 10:00Z", "2026-01-01 23:59Z", "2026-01-02 00:01Z", "2026-01-02 09:00Z"]
    for number, time in enumerate(times):
        await cast(database, arena, in_turn([("a", "b", "tie")] * (number + 1)))
        await service.refresh(database, arena.id)
        async with database.session() as session:
            await session.execute(
                text(
                    f"UPDATE leaderboard_snapshot SET created_at = '{time}' WHERE created_at > now() - interval '1 day'"
                )
            )
    await cast(database, arena, in_turn([("a", "b", "tie")]))
    await service.refresh(database, arena.id)
    async with database.read_session() as session:
        kept = list(
            await session.scalars(select(LeaderboardSnapshot.created_at).order_by(LeaderboardSnapshot.created_at))
        )
        entries = await session.scalar(select(func.count()).select_from(LeaderboardEntry))
    assert [f"{time:%m-%d %H:%M}" for time in kept[:-1]] == ["01-01 23:59", "01-02 09:00"]
    assert kept[-1] > START
    assert entries == 3 * 2


async def test_figures_are_drawn_after_the_numbers_and_replaced_with_newer_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "SECONDS_BETWEEN_FIGURES", 0)
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b", "c"]))
    assert await service.refresh_stale(database) == 1

    async with database.read_session() as session:
        current = await repository.find_current(session, arena.id)
        drawn = (await session.execute(select(LeaderboardFigure.name, LeaderboardFigure.theme))).all()
    assert current is not None
    assert current.figures_id == current.snapshot_id
    names = ["battles", "intervals", "ranks", "residuals", "win-rates"]
    assert sorted(map(tuple, drawn)) == [(name, theme) for name in names for theme in ("dark", "light")]

    await cast(database, arena, circle(["a", "b"]))
    await service.refresh(database, arena.id)
    async with database.read_session() as session:
        meanwhile = await repository.find_current(session, arena.id)
    assert meanwhile is not None
    assert meanwhile.snapshot_id != current.snapshot_id
    assert meanwhile.figures_id == current.snapshot_id, "until the new ones are drawn, the last ones are shown"
    async with database.session() as session:
        await session.execute(
            text("UPDATE leaderboard_snapshot SET created_at = created_at - interval '11 minutes' WHERE id = :id"),
            {"id": current.snapshot_id},
        )
    assert await drawing.draw_missing(database) == []
    async with database.read_session() as session:
        left = set(await session.scalars(select(LeaderboardFigure.snapshot_id)))
    assert left == {meanwhile.snapshot_id}


async def test_settings_that_a_snapshot_names_are_those_that_the_numerics_use(database: Database) -> None:
    """The defaults of app.ratings, which a snapshot claims by value."""
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b"]))
    written = await service.refresh(database, arena.id)
    assert written is not None
    defaults = inspect.signature(simultaneous_rank_ranges).parameters
    assert written.settings["rank_draws"] == defaults["draws"].default
    assert written.settings["rank_level"] == defaults["level"].default
    assert json.loads(json.dumps(written.settings)) == written.settings
