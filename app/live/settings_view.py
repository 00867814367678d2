"""The settings page of a live arena put together: what is in force, or what was typed and why it was refused."""

from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.accounts.viewer import Viewer
from app.arenas.schemas import BattleKind
from app.config import Settings
from app.errors import PreferendumError
from app.live import pool, suggestions
from app.live.managing import access_managed
from app.live.sampling_state import sampling_state
from app.live.settings_forms import (
    BattlesForm,
    Form,
    JoinForm,
    LimitsForm,
    SamplingForm,
    SuggestionsForm,
    problem_in_words,
)
from app.web.templating import render

Section = Literal["pool", "battles", "sampling", "limits", "suggestions"]
SECTIONS: tuple[Section, ...] = get_args(Section)
MOST_PAIRS = 12

KINDS: Mapping[BattleKind, tuple[str, str]] = {
    "anonymous": (
        "Two unknown models",
        "The policy draws them; their names come after the vote. Only these votes count on the board.",
    ),
    "named": (
        "Two models that people choose",
        "Their names are known from the start. Votes are kept and exported, and count on no board.",
    ),
    "direct": ("One model that people choose", "A chat without a vote."),
}
POLICIES: Mapping[str, tuple[str, str]] = {
    "uniform": ("Every pair alike", "Simple, and wasteful once some pairs are decided."),
    "weighted": (
        "By weight, new models more often",
        "In proportion to the weights of the pool; a new model is drawn more often until it has its battles.",
    ),
    "variance-reducing": (
        "Where a vote teaches most",
        "Prefers pairs on which one more vote narrows the intervals of the board. Needs the fewest votes.",
    ),
    "anchor": (
        "New models against anchors",
        "New models meet the anchors of the pool, of about their own strength, so that they are placed quickly.",
    ),
}


async def settings_response(
    request: Request,
    session: AsyncSession,
    settings: Settings,
    viewer: Viewer,
    slug: str,
    *,
    section: Section | None = None,
    typed: Form | None = None,
    error: ValidationError | PreferendumError | None = None,
) -> Response:
    """The page; after a refusal of `section` with what was `typed` there, and why."""
    managed = await access_managed(session, viewer, slug)
    everybody = await pool.members(session, settings, managed.arena.id)
    forms: dict[str, Form] = {
        "pool": JoinForm(),
        "battles": BattlesForm.of(managed.live),
        "sampling": SamplingForm.of(managed.settings),
        "limits": LimitsForm.of(managed.settings),
        "suggestions": SuggestionsForm(),
    }
    if section is not None and typed is not None:
        forms[section] = typed
    context: dict[str, Any] = {
        "arena": managed.arena,
        "forms": forms,
        "problem": (section, problem_in_words(error)) if error else None,
        "saved": saved if (saved := request.query_params.get("saved")) in SECTIONS else None,
        "added": {name: _count(request, name) for name in ("new", "known")},
        "members": [member for member in everybody if member.left_at is None],
        "gone": [member for member in everybody if member.left_at is not None],
        "candidates": await pool.candidates(session, managed.arena.id),
        "kinds": KINDS,
        "policies": POLICIES,
        "sampling": await sampling_state(session, settings, managed, most_pairs=MOST_PAIRS),
        "most_pairs": MOST_PAIRS,
        "may_name_variables": viewer.role == "admin",
        "live_settings": managed.settings,
        "taggers": await pool.taggers(session, managed.settings.tagging_version),
        "prompt_sets": await suggestions.prompt_sets(session, managed.arena.id),
    }
    return render(request, "live/settings.html", context, status_code=_status(error))


def back_to(slug: str, section: Section, **counts: int) -> Response:
    """To the section that was saved, which says so, with what was counted."""
    query = urlencode({"saved": section, **counts})
    return RedirectResponse(f"/arenas/{slug}/live?{query}#{section}", 303)


def _count(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0


def _status(error: ValidationError | PreferendumError | None) -> int:
    if error is None:
        return 200
    return error.status if isinstance(error, PreferendumError) else 422
