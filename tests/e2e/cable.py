"""A connection between a browser and a site that can be pulled out and put in again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Cable:
    """Forwards bytes from a port of its own, whose address it is, to another on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_in = True
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.address = ""

    async def lay(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def pull(self) -> None:
        """Cut what is open, and refuse what comes."""
        self._is_in = False
        for writer in self._open:
            writer.transport.abort()

    def put_in(self) -> None:
        self._is_in = True

    async def take_up(self) -> None:
        self.pull()
        if self._server:
            self._server.close()

    async def _serve(self, from_browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        if not self._is_in:
            to_browser.transport.abort()
            return
        from_site, to_site = await asyncio.open_connection("127.0.0.1", self._port)
        self._open |= {to_browser, to_site}
        await asyncio.gather(_pump(from_browser, to_site), _pump(from_site, to_browser))
        self._open -= {to_browser, to_site}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def laid(address: str) -> AsyncIterator[Cable]:
    """A cable to the site at an address, for the length of the block."""
    cable = Cable(int(address.rpartition(":")[2]))
    await cable.lay()
    try:
        yield cable
    finally:
        await cable.take_up()
