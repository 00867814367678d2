"""Battles and votes over the API: what the pages' own scripts call, and any other client."""

import uuid
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency, bearer_token, current_viewer
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.battles import service as battles
from app.battles.schemas import BattleOut, BattleRef, FlagIn
from app.db.session import DatabaseDependency, ReadSession, WriteSession
from app.errors import ConflictError, SignInRequiredError
from app.votes import service
from app.votes.credentials import CredentialsDependency
from app.votes.rules import choices
from app.votes.schemas import HistoryItem, VoteIn, VoteOut
from app.web.pagination import decode_cursor

router = APIRouter(prefix="/api", tags=["voting"])


@router.post("/arenas/{slug}/battles", status_code=201, responses={204: {"description": "Nothing is left to judge."}})
async def next_battle(
    slug: Slug,
    request: Request,
    response: Response,
    background: BackgroundTasks,
    database: DatabaseDependency,
    settings: SettingsDependency,
    viewer: ViewerDependency,
) -> BattleRef | None:
    """Get your next battle: the one already on your screen, or else the next. 204 when you have had them all."""
    async with database.glance() as session:
        arena = await access_arena(session, viewer, slug, "vote")
    if arena.mode == "live":
        raise ConflictError(f"In this arena people ask their own questions: open /arenas/{slug} in a browser.")
    if viewer.annotator_id is None:
        raise SignInRequiredError(f"Open /arenas/{slug} in a browser and start there, or send an API token.")
    source = source_of(request)
    battle_id = await battles.next_battle(
        database, arena, viewer.annotator_id, lease_minutes=settings.lease_minutes, source=source
    )
    if battle_id is None:
        response.status_code = 204
        return None
    background.add_task(
        battles.prepare_battle,
        database,
        arena.id,
        viewer.annotator_id,
        lease_minutes=settings.lease_minutes,
        source=source,
    )
    return BattleRef(id=battle_id, url=f"/battles/{battle_id}")


@router.get("/battles/{battle_id}")
async def get_battle(battle_id: uuid.UUID, session: ReadSession, viewer: ViewerDependency) -> BattleOut:
    """One of your battles: the prompt and both answers, by side. Nothing in it tells which model is which."""
    judged = await service.read_battle(session, viewer, battle_id)
    battle = judged.shown.battle
    return BattleOut(
        id=battle.id,
        arena=judged.shown.arena.slug,
        state=battle.state,
        revision=battle.revision,
        question=judged.shown.protocol.question,
        options=list(choices(judged.shown.protocol.options)),
        turns=judged.shown.turns,
        shown_at=battle.shown_at,
    )


@router.get("/battles/{battle_id}/vote")
async def get_vote(battle_id: uuid.UUID, session: ReadSession, viewer: ViewerDependency) -> VoteOut | None:
    """Your current vote on a battle, with the names; null before there is one."""
    return (await service.read_battle(session, viewer, battle_id)).vote


@router.post(
    "/battles/{battle_id}/vote",
    status_code=201,
    responses={200: {"model": VoteOut, "description": "The same vote again: it was recorded before, once."}},
)
async def cast_vote(
    battle_id: uuid.UUID,
    vote: VoteIn,
    request: Request,
    response: Response,
    database: DatabaseDependency,
    credentials: CredentialsDependency,
) -> VoteOut:
    """Vote. Sending the same vote again is safe. The answer names the models, if the arena reveals them."""
    recorded = await service.cast_vote(database, credentials, battle_id, vote, source=source_of(request))
    if recorded is not None:
        return recorded
    response.status_code = 200
    viewer = await current_viewer(request, database)
    async with database.read_session() as session:
        return await service.explain_refusal(session, viewer, battle_id, vote)


@router.delete("/battles/{battle_id}/vote")
async def retract_vote(
    battle_id: uuid.UUID,
    request: Request,
    database: DatabaseDependency,
    viewer: ViewerDependency,
    credentials: CredentialsDependency,
) -> VoteOut:
    """Undo: take your vote back while the window is open. It becomes a new revision without a choice."""
    return await service.retract_vote(database, credentials, viewer, battle_id, source=source_of(request))


@router.post("/battles/{battle_id}/skip", status_code=204)
async def skip_battle(battle_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> None:
    """End a battle without a vote."""
    viewer.require("vote")
    await battles.skip_battle(session, viewer, battle_id)


@router.post("/battles/{battle_id}/flag", status_code=204)
async def flag_battle(battle_id: uuid.UUID, flag: FlagIn, session: WriteSession, viewer: ViewerDependency) -> None:
    """Tell the researchers that something is wrong with a battle. One without a vote is skipped with it."""
    viewer.require("vote")
    await battles.flag_battle(session, viewer, battle_id, flag)


@router.get("/arenas/{slug}/history")
async def list_history(
    slug: Slug,
    response: Response,
    session: ReadSession,
    viewer: ViewerDependency,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> list[HistoryItem]:
    """Your own battles in an arena, newest first. The Link header leads to the next page."""
    arena = await access_arena(session, viewer, slug, "read")
    page = await service.list_history(session, viewer, arena, decode_cursor(cursor) if cursor else None)
    if page.next_cursor:
        response.headers["Link"] = f'</api/arenas/{slug}/history?cursor={page.next_cursor}>; rel="next"'
    return list(page.rows)


def source_of(request: Request) -> str:
    """Where a vote came from: a program with a token, or somebody's browser."""
    return "api" if bearer_token(request) else "web"
