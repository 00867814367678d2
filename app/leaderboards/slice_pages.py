"""The page of the slices: everybody reads what they hold; an arena's owner names those that get boards of their own."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.accounts.dependencies import ViewerDependency
from app.accounts.viewer import Viewer
from app.arenas.schemas import Slug
from app.arenas.service import access_arena, may
from app.db.session import ReadSession, WriteSession
from app.errors import ConflictError
from app.leaderboards import service
from app.leaderboards.form_words import problem_in_words
from app.leaderboards.slice_words import definition_in_words
from app.leaderboards.slices import MINIMUM_VOTES, SliceIn
from app.web.templating import render

router = APIRouter(include_in_schema=False)


class SliceForm(BaseModel):
    """A slice as a browser sends it: what is left empty sets no condition."""

    model_config = ConfigDict(extra="forbid")

    slug: str = ""
    title: str = ""
    tag: str = ""
    language: str = ""
    prompt_least: str = ""
    prompt_most: str = ""
    answer_least: str = ""
    answer_most: str = ""
    turns_least: str = ""
    turns_most: str = ""
    cast_from: str = ""
    cast_through: str = ""
    annotator_kind: Literal["", "human", "simulated", "judge"] = ""
    protocol_version: str = ""
    exclude_ties: bool = False
    one_vote_a_day: bool = False
    minimum_votes: str = str(MINIMUM_VOTES)

    def to_slice(self) -> SliceIn:
        """Raises ValidationError, or ValueError for a date that is none."""
        definition: dict[str, Any] = {
            "tag": self.tag.strip() or None,
            "language": self.language.strip() or None,
            "prompt_characters": _range(self.prompt_least, self.prompt_most),
            "answer_characters": _range(self.answer_least, self.answer_most),
            "turns": _range(self.turns_least, self.turns_most),
            "cast_from": _midnight(self.cast_from),
            "cast_until": _midnight(self.cast_through, days_later=1),
            "annotator_kind": self.annotator_kind or None,
            "protocol_version": self.protocol_version or None,
            "exclude_ties": self.exclude_ties,
            "one_vote_a_day": self.one_vote_a_day,
            "minimum_votes": self.minimum_votes or MINIMUM_VOTES,
        }
        return SliceIn.model_validate({"slug": self.slug, "title": self.title, "definition": definition})


@router.get("/arenas/{slug}/slices")
async def slices_page(slug: Slug, request: Request, session: ReadSession, viewer: ViewerDependency) -> Response:
    """What the slices are, for whoever may read; with a form for whoever may change them."""
    return await _page(request, session, viewer, slug, {"form": SliceForm(), "problem": None})


@router.post("/arenas/{slug}/slices")
async def add_slice(
    slug: Slug,
    request: Request,
    session: WriteSession,
    viewer: ViewerDependency,
    form: Annotated[SliceForm, Form()],
) -> Response:
    await access_arena(session, viewer, slug, "manage")
    try:
        await service.add_slice(session, viewer, slug, form.to_slice())
    except (ValueError, ConflictError) as error:
        return await _page(request, session, viewer, slug, {"form": form, "problem": _in_words(error)}, 422)
    return RedirectResponse(f"/arenas/{slug}/slices", 303)


@router.post("/arenas/{slug}/slices/{name}/remove")
async def remove_slice(slug: Slug, name: Slug, session: WriteSession, viewer: ViewerDependency) -> Response:
    await service.remove_slice(session, viewer, slug, name)
    return RedirectResponse(f"/arenas/{slug}/slices", 303)


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    context: Mapping[str, Any],
    status_code: int = 200,
) -> Response:
    arena = await access_arena(session, viewer, slug, "read")
    may_change = may(viewer, arena, "manage")
    slices = await service.list_slices(session, arena)
    shown = {"arena": arena, "slices": slices, "may_change": may_change, "in_words": definition_in_words, **context}
    return render(request, "leaderboards/slices.html", shown, status_code=status_code)


def _range(least: str, most: str) -> dict[str, str] | None:
    given = {name: value for name, value in (("least", least.strip()), ("most", most.strip())) if value}
    return given or None


def _midnight(day: str, *, days_later: int = 0) -> datetime | None:
    """The beginning of a day, UTC. Raises ValueError for what is none."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days_later), time.min, UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"When the vote was cast: {day[:40]!r} is not a day such as 2026-01-31.") from None


def _in_words(error: ValueError | ConflictError) -> str:
    if isinstance(error, ValidationError):
        return problem_in_words(error)
    return error.detail if isinstance(error, ConflictError) else str(error)
