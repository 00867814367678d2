"""Which boards are behind their votes, and that none stays behind."""

from sqlalchemy import text, update

from app.db.engine import Database
from app.leaderboards import service
from app.leaderboards.repository import SLICE
from app.leaderboards.stale import arenas_with_new_votes, uncounted_since
from app.leaderboards.tables import LeaderboardWatermark
from app.votes.tables import VoteExclusion
from tests.leaderboards.ballots import START, ballot, cast, circle, make_arena, write_ballots


async def stale(database: Database) -> list[object]:
    async with database.read_session() as session:
        return list(await arenas_with_new_votes(session, SLICE))


async def votes_on_board(database: Database, arena_id: object) -> int:
    async with database.read_session() as session:
        snapshot = await session.scalar(
            text("SELECT votes FROM leaderboard_snapshot WHERE arena_id = :id ORDER BY created_at DESC LIMIT 1"),
            {"id": arena_id},
        )
    return int(snapshot or 0)


async def test_an_arena_is_stale_until_it_has_been_counted_and_again_after_the_next_vote(database: Database) -> None:
    arena = await make_arena(database)
    assert await stale(database) == [arena.id]
    await service.refresh(database, arena.id)
    assert await stale(database) == []
    await cast(database, arena, circle(["a", "b"]))
    assert await stale(database) == [arena.id]
    await service.refresh(database, arena.id)
    assert await stale(database) == []


async def test_a_vote_that_commits_after_a_later_one_was_counted_is_not_lost(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b"]))
    async with database.session() as slow:
        await write_ballots(slow, arena, [ballot("a", "b", "tie")])
        await cast(database, arena, [ballot("b", "a", "tie")])
        await service.refresh(database, arena.id)
        assert await votes_on_board(database, arena.id) == 3
        assert await stale(database) == [], "votes that are still open must not be counted again and again"
    assert await stale(database) == [arena.id]
    await service.refresh(database, arena.id)
    assert await votes_on_board(database, arena.id) == 4
    assert await stale(database) == []


async def test_while_a_long_transaction_is_open_counted_votes_are_not_counted_again(database: Database) -> None:
    arena = await make_arena(database)
    async with database.session() as long_import:
        await long_import.execute(text("SELECT pg_current_xact_id()"))
        await cast(database, arena, circle(["a", "b"]))
        await service.refresh(database, arena.id)
        assert await stale(database) == []


async def test_setting_votes_aside_and_lifting_it_are_noticed(database: Database) -> None:
    arena = await make_arena(database)
    doubtful = ballot("a", "b", "model_a", exclusion="standing")
    await cast(database, arena, [*circle(["a", "b"])])
    await service.refresh(database, arena.id)
    await cast(database, arena, [doubtful])
    assert await stale(database) == [arena.id]
    await service.refresh(database, arena.id)
    assert await votes_on_board(database, arena.id) == 2

    async with database.session() as session:
        await session.execute(update(VoteExclusion).values(lifted_at=START))
    assert await stale(database) == [arena.id]
    await service.refresh(database, arena.id)
    assert await votes_on_board(database, arena.id) == 3


async def test_a_dump_restored_to_another_server_is_counted_once_and_then_left_alone(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b"]))
    await service.refresh(database, arena.id)
    async with database.session() as session:  # as if it came from a server whose transaction ids are far ahead
        await session.execute(text("UPDATE vote SET recorded_xid = '4000000000'"))
        far = "4000000001:4000000001:"
        await session.execute(update(LeaderboardWatermark).values(counted=far, cluster=1))
    assert await stale(database) == [arena.id]
    await service.refresh(database, arena.id)
    assert await stale(database) == []
    await cast(database, arena, [ballot("a", "b", "tie")])
    assert await stale(database) == [arena.id]


async def test_votes_that_wait_too_long_are_told(database: Database) -> None:
    arena = await make_arena(database)
    await cast(database, arena, circle(["a", "b"]))
    await service.refresh(database, arena.id)
    await cast(database, arena, [ballot("a", "b", "tie")])

    async with database.read_session() as session:
        assert await uncounted_since(session, arena.id, SLICE) is None, "a second behind is as it should be"
    async with database.session() as session:
        await session.execute(text("UPDATE vote SET created_at = now() - interval '2 minutes'"))
    async with database.read_session() as session:
        assert await uncounted_since(session, arena.id, SLICE) is not None
        assert await service.find_behind(session, arena, SLICE) is not None
    await service.refresh(database, arena.id)
    async with database.read_session() as session:
        assert await uncounted_since(session, arena.id, SLICE) is None
