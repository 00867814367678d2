"""Prompts tagged by a model: its category and the criteria of difficulty that it meets. Runs in the worker."""

import uuid
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import httpx
import structlog
from sqlalchemy import RowMapping, text

from app.arenas.schemas import LiveSettings
from app.config import Settings
from app.db.engine import Database
from app.model_registry.calls import record_call, spent_today
from app.model_registry.contestants import Contestant, build, cost, is_within_budget, limits_of, load_contestants
from app.moderation.criteria import CRITERIA_VERSION, Judgement, judging_messages, parse_judgement
from app.prompts.tables import PromptTag
from app.providers.calling import Caller, CallRecord
from app.providers.protocol import Call, Fragment, Message, ProviderError, Sampling

log = structlog.get_logger(__name__)

AT_ONCE = 20
NOT_JUDGED = "not-judged"  # set where the model's answer was no judgement, so that it is not asked for ever
ANSWER_TOKENS = 300

_ARENAS = text("SELECT id, live FROM arena WHERE mode = 'live' AND live->>'tagging_version' IS NOT NULL")

_UNTAGGED = text("""
    SELECT p.id, p.text FROM prompt p
    WHERE p.arena_id = :arena_id AND p.source <> 'import' AND NOT EXISTS (
        SELECT 1 FROM prompt_tag t WHERE t.prompt_id = p.id AND t.arena_id = p.arena_id AND t.tagged_by = :tagged_by)
    ORDER BY p.id LIMIT :most
""")


@dataclass(frozen=True)
class Tagger:
    """What it takes to have prompts tagged. One for each worker."""

    database: Database
    settings: Settings
    client: httpx.AsyncClient
    caller: Caller

    async def tag_new_prompts(self) -> int:
        """Have the newest untagged prompts of every arena that wants it judged. How many were."""
        async with self.database.read_session() as session:
            arenas = (await session.execute(_ARENAS)).mappings().all()
        return sum([await self._tag_arena(arena) for arena in arenas])

    async def _tag_arena(self, arena: RowMapping) -> int:
        version_id = LiveSettings.model_validate(arena["live"]).tagging_version
        if version_id is None or (judge := await self._judge(version_id)) is None:
            return 0
        prompts = await self._untagged(arena["id"], judge)
        for count, prompt in enumerate(prompts):
            try:
                judgement = await self._ask(judge, prompt["text"])
            except ProviderError as error:
                log.warning("prompts cannot be tagged now", model=judge.display_name, reason=str(error))
                return count
            await self._keep(arena["id"], prompt["id"], judge, judgement)
        return len(prompts)

    async def _judge(self, version_id: uuid.UUID) -> Contestant | None:
        """The model that tags, if it can be called and may spend."""
        async with self.database.read_session() as session:
            judge = (await load_contestants(session, [version_id], self.settings)).get(version_id)
            spent = await spent_today(session, [version_id])
        is_usable = judge is not None and judge.problem is None and judge.state in ("draft", "active")
        return judge if is_usable and judge and is_within_budget(judge, spent[version_id]) else None

    async def _untagged(self, arena_id: uuid.UUID, judge: Contestant) -> Sequence[RowMapping]:
        values = {"arena_id": arena_id, "tagged_by": tagged_by(judge), "most": AT_ONCE}
        async with self.database.read_session() as session:
            return (await session.execute(_UNTAGGED, values)).mappings().all()

    async def _ask(self, judge: Contestant, prompt: str) -> Judgement | None:
        """What the model says of a prompt, None where that is no judgement."""
        messages = [Message(message["role"], message["content"]) for message in judging_messages(prompt)]  # type: ignore[arg-type]  # system and user
        call = Call(judge.served_as, messages, Sampling(temperature=0.0, max_tokens=ANSWER_TOKENS))
        records: list[CallRecord] = []
        started_at, answer = datetime.now(UTC), ""
        try:
            running = self.caller.call(
                build(judge, self.client), call, limits_of(judge), model=judge.version_id, on_end=records.append
            )
            async with aclosing(running):
                async for event in running:
                    if isinstance(event, Fragment):
                        answer += event.text
        finally:
            await self._record(judge, started_at, records)
        return parse_judgement(answer)

    async def _record(self, judge: Contestant, started_at: datetime, records: Sequence[CallRecord]) -> None:
        async with self.database.session() as session:
            for record in records:
                price = cost(judge, record.input_tokens, record.output_tokens)
                record_call(session, version_id=judge.version_id, started_at=started_at, cost=price, **asdict(record))

    async def _keep(
        self, arena_id: uuid.UUID, prompt_id: uuid.UUID, judge: Contestant, judgement: Judgement | None
    ) -> None:
        async with self.database.session() as session:
            for tag in tags_of(judgement):
                session.add(PromptTag(prompt_id=prompt_id, arena_id=arena_id, tag=tag, tagged_by=tagged_by(judge)))


def tags_of(judgement: Judgement | None) -> list[str]:
    """Criteria as "criterion:...", the category by its name."""
    if judgement is None:
        return [NOT_JUDGED]
    criteria = [f"criterion:{name}" for name in judgement.criteria]
    return [*criteria, judgement.category or "other"]


def tagged_by(judge: Contestant) -> str:
    """Who tagged, as it stands beside each tag."""
    return f"model:{judge.display_name}/{CRITERIA_VERSION}"
