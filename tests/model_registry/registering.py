"""Providers and models, added through the API as people's programs do."""

from typing import Any

from httpx import Response

from tests.people import Person

HOSTED = {"name": "hosted", "kind": "openai", "base_url": "https://9.9.9.7/v1"}
"""An address of the open internet that nothing here ever connects to."""
VERSION = {"provider": "hosted", "served_as": "owl-7b-instruct", "settings": {"temperature": 0.5}}
JSON = {"Accept": "application/json"}


async def add_provider(person: Person, **values: Any) -> dict[str, Any]:
    response = await person.http.post("/api/providers", json={**HOSTED, **values})
    assert response.status_code == 201, response.text
    return response.json()


async def add_model(person: Person, name: str = "owl-7b", **version: Any) -> dict[str, Any]:
    """A model with one version, which can be given other values."""
    response = await ask_to_add_model(person, name, **version)
    assert response.status_code == 201, response.text
    return response.json()


async def ask_to_add_model(person: Person, name: str = "owl-7b", **version: Any) -> Response:
    return await person.http.post("/api/models", json={"name": name, "version": {**VERSION, **version}})
