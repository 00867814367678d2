"""Voters who never give up: each vote is sent twice at once, and again until both copies are acknowledged."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field

import httpx

CHOICES = ("side_a", "side_b", "tie", "both_bad")
PATIENCE_SECONDS = 60


class RefusedError(Exception):
    """An answer that no voter of a sound site ever gets, such as that their battle is not there."""


@dataclass
class Ledger:
    """What voters were told."""

    acknowledged: dict[uuid.UUID, str] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    first_vote: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Voter:
    """One browser that votes until it is told to stop."""

    ports: tuple[int, ...]
    slug: str
    ledger: Ledger
    chance: random.Random
    http: httpx.AsyncClient
    stop: asyncio.Event

    async def run(self) -> None:
        """Vote until told to stop, or until there is nothing left; what surprises is written down."""
        try:
            await self._run()
        except RefusedError as refusal:
            self.ledger.surprises.append(str(refusal))

    async def _run(self) -> None:
        await self._send("POST", f"/arenas/{self.slug}/battles", accept={303})
        while not self.stop.is_set():
            response = await self._send("POST", f"/api/arenas/{self.slug}/battles", accept={201, 204})
            if response.status_code == 204:
                return
            await self._vote(uuid.UUID(response.json()["id"]))

    async def _vote(self, battle_id: uuid.UUID) -> None:
        choice = self.chance.choice(CHOICES)
        body = {"choice": choice, "revision": 0}
        path = f"/api/battles/{battle_id}/vote"
        await asyncio.gather(*(self._vote_once(battle_id, path, choice, body) for _ in range(2)))

    async def _vote_once(self, battle_id: uuid.UUID, path: str, choice: str, body: dict[str, object]) -> None:
        told = (await self._send("POST", path, accept={200, 201}, json=body)).json()["choice"]
        if told != choice:
            self.ledger.surprises.append(f"{battle_id}: voted {choice}, was told {told}")
        self.ledger.acknowledged[battle_id] = choice
        self.ledger.first_vote.set()

    async def _send(
        self, method: str, path: str, *, accept: set[int], json: dict[str, object] | None = None
    ) -> httpx.Response:
        """Ask one of the web processes, and again where it is gone or says to try again."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        last = ""
        while asyncio.get_running_loop().time() < deadline:
            url = f"http://127.0.0.1:{self.chance.choice(self.ports)}{path}"
            try:
                response = await self.http.request(method, url, json=json)
            except httpx.TransportError as error:
                last = f"{url}: {error!r}"
            else:
                if response.status_code in accept:
                    return response
                last = f"{url}: {response.status_code} {response.text[:200]}"
                if response.status_code < 500:
                    raise RefusedError(last)
            await asyncio.sleep(0.05 + self.chance.random() * 0.1)
        raise TimeoutError(f"{path} was not answered for {PATIENCE_SECONDS} seconds; last {last}")
