"""The sections of a live arena's settings as a browser sends them: texts, and boxes that are not sent when not ticked.

Each reads itself off what is in force (`of`), so that a page shows the same form filled in or with what was typed.
"""

import math
import uuid
from dataclasses import fields
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from app.arenas.schemas import BattleKind, LiveProtocol, LiveSettings
from app.errors import InvalidInputError, PreferendumError
from app.live.pool import Place, Role
from app.sampling import POLICIES, policy_from

_WORDS = {
    "max_turns": "Questions in one battle",
    "kinds": "Kinds of battle",
    "system_prompt": "System prompt",
    "temperature": "Temperature",
    "top_p": "Top p",
    "max_tokens": "Most tokens",
    "consent_text": "Consent",
    "role": "Role",
    "weight": "Weight",
    "policy": "How pairs are drawn",
    "longest_prompt": "Longest question",
    "prompts_per_person": "Questions of one person",
    "prompts_per_address": "Questions from one address",
    "prompts_per_arena": "Questions to this arena",
    "leak_names": "Names that give a model away",
    "forbidden_words": "Forbidden words",
    "moderation_url": "Moderation endpoint",
    "moderation_variable": "Variable with its key",
    "tagging_version": "Model that tags prompts",
}
_COMPLAINTS = {
    "moderation_url": "an address that begins with https:// or http://, of at most 2,000 characters",
    "moderation_variable": "the name of a variable that begins with PREFERENDUM_CREDENTIAL_, in capital letters",
    "kinds": "choose at least one",
}
SETTINGS_OF_POLICIES = {
    "floor": "Floor",
    "minimum_exposure": "Battles until a model is no longer new",
    "boost": "Boost",
    "share": "Share for new models",
    "sharpness": "Sharpness",
}


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlaceForm(Form):
    role: Role = "contestant"
    weight: str = "1"

    def to_place(self) -> Place:
        return Place(role=self.role, weight=_number("Weight", self.weight))


class JoinForm(PlaceForm):
    versions: list[uuid.UUID] = []

    def to_place(self) -> Place:
        if not self.versions:
            raise InvalidInputError("Choose at least one model.")
        return super().to_place()


class BattlesForm(Form):
    max_turns: str = ""
    kinds: list[BattleKind] = []
    system_prompt: str = ""
    temperature: str = ""
    top_p: str = ""
    max_tokens: str = ""
    consent_text: str = ""

    @classmethod
    def of(cls, live: LiveProtocol) -> Self:
        return cls(
            max_turns=str(live.max_turns),
            kinds=list(live.kinds),
            system_prompt=live.system_prompt,
            temperature=_shown(live.temperature),
            top_p=_shown(live.top_p),
            max_tokens=str(live.max_tokens),
            consent_text=live.consent_text,
        )

    def to_protocol(self) -> LiveProtocol:
        return LiveProtocol(
            max_turns=_whole("Questions in one battle", self.max_turns),
            kinds=tuple(self.kinds),
            system_prompt=_plain(self.system_prompt),
            temperature=_optional("Temperature", self.temperature),
            top_p=_optional("Top p", self.top_p),
            max_tokens=_whole("Most tokens", self.max_tokens),
            consent_text=_plain(self.consent_text),
        )


class SamplingForm(Form):
    """What no field of the chosen policy is, is left out."""

    policy: str = "uniform"
    floor: str = ""
    minimum_exposure: str = ""
    boost: str = ""
    share: str = ""
    sharpness: str = ""

    @classmethod
    def of(cls, settings: LiveSettings) -> Self:
        """With the defaults of the other policies, so that to choose one of them needs no more."""
        values: dict[str, Any] = {}
        for policy in POLICIES.values():
            values |= policy().to_document()
        values |= policy_from(settings.policy).to_document()
        return cls(policy=values.pop("policy"), **{name: _shown(value) for name, value in values.items()})

    def to_change(self) -> dict[str, Any]:
        """Raises InvalidInputError with the policy's own words."""
        policy = POLICIES.get(self.policy)
        names = [field.name for field in fields(policy)] if policy else []
        given = {name: text for name in names if (text := getattr(self, name).strip())}
        document = {name: _number(SETTINGS_OF_POLICIES[name], text) for name, text in given.items()}
        try:
            return {"policy": policy_from({"policy": self.policy, **document}).to_document()}
        except ValueError as error:
            raise InvalidInputError(f"{_with_labels(str(error))}.") from error


