"""Casting, repeating, undoing, skipping and flagging, as people do it."""

import asyncio
import uuid

import httpx
from sqlalchemy import text

from app.accounts.viewer import OPERATOR
from app.arenas.schemas import ProtocolDocument
from app.arenas.service import change_state
from app.db.engine import Database
from tests.people import Person, Visitors
from tests.worlds import MODELS, open_arena


async def votes_of(database: Database, battle_id: uuid.UUID) -> list[tuple[int, str | None]]:
    async with database.read_session() as session:
        rows = await session.execute(
            text("SELECT revision, winner FROM vote WHERE battle_id = :id ORDER BY revision"), {"id": battle_id}
        )
        return [(row.revision, row.winner) for row in rows]


async def side_order_of(database: Database, battle_id: uuid.UUID) -> str:
    async with database.read_session() as session:
        result = await session.execute(text("SELECT side_order FROM battle WHERE id = :id"), {"id": battle_id})
        return str(result.scalar_one())


async def test_a_vote_is_stored_for_the_slot_that_stood_on_the_chosen_side(
    database: Database, stranger: Person
) -> None:
    await open_arena(database, matchups=20)
    seen = set()
    for _ in range(20):
        battle_id = await stranger.start("kitchen")
        assert (await stranger.vote(battle_id, "side_a")).status_code == 201
        side_order = await side_order_of(database, battle_id)
        seen.add(side_order)
        assert await votes_of(database, battle_id) == [(1, "model_a" if side_order == "ab" else "model_b")]
    assert seen == {"ab", "ba"}


async def test_the_names_come_with_the_vote_and_on_the_sides_where_they_stood(
    database: Database, stranger: Person
) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    reveal = (await stranger.vote(battle_id, "tie")).json()["reveal"]
    names = [reveal["side_a"]["model"], reveal["side_b"]["model"]]
    assert set(names) <= set(MODELS)
    async with database.read_session() as session:
        slots = await session.execute(
            text("""
                SELECT m.name FROM battle b JOIN matchup_slot s ON s.matchup_id = b.matchup_id
                JOIN model_version v ON v.id = s.model_version_id JOIN model m ON m.id = v.model_id
                WHERE b.id = :id ORDER BY s.slot
            """),
            {"id": battle_id},
        )
        by_slot = list(slots.scalars())
    assert names == (by_slot if await side_order_of(database, battle_id) == "ab" else by_slot[::-1])


async def test_the_same_vote_sent_again_is_answered_as_the_first_and_counted_once(
    database: Database, stranger: Person
) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    first, second = await stranger.vote(battle_id), await stranger.vote(battle_id)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len(await votes_of(database, battle_id)) == 1


