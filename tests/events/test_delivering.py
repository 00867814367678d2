"""What happens is told once, signed, to whoever asked; what fails is told again."""

import asyncio
import json
import uuid
from collections import Counter

import httpx
import pytest
from sqlalchemy import text

from app.arenas.service import change_state
from app.config import Settings
from app.db.engine import Database
from app.events import collecting, dispatch, signatures
from app.events.dispatch import PARALLEL, Dispatcher
from app.leaderboards.counting import adopt
from app.model_registry.credentials import Vault
from tests.events.hooks import add_hook, arena_of, event_id, make_due, many_votes, vote
from tests.events.receivers import answers, never_answers, receiver
from tests.people import Person
from tests.releases.arenas import Cast, add_votes

WATERMARK = text("""
    INSERT INTO leaderboard_watermark (arena_id, slice, counted, cluster)
    SELECT :arena_id, 'overall', pg_current_snapshot()::text, system_identifier FROM pg_control_system()
""")
MODELS = ("aardvark-7b", "bison-13b", "caribou-70b")


async def test_a_vote_is_told_once_signed_and_without_a_text_or_a_person(
    database: Database, owner: Person, stranger: Person, dispatcher: Dispatcher
) -> None:
    await arena_of(database, owner)
    async with receiver(answers(204)) as there:
        hook = await add_hook(owner, there.url)
        battle = await stranger.start("kitchen")
        assert (await stranger.vote(battle)).status_code == 201
        await dispatcher.work_once()
        await dispatcher.work_once()
        await stranger.http.delete(f"/api/battles/{battle}/vote")
        await dispatcher.work_once()
    assert there.ids == [f"vote_{battle.hex}_1", f"vote_{battle.hex}_2"]
    for one in there.received:
        key = signatures.key_of(hook.secret)
        signed = signatures.sign(key, one.headers["webhook-id"], int(one.headers["webhook-timestamp"]), one.body)
        assert one.headers["webhook-signature"] == signed
    cast, retracted = (json.loads(one.body) for one in there.received)
    assert set(cast) == {"type", "timestamp", "data"}
    assert (cast["type"], retracted["type"]) == ("vote.cast", "vote.retracted")
    assert cast["data"]["winner"] in ("model_a", "model_b")
    assert (retracted["data"]["winner"], retracted["data"]["revision"]) == (None, 2)
    assert cast["data"]["annotator"] == retracted["data"]["annotator"]
    assert {cast["data"]["model_a"], cast["data"]["model_b"]} < {f"planted-{n}" for n in MODELS}
    async with database.read_session() as session:
        people = (await session.scalars(text("SELECT id FROM annotator"))).all()
    for body in (one.body.decode() for one in there.received):
        assert not any(str(person) in body or person.hex in body for person in people)
        assert "dish" not in body.lower()
    assert [(one["state"], one["attempts"]) for one in await hook.deliveries()] == [("delivered", 1)] * 2


async def test_a_pseudonym_is_the_same_in_one_webhook_and_another_in_the_next(
    database: Database, owner: Person, stranger: Person, dispatcher: Dispatcher
) -> None:
    await arena_of(database, owner)
    async with receiver(answers(200)) as one, receiver(answers(200)) as two:
        await add_hook(owner, one.url)
        await add_hook(owner, two.url)
        for _ in range(2):
            await stranger.vote(await stranger.start("kitchen"))
        await dispatcher.work_once()
    names = [{json.loads(got.body)["data"]["annotator"] for got in there.received} for there in (one, two)]
    assert [len(each) for each in names] == [1, 1]
    assert names[0] != names[1]


async def test_a_thousand_votes_all_arrive_once_from_two_workers_and_few_at_a_time(
    database: Database, settings: Settings, owner: Person, client: httpx.AsyncClient
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url)
        cast = await many_votes(database, arena, 1_000)
        workers = [Dispatcher(database, Vault(settings), client) for _ in range(2)]
        async with asyncio.timeout(60):
            while len(set(there.ids)) < len(cast):
                await asyncio.gather(*(worker.work_once() for worker in workers))
    assert Counter(there.ids) == Counter(cast)
    assert there.most <= PARALLEL


async def test_a_vote_that_commits_late_is_told_too(database: Database, owner: Person, dispatcher: Dispatcher) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url)
        async with database.session() as slow:
            await slow.execute(text("SELECT pg_current_xact_id()"))
            [before] = await vote(database, arena)
            await dispatcher.work_once()
            late = Cast()
            await add_votes(slow, arena, [late])
            await dispatcher.work_once()
            [meanwhile] = await vote(database, arena)
            await dispatcher.work_once()
            assert there.ids == [event_id(before), event_id(meanwhile)]
        await dispatcher.work_once()
        await dispatcher.work_once()
    assert there.ids == [event_id(before), event_id(meanwhile), event_id(late)]


