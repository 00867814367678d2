"""Testing a model: one short question, with what it took. Every test is recorded, also one that is broken off."""

import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import anyio
import httpx

from app.accounts.viewer import Viewer
from app.config import Settings
from app.db.engine import Database
from app.errors import ConflictError, NotFoundError
from app.model_registry import calls
from app.model_registry.access import require_researcher
from app.model_registry.contestants import Contestant, build, cost, is_within_budget, limits_of, load_contestants
from app.model_registry.schemas import TrialIn, TrialOut
from app.model_registry.words import failure_of, money, seconds
from app.providers.addresses import ASK_AN_ADMINISTRATOR
from app.providers.calling import Caller, CallRecord
from app.providers.http import make_client
from app.providers.protocol import Call, Event, Fragment, Message, ProviderError, Sampling

EXAMPLE_PROMPT: str = TrialIn.model_fields["prompt"].default
MOST_TOKENS = 300
"""Of a reply to a test, which is to be short even where a version may say more."""


@dataclass
class Trial:
    """One test of a version that may be called. `run` it once."""

    database: Database
    contestant: Contestant
    prompt: str

    async def run(self) -> AsyncGenerator[str | TrialOut, None]:
        """The fragments of the reply as they come, and at the end what it took. No session is held meanwhile."""
        text, sentence = "", ""
        records: list[CallRecord] = []
        started_at = datetime.now(UTC)
        try:
            async with make_client() as client, aclosing(self._call(client, records.append)) as events:
                async for event in events:
                    if isinstance(event, Fragment):
                        text += event.text
                        yield event.text
        except ProviderError as error:
            sentence = str(error)
            records = records or [_never_sent(error)]
        finally:
            with anyio.CancelScope(shield=True):  # whoever asked may have left; the call was made all the same
                await self._keep(records, started_at)
        yield self._told(records[-1], text, sentence)

    async def outcome(self) -> TrialOut:
        """Run it to its end."""
        parts = [part async for part in self.run()]
        assert isinstance(parts[-1], TrialOut)
        return parts[-1]

    def _call(
        self, client: httpx.AsyncClient, on_end: Callable[[CallRecord], None]
    ) -> AsyncGenerator[Event | CallRecord, None]:
        """A test goes out also while the circuit is open: that is when one wants to know."""
        return Caller().call(
            build(self.contestant, client),
            call_of(self.contestant, self.prompt),
            limits_of(self.contestant),
            model=self.contestant.version_id,
            on_end=on_end,
            heed_circuit=False,
        )

    async def _keep(self, records: Sequence[CallRecord], started_at: datetime) -> None:
        async with self.database.session() as session:
            for record in records:
                calls.record_call(
                    session,
                    version_id=self.contestant.version_id,
                    started_at=started_at,
                    cost=cost(self.contestant, record.input_tokens, record.output_tokens),
                    **asdict(record),
                )

    def _told(self, record: CallRecord, text: str, sentence: str) -> TrialOut:
        spent = cost(self.contestant, record.input_tokens, record.output_tokens)
        outcome = TrialOut(text=text, words="", cost=spent, tokens_per_second=_pace(record), **asdict(record))
        return outcome.model_copy(update={"words": _in_words(outcome, sentence)})


async def ready(
    database: Database, viewer: Viewer, settings: Settings, version_id: uuid.UUID, wanted: TrialIn
) -> Trial:
    """A test of the version. Raises ConflictError with what to do where it cannot be called."""
    require_researcher(viewer, "manage")
    async with database.read_session() as session:
        contestant = (await load_contestants(session, [version_id], settings)).get(version_id)
        if contestant is None:
            raise NotFoundError("There is no such version of a model.")
        spent = (await calls.spent_today(session, [version_id]))[version_id]
    if contestant.problem is not None:
        raise ConflictError(f"{contestant.display_name} cannot be called. {contestant.problem}")
    if contestant.state == "retired":
        raise ConflictError(f"{contestant.display_name} is retired. Bring it back first.")
    if not is_within_budget(contestant, spent):
        raise ConflictError(
            f"{contestant.display_name} has spent {money(spent)} today, which is its budget. Raise the budget, or wait "
            "until midnight UTC."
        )
    return Trial(database, contestant, wanted.prompt)


async def try_version(
    database: Database, viewer: Viewer, settings: Settings, version_id: uuid.UUID, wanted: TrialIn
) -> TrialOut:
    return await (await ready(database, viewer, settings, version_id, wanted)).outcome()


def call_of(contestant: Contestant, prompt: str) -> Call:
    """The question with the version's own settings, shortened."""
    known = dict(contestant.settings)
    system_prompt = known.pop("system_prompt", None)
    messages = [Message("system", system_prompt)] if system_prompt else []
    sampling = Sampling(
        temperature=known.pop("temperature", None),
        top_p=known.pop("top_p", None),
        max_tokens=min(known.pop("max_tokens", MOST_TOKENS), MOST_TOKENS),
        seed=known.pop("seed", None),
        stop=tuple(known.pop("stop", ())),
        extra=known,
    )
    return Call(contestant.served_as, [*messages, Message("user", prompt)], sampling)


def _never_sent(error: ProviderError) -> CallRecord:
    """Of a provider that could not even be made."""
    return CallRecord(None, 0.0, None, None, None, 0, error.kind)


def _pace(record: CallRecord) -> float | None:
    """Tokens a second while it wrote: the wait for the first fragment says nothing of that."""
    if not record.output_tokens or record.first_fragment_seconds is None:
        return None
    wrote = record.duration_seconds - record.first_fragment_seconds
    return record.output_tokens / wrote if wrote > 0 else None


def _in_words(outcome: TrialOut, sentence: str) -> str:
    if outcome.error is not None:
        # What the call itself said is the more exact "why", and who may allow an address the advice says.
        said = sentence.removesuffix(ASK_AN_ADMINISTRATOR)
        return f"It failed after {seconds(outcome.duration_seconds)}. {said} {failure_of(outcome.error).advice}"
    if not outcome.text.strip():
        return "It ended without a word. Try another question; if it stays so, look into the log of the server there."
    parts = [
        f"First words after {seconds(outcome.first_fragment_seconds)}, done after {seconds(outcome.duration_seconds)}"
    ]
    if outcome.tokens_per_second is not None:
        parts.append(f"{outcome.output_tokens} tokens at {outcome.tokens_per_second:.0f} a second")
    parts.append("cost unknown" if outcome.cost is None else f"cost {money(outcome.cost)}")
    if outcome.finish_reason == "length":
        parts.append(f"cut off at the most tokens of a test, {MOST_TOKENS}")
    return ", ".join(parts) + "."
