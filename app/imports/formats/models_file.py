"""What is known of the models: `model, version, organisation, licence, link, settings`."""

from collections.abc import Mapping
from typing import Any

import orjson

from app.imports.formats.fields import Fields, text_flaw
from app.imports.records import Contestant, Faults, ModelFacts

MODEL_COLUMNS = frozenset({"model", "version", "organisation", "licence", "link", "settings"})


def read_model_row(row: Mapping[str, Any]) -> ModelFacts | Faults:
    fields = Fields(row)
    contestant = Contestant(fields.name("model"), fields.optional_name("version") or "")
    organisation, licence = fields.optional_name("organisation"), fields.optional_name("licence")
    link = fields.optional_name("link")
    if link and not link.startswith(("https://", "http://")):
        fields.note("link", "does not begin with https:// or http://")
    settings = _settings(fields)
    return fields.faults or ModelFacts(contestant, organisation, licence, link, settings)


def _settings(fields: Fields) -> Mapping[str, Any]:
    """An object of any content, or its JSON text as a CSV file has it."""
    value = fields.get("settings")
    if value in (None, ""):
        return {}
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            fields.note("settings", f"is not JSON: {error}")
            return {}
    if not isinstance(value, dict):
        fields.note("settings", "is not an object")
        return {}
    flaw = _flaw_within(value)
    if flaw:
        fields.note("settings", flaw)
    return value


def _flaw_within(value: Any) -> str | None:
    """The first text at any depth that Postgres would refuse."""
    if isinstance(value, str):
        return text_flaw(value)
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        return next((flaw for item in value if (flaw := _flaw_within(item))), None)
    return None
