"""Making the registry say what a YAML file says. Applying a file a second time changes nothing."""

import re
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.viewer import Viewer
from app.config import Settings
from app.errors import ConflictError, InvalidInputError, PreferendumError
from app.model_registry import provider_service, repository, service
from app.model_registry.access import require_researcher
from app.model_registry.schemas import (
    ModelChange,
    ModelOut,
    ProviderChange,
    ProviderIn,
    ProviderOut,
    VersionChange,
    VersionIn,
)
from app.model_registry.tables import Provider
from app.model_registry.yaml_file import FileModel, FileProvider, FileVersion, Lines, RegistryFile, read_file

_PROVIDER_FIELDS = ("base_url", "credential_variable", "allow_private")
_LIMITS = (
    "input_price",
    "output_price",
    "daily_budget",
    "max_concurrency",
    "first_fragment_seconds",
    "whole_seconds",
    "state",
)
_FACTS = ("organisation", "licence", "link", "modalities", "aliases")


@dataclass(frozen=True)
class Change:
    """One thing that is added or changed, in words."""

    what: Literal["add", "change", "note"]
    words: str


@dataclass
class _Applying:
    session: AsyncSession
    viewer: Viewer
    settings: Settings
    lines: Lines
    changes: list[Change] = field(default_factory=list)

    def note(self, what: Literal["add", "change", "note"], words: str) -> None:
        self.changes.append(Change(what, words))

    def warn(self, provider: ProviderOut) -> None:
        if provider.warning is not None:
            self.note("note", f"provider {provider.name}: {provider.warning}")


async def apply_file(
    session: AsyncSession, viewer: Viewer, settings: Settings, text: str, *, dry_run: bool
) -> list[Change]:
    """What the file changes, in its order; empty where everything is as it says.

    A dry run does the same and takes it back, so what it says is what would be done. Raises InvalidInputError with the
    line of what cannot be, and then nothing is changed.
    """
    require_researcher(viewer, "manage")
    wanted, lines = read_file(text)
    applying = _Applying(session, viewer, settings, lines)
    async with session.begin_nested() as savepoint:
        await _apply(applying, wanted)
        if dry_run:
            await savepoint.rollback()
            session.expire_all()
    return applying.changes


async def _apply(applying: _Applying, wanted: RegistryFile) -> None:
    for number, provider in enumerate(wanted.providers):
        await _at(applying, ("providers", number), partial(_apply_provider, applying, provider))
    for number, model in enumerate(wanted.models):
        place = ("models", number)
        await _at(applying, place, partial(_apply_facts, applying, model))
        for position, version in enumerate(model.versions):
            await _at(
                applying,
                (*place, "versions", position),
                partial(_apply_version, applying, model, version),
            )


