"""Providers, models and versions as a browser sends them: texts, of which an empty one says nothing."""

from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from app.errors import PreferendumError
from app.model_registry.schemas import (
    Modality,
    ModelChange,
    ModelIn,
    ProviderChange,
    ProviderIn,
    ProviderKind,
    VersionChange,
    VersionIn,
)
from app.model_registry.yaml_file import read_mapping

SAMPLING = ("system_prompt", "temperature", "top_p", "max_tokens", "seed")
_LIMITS = (
    "input_price",
    "output_price",
    "daily_budget",
    "max_concurrency",
    "first_fragment_seconds",
    "whole_seconds",
)


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class LimitsForm(Form):
    input_price: str = ""
    output_price: str = ""
    daily_budget: str = ""
    max_concurrency: str = "8"
    first_fragment_seconds: str = "30"
    whole_seconds: str = "180"

    def limits(self) -> dict[str, Any]:
        """Prices and budget may be none; the others keep their default where the field is empty."""
        given = {name: getattr(self, name).strip().replace(",", ".") for name in _LIMITS}
        money = {name: given[name] or None for name in _LIMITS[:3]}
        return money | {name: given[name] for name in _LIMITS[3:] if given[name]}

    def to_version_change(self) -> VersionChange:
        return VersionChange.model_validate(self.limits())


class VersionForm(LimitsForm):
    label: str = ""
    provider: str = ""
    served_as: str = ""
    system_prompt: str = ""
    temperature: str = ""
    top_p: str = ""
    max_tokens: str = ""
    seed: str = ""
    stop: str = ""
    extra: str = ""
    activate: bool = False

    def version(self) -> dict[str, Any]:
        sampling: dict[str, Any] = {name: value for name in SAMPLING if (value := getattr(self, name).strip())}
        stops = [line for line in self.stop.splitlines() if line]
        extra = read_mapping(self.extra)
        return {
            "label": self.label,
            "provider": self.provider,
            "served_as": self.served_as,
            "settings": sampling | {"stop": stops, "extra": extra},
            "state": "active" if self.activate else "draft",
            **self.limits(),
        }

    def to_version(self) -> VersionIn:
        return VersionIn.model_validate(self.version())


class FactsForm(Form):
    organisation: str = ""
    licence: str = ""
    link: str = ""
    modalities: list[Modality] = []
    aliases: str = ""

    def facts(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation.strip() or None,
            "licence": self.licence.strip() or None,
            "link": self.link.strip() or None,
            "modalities": self.modalities or ["text"],
            "aliases": [line.strip() for line in self.aliases.splitlines() if line.strip()],
        }

    def to_model_change(self) -> ModelChange:
        return ModelChange.model_validate(self.facts())


class ModelForm(FactsForm, VersionForm):
    name: str = ""

    def to_model(self) -> ModelIn:
        return ModelIn.model_validate({"name": self.name, **self.facts(), "version": self.version()})


class ProviderForm(Form):
    name: str = ""
    kind: ProviderKind = "openai"
    base_url: str = ""
    options: str = ""
    credential: SecretStr = SecretStr("")
    credential_variable: str = ""
    allow_private: bool = False

    def to_provider(self, options: dict[str, Any]) -> ProviderIn:
        return ProviderIn.model_validate(
            {
                "name": self.name,
                "kind": self.kind,
                "base_url": self.base_url.strip() or None,
                "options": options,
                "credential": self.credential if self.credential.get_secret_value().strip() else None,
                "credential_variable": self.credential_variable.strip() or None,
                "allow_private": self.allow_private,
            }
        )


class AddressForm(Form):
    base_url: str = ""
    allow_private: bool = False

    def to_change(self) -> ProviderChange:
        return ProviderChange.model_validate(
            {"base_url": self.base_url.strip() or None, "allow_private": self.allow_private}
        )


class CredentialForm(Form):
    credential: SecretStr = SecretStr("")
    credential_variable: str = ""
    remove: bool = False

    def to_change(self) -> ProviderChange:
        given: dict[str, Any] = {"remove_credential": self.remove}
        if self.credential.get_secret_value().strip():
            given["credential"] = self.credential
        if self.credential_variable.strip():
            given["credential_variable"] = self.credential_variable.strip()
        return ProviderChange.model_validate(given)


def problem_in_words(error: ValidationError | PreferendumError) -> str:
    """The first thing that is wrong, with the name of its field."""
    if isinstance(error, PreferendumError):
        return error.detail
    first = error.errors()[0]
    where = " ".join(str(part).replace("_", " ") for part in first["loc"] if isinstance(part, str))
    words = first["msg"].removeprefix("Value error, ")
    return f"{where.removeprefix('version ').removeprefix('settings ')}: {words}" if where else words
