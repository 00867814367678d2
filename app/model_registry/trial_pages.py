"""Testing a model from its page: the reply streams into it, or stands on the page that answers without scripts."""

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.accounts.dependencies import SettingsDependency, ViewerDependency
from app.db.session import DatabaseDependency
from app.model_registry import trying
from app.model_registry.pages import model_response
from app.model_registry.schemas import TrialIn, TrialOut
from app.model_registry.trying import Trial
from app.web.streaming import event, event_stream, wants_events

router = APIRouter(include_in_schema=False)


@router.post("/models/versions/{version_id}/test")
async def test_version(
    version_id: uuid.UUID,
    request: Request,
    database: DatabaseDependency,
    viewer: ViewerDependency,
    settings: SettingsDependency,
    form: Annotated[TrialIn, Form()],
) -> Response:
    trial = await trying.ready(database, viewer, settings, version_id, form)
    if wants_events(request.headers):
        return event_stream(_frames(trial))
    outcome = await trial.outcome()
    async with database.read_session() as session:
        context = {"changed": version_id, "trial": outcome, "asked": form.prompt}
        return await model_response(request, session, viewer, trial.contestant.model_id, context)


async def _frames(trial: Trial) -> AsyncIterator[bytes]:
    async with aclosing(trial.run()) as running:
        async for part in running:
            if isinstance(part, TrialOut):
                yield event("ended", part.model_dump(mode="json", exclude={"text"}))
            else:
                yield event("fragment", {"text": part})
