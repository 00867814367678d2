"""People who use the site through HTTP, each with a browser of their own."""

import contextlib
import re
import uuid
from dataclasses import dataclass

import httpx
from fastapi import FastAPI

from app.accounts.service import create_user, viewer_of_user
from app.accounts.viewer import Role, Viewer
from app.db.engine import Database

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """A browser, and whoever sits before it."""

    http: httpx.AsyncClient
    viewer: Viewer | None = None

    async def start(self, slug: str) -> uuid.UUID:
        """Press Start or Next; the battle that comes up."""
        response = await self.http.post(f"/arenas/{slug}/battles")
        assert response.status_code == 303, response.text
        found = re.fullmatch(r"/battles/([0-9a-f-]{36})", response.headers["location"])
        assert found, f"no battle, but {response.headers['location']}"
        return uuid.UUID(found[1])

    async def vote(self, battle_id: uuid.UUID, choice: str = "side_a", revision: int = 0) -> httpx.Response:
        return await self.http.post(f"/api/battles/{battle_id}/vote", json={"choice": choice, "revision": revision})


class Visitors:
    """Makes people on demand."""

    def __init__(self, app: FastAPI, database: Database, stack: contextlib.AsyncExitStack) -> None:
        self.app, self.database, self.stack = app, database, stack

    async def stranger(self) -> Person:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://arena.test", headers={"Accept": "text/html"})
        return Person(await self.stack.enter_async_context(client))

    async def account(self, email: str, role: Role) -> Person:
        """Somebody signed in with a new account."""
        async with self.database.session() as session:
            await create_user(session, email, PASSWORD, role)
            viewer = await viewer_of_user(session, email)
        person = await self.stranger()
        response = await person.http.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert response.status_code == 303, response.text
        person.viewer = viewer
        return person