async def test_a_backlog_is_queued_in_pages_and_loses_and_doubles_nothing(
    database: Database, owner: Person, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "PAGE", 3)
    monkeypatch.setattr(collecting, "MOST_WAITING", 4)
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        hook = await add_hook(owner, there.url, ["vote.cast", "arena.closed"])
        await owner.http.patch(hook.path, json={"state": "paused"})
        cast = [event_id(one) for one in await vote(database, arena, *(Cast() for _ in range(7)))]
        cast += [event_id(one) for one in await vote(database, arena, *(Cast() for _ in range(4)))]
        assert owner.viewer
        async with database.session() as session:
            await change_state(session, owner.viewer, "kitchen", "closed")
        await dispatcher.work_once()
        assert await hook.deliveries() == []
        await owner.http.patch(hook.path, json={"state": "active"})
        await dispatcher.work_once()
    votes, others = there.ids[:11], there.ids[11:]
    assert Counter(votes) == Counter(cast)
    assert len(others) == 1
    assert others[0].startswith("event_")


async def test_judges_and_simulated_people_are_told_of_only_where_they_were_asked_for(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as people, receiver(answers(200)) as machines:
        await add_hook(owner, people.url)
        await add_hook(owner, machines.url, kinds=["judge", "simulated"])
        human, judge, simulated = await vote(database, arena, Cast(), Cast(kind="judge"), Cast(kind="simulated"))
        await dispatcher.work_once()
    assert people.ids == [event_id(human)]
    assert sorted(machines.ids) == sorted([event_id(judge), event_id(simulated)])
    kinds = {json.loads(one.body)["data"]["annotator_kind"] for one in machines.received}
    assert kinds == {"judge", "simulated"}


async def test_errors_are_tried_again_under_the_same_id_with_the_same_body(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(500, 503, 200)) as there:
        hook = await add_hook(owner, there.url)
        [cast] = await vote(database, arena)
        await dispatcher.work_once()
        await dispatcher.work_once()  # not due yet
        assert len(there.received) == 1
        [waiting] = await hook.deliveries(state="waiting")
        assert (waiting["attempts"], waiting["last_status"], waiting["last_error"]) == (1, 500, "It answered 500.")
        for _ in range(3):
            await make_due(database)
            await dispatcher.work_once()
    assert there.ids == [event_id(cast)] * 3
    assert len({one.body for one in there.received}) == 1
    [delivered] = await hook.deliveries()
    assert (delivered["state"], delivered["attempts"], delivered["last_status"]) == ("delivered", 3, 200)
    assert delivered["next_attempt_at"] is None
    assert (await hook.get())["failures"] == 0


async def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_another_sends_the_same(
    database: Database, settings: Settings, owner: Person, client: httpx.AsyncClient
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(never_answers) as there:
        hook = await add_hook(owner, there.url)
        [cast] = await vote(database, arena)
        killed = asyncio.create_task(Dispatcher(database, Vault(settings), client).work_once())
        await there.has(1)
        [lease] = await leases_of(database)
        killed.cancel()  # what it says at its end is undone below: a process that is killed says nothing
        await asyncio.gather(killed, return_exceptions=True)
        async with database.session() as session:
            await session.execute(
                text("UPDATE webhook SET lease = :lease, leased_until = now() + interval '1 minute'"), {"lease": lease}
            )
        there.mood = answers(200)
        other = Dispatcher(database, Vault(settings), client)
        await other.work_once()
        assert there.ids == [event_id(cast)]  # the lease of the dead runs for a while
        async with database.session() as session:
            await session.execute(text("UPDATE webhook SET leased_until = now() - interval '1 second'"))
        await other.work_once()
    assert there.ids == [event_id(cast)] * 2
    assert there.received[0].body == there.received[1].body
    [delivered] = await hook.deliveries()
    assert delivered["state"] == "delivered"


async def leases_of(database: Database) -> list[uuid.UUID]:
    async with database.read_session() as session:
        return list(await session.scalars(text("SELECT lease FROM webhook WHERE lease IS NOT NULL")))


async def test_a_slow_receiver_holds_up_nobody_else(
    database: Database, owner: Person, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "_GRACE_SECONDS", 0.0)
    arena = await arena_of(database, owner)
    async with receiver(never_answers) as slow, receiver(answers(200)) as quick:
        await add_hook(owner, slow.url)
        await add_hook(owner, quick.url)
        stop = asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        [first] = await vote(database, arena)
        await quick.has(1)
        [second] = await vote(database, arena)
        await quick.has(2)
        assert quick.ids == [event_id(first), event_id(second)]
        assert slow.ids == [event_id(first)]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_database_that_was_moved_to_another_server_is_looked_through_again_and_nothing_told_twice(
    database: Database, owner: Person, dispatcher: Dispatcher
) -> None:
    arena = await arena_of(database, owner)
    async with receiver(answers(200)) as there:
        await add_hook(owner, there.url)
        [told] = await vote(database, arena)
        await dispatcher.work_once()
        [untold] = await vote(database, arena)
        async with database.session() as session:  # the ids of the other server, all above what this one has given out
            await session.execute(text("UPDATE vote SET recorded_xid = '900000000000'"))
            await session.execute(
                text("UPDATE webhook SET cursor = '1;' || '900000000001:900000000001:;', collected_at = now()")
            )
        await dispatcher.work_once()
        assert there.ids == [event_id(told)]  # before the boards have settled the votes' ids here, it waits
        await adopt(database, arena.id, "overall")
        async with database.session() as session:
            await session.execute(WATERMARK, {"arena_id": arena.id})
        await dispatcher.work_once()
        [new] = await vote(database, arena)
        await dispatcher.work_once()
    assert there.ids == [event_id(told), event_id(untold), event_id(new)]
