"""The two clients. What they ask is in `steps`; here is how they wait."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx
from httpx_sse import aconnect_sse, connect_sse

from preferendum_client import steps
from preferendum_client.errors import raise_for_problem
from preferendum_client.steps import Ask, OnProgress, Pause, Steps
from preferendum_client.types import Arena, Imported, Release, Standing

if TYPE_CHECKING:
    import datasets
    import polars

Result = TypeVar("Result")
ROWS_A_REQUEST = 2_000
TIMEOUT = httpx.Timeout(60.0)
RECONNECT_SECONDS = 1.0
VOTES = ("vote.cast", "vote.retracted")


class Client:
    """Waits for each answer. Use as a context, or `close` it.

    address: of the server, such as "https://arena.example.org"; token: an API token with the scopes that are needed
    (manage to make arenas and send pairs, export for releases and votes). All methods raise PreferendumError where the
    server refuses, and httpx.TransportError where it cannot be reached.
    """

    def __init__(self, address: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, transport=transport
        )

    def create_arena(
        self, slug: str, title: str, *, description: str = "", protocol: Mapping[str, Any] | None = None
    ) -> Arena:
        """A draft arena. protocol: the question, options and guidelines; the usual ones if not said."""
        return self._run(steps.create_arena(slug, title, description, protocol))

    def open_arena(self, slug: str) -> Arena:
        """Let people vote."""
        return self._run(steps.change_state(slug, "open"))

    def close_arena(self, slug: str) -> Arena:
        return self._run(steps.change_state(slug, "closed"))

    def send(self, slug: str, rows: Iterable[Mapping[str, Any]], *, rows_a_request: int = ROWS_A_REQUEST) -> Imported:
        """Send pairs: {"id", "prompt", "outputs": [{"model", "text"}, {"model", "text"}]}, or any other shape."""
        return self._run(steps.import_rows(slug, rows, rows_a_request))

    def leaderboard(self, slug: str) -> list[Standing]:
        """Best first; empty while there are no votes."""
        return self._run(steps.leaderboard(slug))

    def votes(self, slug: str, *, since: str = "now", follow: bool = True) -> Iterator[dict[str, Any]]:
        """Votes as they are cast ("now"), or from the "start"; a connection that breaks is taken up where it was.

        follow: whether to wait for more once all have come. A vote taken back comes with `winner` None.
        """
        position: str | None = None
        while True:
            asked = _asked(since, follow, position)
            with suppress(httpx.TransportError), connect_sse(self._http, "GET", _stream(slug), **asked) as source:
                if not source.response.is_success:
                    source.response.read()
                    raise_for_problem(source.response)
                for event in source.iter_sse():
                    position = event.id or position
                    if event.event in VOTES:
                        yield event.json()
                if not follow:
                    return
            time.sleep(RECONNECT_SECONDS)

    def release(
        self,
        slug: str,
        format_name: str = "trl-preference",
        file_type: str = "parquet",
        *,
        kinds: Sequence[str] = (),
        split: str = "",
        on_progress: OnProgress | None = None,
    ) -> Release:
        """Have a dataset written, and wait for it. on_progress is told the release about twice a second."""
        return self._run(steps.release(slug, format_name, file_type, kinds, split, on_progress))

    def download(self, release: Release, folder: Path | str) -> Path:
        """All files of a release into the folder, which `preferendum verify` can check."""
        return self._run(steps.download(release, Path(folder)))

    def load_dataset(self, release: Release, folder: Path | str) -> "datasets.Dataset":
        """Download a release and load it by `datasets`, which has to be installed. Of splits it is the first."""
        return load_dataset(self.download(release, folder))

    def load_polars(self, release: Release, folder: Path | str) -> "polars.DataFrame":
        """Download a Parquet release and load it by `polars`, which has to be installed."""
        return load_polars(release, self.download(release, folder))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, asked: Steps[Result]) -> Result:
        step = next(asked)
        while True:
            try:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(asked)
                else:
                    step = asked.send(self._ask(step))
            except StopIteration as end:
                result: Result = end.value
                return result

    def _ask(self, step: Ask) -> httpx.Response:
        with self._http.stream(step.method, step.path, json=step.json) as response:
            if step.into is None or not response.is_success:
                response.read()
                raise_for_problem(response)
            else:
                with step.into.open("wb") as file:
                    for chunk in response.iter_bytes():
                        file.write(chunk)
        return response


class AsyncClient:
    """The same, awaited. Use as an asynchronous context, or await `close`."""

    def __init__(self, address: str, token: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, transport=transport
        )

    async def create_arena(
        self, slug: str, title: str, *, description: str = "", protocol: Mapping[str, Any] | None = None
    ) -> Arena:
        return await self._run(steps.create_arena(slug, title, description, protocol))

    async def open_arena(self, slug: str) -> Arena:
        return await self._run(steps.change_state(slug, "open"))

    async def close_arena(self, slug: str) -> Arena:
        return await self._run(steps.change_state(slug, "closed"))

    async def send(
        self, slug: str, rows: Iterable[Mapping[str, Any]], *, rows_a_request: int = ROWS_A_REQUEST
    ) -> Imported:
        return await self._run(steps.import_rows(slug, rows, rows_a_request))

    async def leaderboard(self, slug: str) -> list[Standing]:
        return await self._run(steps.leaderboard(slug))

    async def votes(self, slug: str, *, since: str = "now", follow: bool = True) -> AsyncIterator[dict[str, Any]]:
        position: str | None = None
        while True:
            asked = _asked(since, follow, position)
            with suppress(httpx.TransportError):
                async with aconnect_sse(self._http, "GET", _stream(slug), **asked) as source:
                    if not source.response.is_success:
                        await source.response.aread()
                        raise_for_problem(source.response)
                    async for event in source.aiter_sse():
                        position = event.id or position
                        if event.event in VOTES:
                            yield event.json()
                    if not follow:
                        return
            await asyncio.sleep(RECONNECT_SECONDS)

    async def release(
        self,
        slug: str,
        format_name: str = "trl-preference",
        file_type: str = "parquet",
        *,
        kinds: Sequence[str] = (),
        split: str = "",
        on_progress: OnProgress | None = None,
    ) -> Release:
        return await self._run(steps.release(slug, format_name, file_type, kinds, split, on_progress))

    async def download(self, release: Release, folder: Path | str) -> Path:
        return await self._run(steps.download(release, Path(folder)))

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, asked: Steps[Result]) -> Result:
        step = next(asked)
        while True:
            try:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(asked)
                else:
                    step = asked.send(await self._ask(step))
            except StopIteration as end:
                result: Result = end.value
                return result

    async def _ask(self, step: Ask) -> httpx.Response:
        async with self._http.stream(step.method, step.path, json=step.json) as response:
            if step.into is None or not response.is_success:
                await response.aread()
                raise_for_problem(response)
            else:
                with step.into.open("wb") as file:
                    async for chunk in response.aiter_bytes():
                        file.write(chunk)
        return response


def load_dataset(folder: Path) -> "datasets.Dataset":
    """A downloaded release as `datasets` has it."""
    import datasets  # noqa: PLC0415 (an extra)

    loaded: datasets.Dataset = datasets.load_dataset(str(folder), split="train")
    return loaded


def load_polars(release: Release, folder: Path) -> "polars.DataFrame":
    """A downloaded Parquet release as one frame, all its splits after one another."""
    import polars  # noqa: PLC0415 (an extra)

    return polars.concat([polars.read_parquet(folder / file.name) for file in release.files])


def _stream(slug: str) -> str:
    return f"/api/arenas/{slug}/votes/stream"


def _asked(since: str, follow: bool, position: str | None) -> dict[str, Any]:
    headers = {} if position is None else {"Last-Event-ID": position}
    return {"params": {"since": since, "follow": str(follow).lower()}, "headers": headers, "timeout": None}
