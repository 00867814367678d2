"""create_app(settings) builds the FastAPI app; nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.accounts import pages as account_pages
from app.annotating import live_pages
from app.annotating import pages as annotator_pages
from app.arenas import api as arena_api
from app.arenas import pages as arena_pages
from app.battles import pages as battle_pages
from app.config import Settings, code_version
from app.db.engine import Database
from app.events import api as event_api
from app.events import pages as event_pages
from app.events import stream_api as event_stream_api
from app.imports import api as import_api
from app.leaderboards import api as leaderboard_api
from app.leaderboards import detail_pages as leaderboard_detail_pages
from app.leaderboards import download_pages as leaderboard_download_pages
from app.leaderboards import pages as leaderboard_pages
from app.leaderboards import slice_pages as leaderboard_slice_pages
from app.live import findings_pages as live_findings_pages
from app.live import settings_api as live_settings_api
from app.live import settings_pages as live_settings_pages
from app.live import suggestion_pages as live_suggestion_pages
from app.live.studio import Studio
from app.model_registry import api as model_api
from app.model_registry import file_pages as model_file_pages
from app.model_registry import pages as model_pages
from app.model_registry import provider_api, provider_pages
from app.model_registry import trial_pages as model_trial_pages
from app.ranking_files import api as ranking_file_api
from app.releases import api as release_api
from app.releases import pages as release_pages
from app.votes import api as vote_api
from app.votes.direct import DirectVote
from app.web import health, problems
from app.web.headers import CrossSiteCheck, HeadAsGet, SecurityHeaders
from app.web.templating import STATIC

ROUTERS = (
    health.router,
    account_pages.router,
    arena_pages.router,
    arena_api.router,
    vote_api.router,
    annotator_pages.router,
    live_pages.router,
    live_suggestion_pages.router,
    live_settings_pages.router,
    live_settings_api.router,
    live_findings_pages.router,
    battle_pages.router,
    leaderboard_pages.router,
    leaderboard_detail_pages.router,
    leaderboard_download_pages.router,
    leaderboard_slice_pages.router,
    leaderboard_api.router,
    provider_pages.router,
    model_file_pages.router,
    model_trial_pages.router,
    model_pages.router,
    model_api.router,
    provider_api.router,
    ranking_file_api.router,
    import_api.router,
    release_pages.router,
    release_api.router,
    event_pages.router,
    event_api.router,
    event_stream_api.router,
)


class AddressedByContent(StaticFiles):
    """Static files whose address carries their hash, so that a browser may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            response.headers["Cache-Control"] = "public, max-age=60"
        return response


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The app on an open database, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await app.state.studio.close()
        await app.state.database.close()

    app = FastAPI(
        title="Preferendum",
        version=code_version(),
        description="Arenas for human preference data.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    work_with(app, settings, database)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", AddressedByContent(directory=STATIC))
    app.add_middleware(DirectVote)
    app.add_middleware(HeadAsGet)
    app.add_middleware(CrossSiteCheck)
    app.add_middleware(SecurityHeaders, https=settings.secure_cookies)
    return app


def work_with(app: FastAPI, settings: Settings, database: Database) -> None:
    """What its routes read and write from now on."""
    app.state.settings = settings
    app.state.database = database
    app.state.studio = Studio(database, settings)
