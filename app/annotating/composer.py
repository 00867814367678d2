"""An arena's front door: what there is to judge, or in a live arena the composer for a question of one's own."""

import uuid
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts.viewer import Viewer
from app.arenas.schemas import ProtocolDocument
from app.arenas.service import access_arena, arena_and_protocol, live_settings
from app.arenas.tables import Arena
from app.battles import service as battles
from app.live import repository, service
from app.live.forms import AskForm
from app.rendering import render_markdown_cached
from app.web.templating import render

SUGGESTIONS = 4


@dataclass(frozen=True)
class Refused:
    """A question that was not let in, with what was typed."""

    form: AskForm
    problem: str
    status: int


async def arena_response(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    *,
    suggestion_id: uuid.UUID | None = None,
    refused: Refused | None = None,
) -> Response:
    """The arena's page; after a refusal with its reason, and nothing of the question lost."""
    arena = await access_arena(session, viewer, slug, "read")
    _, protocol = await arena_and_protocol(session, arena.id, arena.protocol_version)
    context: dict[str, Any] = {
        "arena": arena,
        "protocol": protocol,
        "description": render_markdown_cached(arena.description),
        "guidelines": render_markdown_cached(protocol.guidelines),
        "may_manage": viewer.owns(arena.owner_id),
        "live": protocol.live,
    }
    if protocol.live is None:
        context["progress"] = await battles.progress(session, arena.id, viewer.annotator_id)
    else:
        context |= await _composer(session, viewer, arena, protocol, suggestion_id)
    if refused is not None:
        context |= {"form": _typed(refused.form), "problem": refused.problem}
    return render(request, "votes/arena.html", context, status_code=refused.status if refused else 200)


async def _composer(
    session: AsyncSession, viewer: Viewer, arena: Arena, protocol: ProtocolDocument, suggestion_id: uuid.UUID | None
) -> dict[str, Any]:
    live = service.as_live(arena, protocol)
    pool = await repository.pool(session, arena.id)
    suggested = await repository.suggestion_text(session, arena.id, suggestion_id) if suggestion_id else None
    consented = await service.has_consented(session, live, viewer.annotator_id)
    person = viewer.annotator_id
    return {
        "longest_prompt": live_settings(arena).longest_prompt,
        "contestants": len(pool),
        "suggestions": await repository.suggestions(session, arena.id, SUGGESTIONS),
        "pool": pool if live.protocol.kinds != ("anonymous",) else [],
        "consent_html": None if consented else render_markdown_cached(live.protocol.consent_text),
        "problem": None,
        "form": _typed(AskForm(prompt=suggested or "", kind=live.protocol.kinds[0])),
        "current_battle": await repository.open_battle(session, arena.id, person) if person else None,
    }


def _typed(form: AskForm) -> dict[str, Any]:
    return {
        "prompt": form.prompt,
        "kind": form.kind,
        "model_a": str(form.model_a or ""),
        "model_b": str(form.model_b or ""),
        "consent": form.consent,
    }
