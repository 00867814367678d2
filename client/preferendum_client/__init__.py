"""A client of a Preferendum server, in two forms that do the same: `Client` waits, `AsyncClient` is awaited."""

from preferendum_client.clients import AsyncClient, Client
from preferendum_client.errors import PreferendumError
from preferendum_client.types import Arena, Imported, Release, ReleaseFile, Standing

__all__ = ["Arena", "AsyncClient", "Client", "Imported", "PreferendumError", "Release", "ReleaseFile", "Standing"]