async def test_five_copies_at_once_make_one_vote(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    answers = await asyncio.gather(*(stranger.vote(battle_id, "side_b") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len(await votes_of(database, battle_id)) == 1


async def test_two_tabs_that_disagree_leave_the_first_vote_standing(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    answers = await asyncio.gather(stranger.vote(battle_id, "tie"), stranger.vote(battle_id, "both_bad"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.headers["content-type"] == "application/problem+json"
    assert "Your vote stands" in refused.json()["detail"]
    assert len(await votes_of(database, battle_id)) == 1


async def test_another_person_can_neither_see_nor_vote_on_nor_undo_a_battle(
    database: Database, stranger: Person, visitors: Visitors
) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    other = await visitors.stranger()
    await other.start("kitchen")
    assert (await other.http.get(f"/battles/{battle_id}")).status_code == 404
    assert (await other.http.get(f"/api/battles/{battle_id}")).status_code == 404
    assert (await other.vote(battle_id)).status_code == 404
    assert (await stranger.http.get(f"/battles/{battle_id}")).status_code == 200
    assert (await stranger.vote(battle_id)).status_code == 201
    assert (await other.http.delete(f"/api/battles/{battle_id}/vote")).status_code == 404
    assert (await other.http.post(f"/battles/{battle_id}/skip")).status_code == 404
    assert (await other.http.post(f"/battles/{battle_id}/flag", data={"reason": "broken"})).status_code == 404
    assert len(await votes_of(database, battle_id)) == 1


async def test_undo_is_a_new_revision_and_what_follows_is_kept_but_marked(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    await stranger.vote(battle_id, "side_a")
    undone = await stranger.http.delete(f"/api/battles/{battle_id}/vote")
    assert (undone.json()["choice"], undone.json()["revision"]) == (None, 2)
    late_copy = await stranger.vote(battle_id, "side_a", revision=0)
    assert late_copy.status_code == 409, "a late copy of the vote that was taken back must not vote anew"
    again = await stranger.vote(battle_id, "tie", revision=2)
    assert again.status_code == 201
    assert again.json()["after_reveal"] is True
    assert [revision for revision, _ in await votes_of(database, battle_id)] == [1, 2, 3]


async def test_undo_twice_is_the_same_as_once(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    await stranger.vote(battle_id)
    first = await stranger.http.delete(f"/api/battles/{battle_id}/vote")
    second = await stranger.http.delete(f"/api/battles/{battle_id}/vote")
    assert first.json() == second.json()
    assert len(await votes_of(database, battle_id)) == 2


async def test_after_the_window_a_vote_stands(database: Database, stranger: Person) -> None:
    await open_arena(database, protocol=ProtocolDocument(undo_seconds=0))
    battle_id = await stranger.start("kitchen")
    await stranger.vote(battle_id)
    refused = await stranger.http.delete(f"/api/battles/{battle_id}/vote")
    assert refused.status_code == 409
    assert "0 seconds" in refused.json()["detail"]
    assert len(await votes_of(database, battle_id)) == 1


async def test_where_nothing_is_revealed_a_correction_counts(database: Database, stranger: Person) -> None:
    await open_arena(database, protocol=ProtocolDocument(reveal=False))
    battle_id = await stranger.start("kitchen")
    assert (await stranger.vote(battle_id)).json()["reveal"] is None
    await stranger.http.delete(f"/api/battles/{battle_id}/vote")
    assert (await stranger.vote(battle_id, "tie", revision=2)).json()["after_reveal"] is False


async def test_a_choice_that_the_protocol_does_not_offer_is_refused_and_an_offered_one_is_not(
    database: Database, stranger: Person
) -> None:
    await open_arena(database, protocol=ProtocolDocument(options=("model_a", "model_b")))
    battle_id = await stranger.start("kitchen")
    assert (await stranger.vote(battle_id, "tie")).status_code == 422
    assert await votes_of(database, battle_id) == []
    assert (await stranger.vote(battle_id, "side_b")).status_code == 201


async def test_a_skipped_battle_takes_no_vote_and_a_voted_one_cannot_be_skipped(
    database: Database, stranger: Person
) -> None:
    await open_arena(database)
    skipped = await stranger.start("kitchen")
    assert (await stranger.http.post(f"/api/battles/{skipped}/skip")).status_code == 204
    assert (await stranger.http.post(f"/api/battles/{skipped}/skip")).status_code == 204
    assert (await stranger.vote(skipped)).status_code == 409
    voted = await stranger.start("kitchen")
    assert voted != skipped
    await stranger.vote(voted)
    assert (await stranger.http.post(f"/api/battles/{voted}/skip")).status_code == 409
    assert len(await votes_of(database, voted)) == 1


async def test_a_flag_reaches_the_owner_and_ends_the_battle(
    database: Database, stranger: Person, owner: Person
) -> None:
    await open_arena(database, owner=owner.viewer)
    battle_id = await stranger.start("kitchen")
    form = {"reason": "personal-data", "note": "a phone number <b>in</b> answer A"}
    assert (await stranger.http.post(f"/battles/{battle_id}/flag", data=form)).status_code == 303
    page = await owner.http.get("/arenas/kitchen/flags")
    assert "a phone number &lt;b&gt;in&lt;/b&gt; answer A" in page.text
    assert (await stranger.http.get("/arenas/kitchen/flags")).status_code in (401, 403)
    assert await stranger.start("kitchen") != battle_id


async def test_a_closed_arena_takes_no_vote_and_says_so(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    async with database.session() as session:
        await change_state(session, OPERATOR, "kitchen", "closed")
    refused = await stranger.vote(battle_id)
    assert refused.status_code == 409
    assert "closed" in refused.json()["detail"]
    assert (await stranger.http.post("/arenas/kitchen/battles")).status_code == 409


async def test_the_whole_way_works_without_scripts(database: Database, stranger: Person) -> None:
    await open_arena(database, matchups=2)
    for _ in range(2):
        battle_id = await stranger.start("kitchen")
        page = await stranger.http.get(f"/battles/{battle_id}")
        assert page.status_code == 200
        form = {"choice": "side_b", "revision": "0"}
        voted = await stranger.http.post(f"/battles/{battle_id}/vote", data=form)
        assert (voted.status_code, voted.headers["location"]) == (303, f"/battles/{battle_id}")
        page = await stranger.http.get(f"/battles/{battle_id}")
        assert any(name in page.text for name in MODELS)
    done = await stranger.http.post("/arenas/kitchen/battles")
    assert done.headers["location"] == "/arenas/kitchen/done"
    assert "2" in (await stranger.http.get("/arenas/kitchen/done")).text
    assert (await stranger.http.get("/arenas/kitchen/history")).status_code == 200


async def test_history_shows_ones_own_votes_with_names_and_nobody_elses(
    database: Database, stranger: Person, visitors: Visitors
) -> None:
    await open_arena(database)
    await stranger.vote(await stranger.start("kitchen"), "tie")
    mine = (await stranger.http.get("/api/arenas/kitchen/history")).json()
    assert [item["choice"] for item in mine] == ["tie"]
    assert mine[0]["reveal"]["side_a"]["model"] in MODELS
    other = await visitors.stranger()
    assert (await other.http.get("/api/arenas/kitchen/history")).json() == []


async def test_a_body_cannot_name_what_is_not_the_voters_to_set(database: Database, stranger: Person) -> None:
    await open_arena(database)
    battle_id = await stranger.start("kitchen")
    body = {"choice": "side_a", "revision": 0, "winner": "model_b", "propensity": 1}
    response: httpx.Response = await stranger.http.post(f"/api/battles/{battle_id}/vote", json=body)
    assert response.status_code == 422
    assert await votes_of(database, battle_id) == []
