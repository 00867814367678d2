"""The annotator's pages: an arena's front door, the battle, the thank-you, one's own history.

Reading never writes: a battle is drawn by a POST and then lives at an address of its own, which a reload, a second tab
or a browser without scripts shows as it stands.
"""

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency, current_viewer, set_session_cookie
from app.accounts.service import start_anonymous_session
from app.annotating.composer import arena_response
from app.annotating.live_battle import live_context
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.battles import service as battles
from app.battles.schemas import FlagIn, FlagReason
from app.battles.tables import FLAG_REASONS
from app.db.session import DatabaseDependency, ReadSession, WriteSession
from app.rendering import render_markdown_cached
from app.votes import service
from app.votes.credentials import CredentialsDependency
from app.votes.rules import Choice, choices
from app.votes.schemas import VoteIn
from app.web.pagination import decode_cursor
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/arenas/{slug}")
async def arena_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    suggestion: uuid.UUID | None = None,
) -> Response:
    return await arena_response(request, session, viewer, slug, suggestion_id=suggestion)


@router.post("/arenas/{slug}/battles")
async def next_battle(
    slug: Slug,
    background: BackgroundTasks,
    database: DatabaseDependency,
    settings: SettingsDependency,
    viewer: ViewerDependency,
) -> Response:
    """On to the next battle. Somebody new becomes an anonymous annotator here, known by a cookie alone."""
    annotator_id, token = viewer.annotator_id, None
    async with database.glance() as session:
        arena = await access_arena(session, viewer, slug, "vote")
    if arena.mode == "live":
        return RedirectResponse(f"/arenas/{slug}", 303)
    if annotator_id is None:
        async with database.session() as session:
            token, annotator_id = await start_anonymous_session(session, settings.session_days)
    lease = settings.lease_minutes
    battle_id = await battles.next_battle(database, arena, annotator_id, lease_minutes=lease, source="web")
    if battle_id is not None:
        background.add_task(battles.prepare_battle, database, arena.id, annotator_id, lease_minutes=lease, source="web")
    to = f"/arenas/{slug}/done" if battle_id is None else f"/battles/{battle_id}"
    response = RedirectResponse(to, 303, background=background)
    if token is not None:
        set_session_cookie(response, settings, token)
    return response


@router.get("/arenas/{slug}/done")
async def done_page(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    arena = await access_arena(session, viewer, slug, "read")
    progress = await battles.progress(session, arena.id, viewer.annotator_id)
    return render(request, "votes/done.html", {"arena": arena, "progress": progress})


@router.get("/arenas/{slug}/history")
async def history_page(
    slug: Slug,
    request: Request,
    session: ReadSession,
    viewer: ViewerDependency,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    arena = await access_arena(session, viewer, slug, "read")
    page = await service.list_history(session, viewer, arena, decode_cursor(cursor) if cursor else None)
    progress = await battles.progress(session, arena.id, viewer.annotator_id)
    context = {"arena": arena, "page": page, "progress": progress, "words": service.WORDS}
    return render(request, "votes/history.html", context)


@router.get("/battles/{battle_id}")
async def battle_page(
    battle_id: uuid.UUID, request: Request, session: ReadSession, viewer: ViewerDependency
) -> Response:
    judged = await service.read_battle(session, viewer, battle_id)
    context = await asyncio.to_thread(_battle_context, judged)  # 200 kB of Markdown take a good part of a second
    if judged.shown.protocol.live is None:
        context["progress"] = await battles.progress(session, judged.shown.arena.id, viewer.annotator_id)
    else:
        context |= await live_context(session, judged)
    context["flagged"] = request.query_params.get("flagged") == "1"
    return render(request, "votes/battle.html", context)


@router.post("/battles/{battle_id}/vote")
async def cast_vote(
    battle_id: uuid.UUID,
    request: Request,
    database: DatabaseDependency,
    credentials: CredentialsDependency,
    choice: Annotated[Choice, Form()],
    revision: Annotated[int, Form(ge=0, le=32_000)],
) -> Response:
    vote = VoteIn(choice=choice, revision=revision)
    recorded = await service.cast_vote(database, credentials, battle_id, vote, source="web")
    if recorded is None:
        viewer = await current_viewer(request, database)
        async with database.read_session() as session:
            await service.explain_refusal(session, viewer, battle_id, vote)
    return RedirectResponse(f"/battles/{battle_id}", 303)


@router.post("/battles/{battle_id}/undo")
async def retract_vote(
    battle_id: uuid.UUID, database: DatabaseDependency, viewer: ViewerDependency, credentials: CredentialsDependency
) -> Response:
    await service.retract_vote(database, credentials, viewer, battle_id, source="web")
    return RedirectResponse(f"/battles/{battle_id}", 303)


@router.post("/battles/{battle_id}/skip")
async def skip_battle(battle_id: uuid.UUID, session: WriteSession, viewer: ViewerDependency) -> Response:
    await battles.skip_battle(session, viewer, battle_id)
    return RedirectResponse(f"/battles/{battle_id}", 303)


@router.post("/battles/{battle_id}/flag")
async def flag_battle(
    battle_id: uuid.UUID,
    session: WriteSession,
    viewer: ViewerDependency,
    reason: Annotated[FlagReason, Form()],
    note: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    await battles.flag_battle(session, viewer, battle_id, FlagIn(reason=reason, note=note))
    return RedirectResponse(f"/battles/{battle_id}?flagged=1", 303)


def _battle_context(judged: service.JudgedBattle) -> dict[str, Any]:
    """What the template knows. Before the vote `reveal` is None, and nothing else here names a model."""
    shown = judged.shown
    rendered = [
        {
            "prompt": render_markdown_cached(turn.prompt),
            "side_a": render_markdown_cached(turn.side_a),
            "side_b": render_markdown_cached(turn.side_b),
        }
        for turn in shown.turns
    ]
    return {
        "arena": shown.arena,
        "battle_id": shown.battle.id,
        "state": shown.battle.state,
        "revision": shown.battle.revision,
        "protocol": shown.protocol,
        "guidelines": render_markdown_cached(shown.protocol.guidelines),
        "live": None,
        "choices": choices(shown.protocol.options),
        "turns": rendered,
        "vote": judged.vote,
        "reveal": judged.vote.reveal if judged.vote else None,
        "can_vote": judged.can_vote,
        "can_undo": judged.can_undo,
        "flag_reasons": FLAG_REASONS,
        "words": service.WORDS,
    }
