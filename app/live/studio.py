"""Where turns are written in a web process: the connections to models, and the tasks that are at it."""

import asyncio
import signal
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Annotated, Any

from fastapi import Depends, Request

from app.accounts.viewer import Viewer
from app.arenas.schemas import LiveProtocol, LiveSettings
from app.arenas.service import arena_and_protocol
from app.battles.content import by_side
from app.battles.repository import Exchange
from app.battles.service import access_battle
from app.battles.tables import SLOTS
from app.config import Settings
from app.db.base import new_id
from app.db.engine import Database
from app.errors import ConflictError
from app.live import turns
from app.live.conversation import call_for
from app.live.drawing import KEPT_SECONDS, Standings
from app.live.growing import Growth
from app.live.guarding import keep_event, leak_finder, leaking_names, moderate
from app.live.recent import Recent
from app.live.writers import Ending, Progress, Task, Writers
from app.live.writing import Answer, OnEnd, Opener, Writing
from app.model_registry.calls import record_call
from app.model_registry.contestants import Contestant, build, cost, limits_of, load_contestants
from app.providers.calling import Caller, CallRecord
from app.providers.http import make_client
from app.providers.protocol import Event


@dataclass(frozen=True)
class Turn:
    """A turn that is to be written, with all that it takes."""

    battle_id: uuid.UUID
    arena_id: uuid.UUID
    side_order: str | None
    protocol: LiveProtocol
    settings: LiveSettings
    exchanges: Sequence[Exchange]
    contestants: Sequence[Contestant]

    @property
    def index(self) -> int:
        return len(self.exchanges) - 1

    @property
    def sides(self) -> tuple[str, ...]:
        """The side on which each slot stands, by slot."""
        on_a, _ = by_side(self.side_order, 0, 1)
        return tuple("side_a" if slot == on_a else "side_b" for slot in range(len(self.contestants)))


class Answering:
    """A turn that is being written, as the request that shows it sees it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.ending: Ending = "interrupted"

    async def frames(self) -> AsyncIterator[Mapping[str, Growth]]:
        """Frames by side until the turn is written or given up; `ending` then says which."""
        while isinstance(news := await self._progress.news.get(), dict):
            yield news
        self.ending = news

    def leave(self) -> None:
        self._progress.leave()


class Studio:
    """Has turns written. One for each web process; it closes with it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._caller = Caller()
        self._writers = Writers(database)
        self._contestants = Recent(self._load_contestant, KEPT_SECONDS)
        self.standings = Standings(database, settings)
        self.client = make_client()
        self._heeds_signals = False

    async def close(self) -> None:
        """Stop what is being written, and store it."""
        await self._writers.close()
        await self.client.aclose()

    async def begin(self, viewer: Viewer, battle_id: uuid.UUID) -> Answering:
        """Claim the battle's turn and have it written. Raises ConflictError where another request is at it."""
        self._heed_signals()
        writer = new_id()
        claim = None
        if viewer.annotator_id is not None:
            async with self._database.direct() as connection:
                claim = await turns.claim(connection, battle_id, viewer.annotator_id, writer)
        if claim is None:
            raise await self._refusal(viewer, battle_id)
        return Answering(self._writers.begin(self._task(await self._turn(claim), writer)))

    async def _turn(self, claim: turns.Claim) -> Turn:
        return Turn(
            battle_id=claim.battle_id,
            arena_id=claim.arena_id,
            side_order=claim.side_order,
            protocol=LiveProtocol.model_validate(claim.protocol["live"]),
            settings=LiveSettings.model_validate(claim.settings),
            exchanges=[Exchange(index, prompt, a or [], b or []) for index, prompt, a, b in claim.exchanges],
            contestants=[await self._contestants.get(version_id) for version_id in claim.contestants],
        )

    async def _load_contestant(self, version_id: uuid.UUID) -> Contestant:
        async with self._database.glance() as session:
            return (await load_contestants(session, [version_id], self._settings))[version_id]

    async def _refusal(self, viewer: Viewer, battle_id: uuid.UUID) -> ConflictError:
        """Why the turn cannot be claimed. Raises NotFoundError where the battle is not the viewer's to see."""
        async with self._database.read_session() as session:
            battle = await access_battle(session, viewer, battle_id)
            _, protocol = await arena_and_protocol(session, battle.arena_id, battle.protocol_version)
        if protocol.live is None:
            return ConflictError("In this battle the answers are there already.")
        return ConflictError("This turn is being answered already, or it has been. Reload the page to see it.")

    def _heed_signals(self) -> None:
        """A server that is told to stop waits until all responses are out: have those that stream end at once.

        The server's own handler is called as well. Where there is none, nobody waits, as in a test.
        """
        if self._heeds_signals:
            return
        self._heeds_signals = True
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(number)
            if callable(handler) and handler is not signal.default_int_handler:
                signal.signal(number, partial(self._told_to_stop, loop, handler))

    def _told_to_stop(
        self,
        loop: asyncio.AbstractEventLoop,
        handler: Callable[[int, FrameType | None], Any],
        number: int,
        frame: FrameType | None,
    ) -> None:
        loop.call_soon_threadsafe(self._writers.leave)
        handler(number, frame)

    def _task(self, turn: Turn, writer: uuid.UUID) -> Task:
        return Task(
            battle_id=turn.battle_id,
            writer=writer,
            turn_index=turn.index,
            writing=Writing([self._opener(turn, place) for place in range(len(turn.contestants))]),
            sides=turn.sides,
            finder=leak_finder(leaking_names(turn.contestants), tuple(turn.settings.leak_names)),
            may_be_shown=partial(self._may_be_shown, turn),
            keep_records=partial(self._keep_records, turn, datetime.now(UTC)),
        )

    def _opener(self, turn: Turn, place: int) -> Opener:
        """What begins the call of the contestant in this slot. What is wrong with its provider fails the call."""
        contestant = turn.contestants[place]
        call = call_for(contestant.served_as, contestant.settings, turn.protocol, turn.exchanges, SLOTS[place])

        def events(on_end: OnEnd) -> AsyncGenerator[Event | CallRecord, None]:
            provider = build(contestant, self.client)
            return self._caller.call(provider, call, limits_of(contestant), model=contestant.version_id, on_end=on_end)

        return events

    async def _may_be_shown(self, turn: Turn, answers: Sequence[Answer]) -> bool:
        """Whether moderation lets both answers stand. What it said of each is kept where it did not simply pass."""
        decisions = [await moderate(self.client, turn.settings, answer.text) for answer in answers]
        for decision in decisions:
            if decision.outcome != "passed":
                await keep_event(self._database, turn.arena_id, "response", decision, turn.battle_id)
        return all(decision.allowed for decision in decisions)

    async def _keep_records(self, turn: Turn, started_at: datetime, answers: Sequence[Answer]) -> None:
        async with self._database.session() as session:
            for slot, contestant, answer in zip(SLOTS, turn.contestants, answers, strict=False):
                if (record := answer.record) is None:
                    continue
                record_call(
                    session,
                    version_id=contestant.version_id,
                    started_at=started_at,
                    cost=cost(contestant, record.input_tokens, record.output_tokens),
                    **asdict(record),
                    arena_id=turn.arena_id,
                    battle_id=turn.battle_id,
                    turn_index=turn.index,
                    slot=slot,
                )


async def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


StudioDependency = Annotated[Studio, Depends(_studio)]