async def _at(applying: _Applying, place: tuple[str | int, ...], act: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do something that a part of the file asks for; whatever is wrong is told with the part's line."""
    try:
        await act()
    except PreferendumError as error:
        line = applying.lines.of(*place)
        problem = {"where": f"line {line}", "message": error.detail}
        raise InvalidInputError(f"Nothing was changed. line {line}: {error.detail}", [problem]) from error


async def _apply_provider(applying: _Applying, wanted: FileProvider) -> None:
    found = await repository.find_provider_by_name(applying.session, wanted.name)
    if found is None:
        new = ProviderIn(**wanted.model_dump())
        added = await provider_service.add_provider(applying.session, applying.viewer, applying.settings, new)
        applying.note(
            "add", f"provider {wanted.name} ({wanted.kind}{f', {wanted.base_url}' if wanted.base_url else ''})"
        )
        applying.warn(added)
        return
    if found.kind != wanted.kind or ("options" in wanted.model_fields_set and found.options != wanted.options):
        raise ConflictError(
            f"the provider {wanted.name} has another kind or other options, which shape answers and so never change. "
            "Declare one of another name."
        )
    await _change_provider(applying, found, wanted)


async def _change_provider(applying: _Applying, found: Provider, wanted: FileProvider) -> None:
    differing = _differences(found, wanted, _PROVIDER_FIELDS)
    if not differing:
        return
    loses = "base_url" in differing and found.credential is not None
    words = _in_words(found, differing)
    change = ProviderChange(**differing)
    after = await provider_service.change_provider(
        applying.session, applying.viewer, applying.settings, found.id, change
    )
    applying.note("change", f"provider {wanted.name}: {words}")
    applying.warn(after)
    if loses:
        applying.note(
            "note", f"provider {wanted.name}: its address is new, so its stored credential is removed. Set it again."
        )


async def _apply_facts(applying: _Applying, wanted: FileModel) -> None:
    found = await repository.find_model_by_name(applying.session, wanted.name)
    if found is None:
        if not wanted.versions:
            raise ConflictError(f"the model {wanted.name} is new and needs a version")
        await repository.add_model(applying.session, wanted.model_dump(exclude={"versions"}))
        applying.note("add", f"model {wanted.name}")
        return
    differing = _differences(found, wanted, _FACTS)
    if differing:
        words = _in_words(found, differing)
        await service.change_model(applying.session, applying.viewer, found.id, ModelChange(**differing))
        applying.note("change", f"model {wanted.name}: {words}")


async def _apply_version(applying: _Applying, model: FileModel, wanted: FileVersion) -> None:
    """Find the version that the file means, by label and shape; make the next of its label where none has the shape."""
    found = await repository.find_model_by_name(applying.session, model.name)
    assert found is not None
    known = await service.get_model(applying.session, applying.viewer, found.id)
    line = [version for version in known.versions if _is_successor(version.label, wanted.label)]
    same = next((version for version in reversed(line) if _has_shape(version, wanted)), None)
    if same is None:
        await _add_version(applying, found.id, known, wanted)
        return
    differing = _differences(same, wanted, _LIMITS)
    if differing:
        words = _in_words(same, differing)
        await service.change_version(applying.session, applying.viewer, same.id, VersionChange(**differing))
        applying.note("change", f"version {same.display_name}: {words}")


async def _add_version(applying: _Applying, model_id: uuid.UUID, known: ModelOut, wanted: FileVersion) -> None:
    taken = {version.label for version in known.versions}
    label = next(name for name in _labels(wanted.label) if name not in taken)
    new = VersionIn(**wanted.model_dump(exclude={"label", "state"}), label=label)
    added = await service.add_version(applying.session, applying.viewer, model_id, new)
    if wanted.state != "draft":
        await service.change_version(applying.session, applying.viewer, added.id, VersionChange(state=wanted.state))
    applying.note(
        "add", f"version {added.display_name} ({wanted.state}), served by {wanted.provider} as {wanted.served_as}"
    )
    if label != wanted.label:
        before = [version for version in known.versions if _is_successor(version.label, wanted.label)][-1]
        applying.note(
            "note",
            f"version {before.display_name} answers otherwise; it stays {before.state} until you retire it.",
        )


def _has_shape(version: Any, wanted: FileVersion) -> bool:
    shape = (wanted.provider, wanted.served_as, wanted.settings.stored())
    return bool((version.provider, version.served_as, version.settings) == shape)


def _labels(label: str) -> Any:
    """The label, and those that follow it: "v1", "v1.2", "v1.3"; "", "2", "3"."""
    yield label
    number = 2
    while True:
        yield f"{label}.{number}" if label else str(number)
        number += 1


def _is_successor(label: str, first: str) -> bool:
    """Whether `_labels` would come to this label."""
    return label == first or re.fullmatch(rf"{re.escape(first)}\." * bool(first) + r"[1-9]\d*", label) is not None


def _differences(present: Any, wanted: Any, names: Sequence[str]) -> dict[str, Any]:
    """What the file sets to another value than it has."""
    given = [name for name in names if name in wanted.model_fields_set]
    return {
        name: getattr(wanted, name) for name in given if _plain(getattr(present, name)) != _plain(getattr(wanted, name))
    }


def _in_words(present: Any, differing: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_word(getattr(present, name))} → {_word(value)}" for name, value in differing.items())


def _plain(value: Any) -> Any:
    """Lists and tuples are the same; so are an empty text and none."""
    return list(value) if isinstance(value, list | tuple) else (value or None if isinstance(value, str) else value)


def _word(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)
