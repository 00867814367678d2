"""Imports over the API: a file, or rows as JSON, into an arena."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from app.accounts.dependencies import ViewerDependency
from app.arenas.schemas import Slug
from app.arenas.service import access_arena
from app.db.session import DatabaseDependency
from app.imports.check import Checked, check
from app.imports.formats import FORMAT_NAMES
from app.imports.formats.pairs import PairOptions
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from app.web.upload import Most, save_body

router = APIRouter(prefix="/api/arenas/{slug}/imports", tags=["imports"])

MOST = Most(16 * 2**20, "`preferendum import` has no limit; or send the rows in parts.")
_ROWS = {"type": "array", "items": {"type": "object"}}
_EXAMPLE = [
    {
        "id": "q1",
        "prompt": "How long do I boil an egg?",
        "outputs": [{"model": "anna", "text": "Six minutes."}, {"model": "ben", "text": "As you like it."}],
    }
]
_UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": _ROWS, "example": _EXAMPLE},
        "application/x-ndjson": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
        "multipart/form-data": {"schema": _UPLOAD},
    },
}


class Amount(BaseModel):
    """How many the rows hold, and how many of them came anew; the rest was there already."""

    in_rows: int
    new: int


class ImportOut(BaseModel):
    format: str = Field(description="The shape of the rows.")
    matchups: Amount
    votes: Amount
    models: Amount
    annotators: Amount


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": _BODY},
    responses={
        409: {"description": "The arena holds something else under the same id, or its rows contradict each other."},
        413: {"description": "The file is too large."},
        415: {"description": "Files of this kind cannot be read."},
        422: {"description": "Rows that cannot be read, with their lines; nothing was loaded."},
    },
)
async def import_rows(
    slug: Slug,
    request: Request,
    database: DatabaseDependency,
    viewer: ViewerDependency,
    format_name: Annotated[
        str | None, Query(alias="format", description=f"Told by the columns if not said: {', '.join(FORMAT_NAMES)}.")
    ] = None,
    chosen_by: Annotated[
        Literal["human", "judge", "simulated"] | None,
        Query(description="Rows that do not say who judged: load the preferences as votes of this kind."),
    ] = None,
) -> ImportOut:
    """Load matchups, with their votes if there are any: all of them or none. The same rows again change nothing."""
    async with database.read_session() as session:
        await access_arena(session, viewer, slug, "manage")
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = await save_body(request, Path(folder), MOST)
        options = ImportOptions(path, format=format_name, pairs=PairOptions(chosen_by=chosen_by))
        checked = await asyncio.to_thread(check, options, Silent())
        async with database.session() as session:
            loaded = await import_checked(session, viewer, Destination(slug), checked, Silent())
    return _told(checked, loaded.matchups, loaded.votes, loaded.models, loaded.annotators)


def _told(checked: Checked, matchups: int, votes: int, models: int, annotators: int) -> ImportOut:
    census = checked.census
    return ImportOut(
        format=checked.plan.shape.name,
        matchups=Amount(in_rows=census.matchups, new=matchups),
        votes=Amount(in_rows=census.votes, new=votes),
        models=Amount(in_rows=len(census.contestants), new=models),
        annotators=Amount(in_rows=len(census.annotators), new=annotators),
    )