class LimitsForm(Form):
    """moderation_variable is None where the form has no field for it: administrators alone may name one."""

    longest_prompt: str = ""
    prompts_per_person: str = ""
    prompts_per_address: str = ""
    prompts_per_arena: str = ""
    leak_names: str = ""
    forbidden_words: str = ""
    use_word_list: bool = False
    moderation_url: str = ""
    moderation_variable: str | None = None
    fail_open: bool = False
    tagging_version: str = ""

    @classmethod
    def of(cls, settings: LiveSettings) -> Self:
        return cls(
            longest_prompt=str(settings.longest_prompt),
            prompts_per_person=str(settings.prompts_per_person),
            prompts_per_address=str(settings.prompts_per_address),
            prompts_per_arena=str(settings.prompts_per_arena),
            leak_names="\n".join(settings.leak_names),
            forbidden_words="\n".join(settings.forbidden_words),
            use_word_list=settings.use_word_list,
            moderation_url=settings.moderation_url or "",
            moderation_variable=settings.moderation_variable or "",
            fail_open=settings.fail_open,
            tagging_version=str(settings.tagging_version or ""),
        )

    def to_change(self, present: LiveSettings) -> dict[str, Any]:
        """A new address takes the variable away, unless the form names one: see `arenas.moderation_endpoint`."""
        url = self.moderation_url.strip() or None
        variable = (self.moderation_variable or "").strip() or None
        if self.moderation_variable is None and url == present.moderation_url:
            variable = present.moderation_variable
        return {
            "longest_prompt": _whole("Longest question", self.longest_prompt),
            "prompts_per_person": _whole("Questions of one person", self.prompts_per_person),
            "prompts_per_address": _whole("Questions from one address", self.prompts_per_address),
            "prompts_per_arena": _whole("Questions to this arena", self.prompts_per_arena),
            "leak_names": _lines(self.leak_names),
            "forbidden_words": _lines(self.forbidden_words),
            "use_word_list": self.use_word_list,
            "moderation_url": url,
            "moderation_variable": variable,
            "fail_open": self.fail_open,
            "tagging_version": _version(self.tagging_version),
        }


class SuggestionsForm(Form):
    """Prompts as they are typed. A file may come beside it."""

    prompt_set: str = ""
    prompts: str = ""


def problem_in_words(error: ValidationError | PreferendumError) -> str:
    """The first thing that is wrong, with the name of its field on the page."""
    if isinstance(error, PreferendumError):
        return error.detail
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    said = first["msg"].removeprefix("Value error, ")
    complaint = _COMPLAINTS.get(name) or f"{said[:1].lower()}{said[1:]}"
    return f"{_WORDS[name]}: {complaint}." if name in _WORDS else f"{said[:1].upper()}{said[1:]}."


def _with_labels(said: str) -> str:
    """A policy's words with the label of the field in place of its name."""
    name, _, rest = said.partition(" ")
    return f"{SETTINGS_OF_POLICIES[name]} {rest}" if name in SETTINGS_OF_POLICIES else f"{said[:1].upper()}{said[1:]}"


def _number(label: str, text: str) -> float:
    """A number as people of either decimal sign write it."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidInputError(f"{label}: {_quoted(text)} is not a number.")
    return value


def _optional(label: str, text: str) -> float | None:
    return _number(label, text) if text.strip() else None


def _whole(label: str, text: str) -> int:
    try:
        return int(text.strip()[:20])
    except ValueError:
        raise InvalidInputError(f"{label}: {_quoted(text)} is not a whole number.") from None


def _version(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip()) if text.strip() else None
    except ValueError:
        raise InvalidInputError("The model that tags prompts must be one of the list.") from None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _plain(text: str) -> str:
    """With plain line ends, as it was before a browser sent it: otherwise to save it unchanged would be a change."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.strip() else ""


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else str(value)


def _quoted(text: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text.strip()[:60]}\N{RIGHT DOUBLE QUOTATION MARK}"
