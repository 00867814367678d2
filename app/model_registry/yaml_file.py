"""A registry written down in YAML: read strictly, so that every problem is told with its line."""

from collections.abc import Sequence
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from app.errors import InvalidInputError
from app.model_registry.schemas import (
    Address,
    Label,
    Limits,
    ModelFacts,
    Name,
    Options,
    ProviderKind,
    Shape,
    Strict,
    Variable,
    VersionState,
)

MOST_CHARACTERS = 300_000
_DEEPEST = 20
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class FileProvider(Strict):
    """A provider without its credential, which has no place in a file that is passed on."""

    name: Name
    kind: ProviderKind
    base_url: Address | None = None
    options: Options = Field(default_factory=dict)
    credential_variable: Variable | None = None
    allow_private: bool = False


class FileVersion(Limits, Shape):
    label: Label = ""
    state: VersionState = "draft"


class FileModel(ModelFacts):
    name: Name
    versions: tuple[FileVersion, ...] = ()

    @model_validator(mode="after")
    def _tells_versions_apart(self) -> Self:
        _refuse_repeated("label", [version.label for version in self.versions])
        return self


class RegistryFile(Strict):
    """What is left out of the file stays as it is: nothing is ever removed by one."""

    providers: tuple[FileProvider, ...] = ()
    models: tuple[FileModel, ...] = ()

    @model_validator(mode="after")
    def _names_each_thing_once(self) -> Self:
        _refuse_repeated("provider", [provider.name for provider in self.providers])
        _refuse_repeated("model", [model.name for model in self.models])
        return self


class Lines:
    """Where in the file each value stands."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._root = root

    def of(self, *path: str | int) -> int:
        """The line, from 1, of what stands at the path, or of the nearest thing around it."""
        node, line = self._root, 1 if self._root is None else self._root.start_mark.line + 1
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line


class _Loader(yaml.CSafeLoader):
    """A label such as 2026-11-01 is a text, and no date."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own interface)
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read_file(text: str) -> tuple[RegistryFile, Lines]:
    """Raises InvalidInputError that names every problem with its line."""
    content, lines = _read(text)
    try:
        return RegistryFile.model_validate({} if content is None else content), lines
    except ValidationError as error:
        problems = [(lines.of(*found["loc"]), _in_words(found)) for found in error.errors()]
        raise _refusal(problems) from error


def read_mapping(text: str) -> dict[str, Any]:
    """A few keys with their values, as a form has them. Raises InvalidInputError."""
    content, _ = _read(text)
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise InvalidInputError("The options are written one a line, each as name: value.")
    return content


def _read(text: str) -> tuple[Any, Lines]:
    if len(text) > MOST_CHARACTERS:
        raise InvalidInputError(f"The file is longer than {MOST_CHARACTERS:,} characters. Split it.")
    try:
        _refuse_what_runs_away(text)
        root = yaml.compose(text, Loader=_Loader)
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 (built on the safe loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refusal([(line, f"this is not YAML: {error.problem or error.context}")]) from error
    except (yaml.YAMLError, ValueError) as error:  # such as a control character, or a number that is none
        raise _refusal([(1, f"this is not YAML: {error}")]) from error
    _refuse_repeated_keys(root)
    return content, Lines(root)


def _in_words(found: Any) -> str:
    place = ".".join(str(part) for part in found["loc"] if isinstance(part, str))
    match found["type"]:
        case "extra_forbidden" if found["loc"][-1] == "credential":
            return "credentials do not belong in a file: set it on the provider's page, or name a credential_variable"
        case "extra_forbidden":
            return f"unknown key {found['loc'][-1]!r}"
        case "missing":
            return f"{place} is missing"
        case "string_type":
            return f"{place}: should be a text; put it in quotes"
    return f"{place}: {found['msg'].removeprefix('Value error, ')}" if place else str(found["msg"])


def _refusal(problems: Sequence[tuple[int, str]]) -> InvalidInputError:
    told = [f"line {line}: {words}" for line, words in problems]
    errors = [{"where": f"line {line}", "message": words} for line, words in problems]
    return InvalidInputError("Nothing was changed. " + "; ".join(told) + ".", errors)


def _refuse_what_runs_away(text: str) -> None:
    """Aliases can make a short file endless, and depth can exhaust the stack of those who read on."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _refusal([(line, "anchors and aliases (& and *) are not read; write the values out")])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise _refusal([(line, "nested too deeply")])


def _refuse_repeated_keys(node: yaml.Node | None) -> None:
    """YAML lets the last one win without a word."""
    if isinstance(node, yaml.MappingNode):
        seen = set[str]()
        for key, value in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise _refusal([(key.start_mark.line + 1, f"the key {key.value!r} stands here a second time")])
            seen.add(str(key.value))
            _refuse_repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item)


def _refuse_repeated(what: str, names: Sequence[str]) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise ValueError(f"the {what} {name!r} is declared twice")
        seen.add(name)


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item.start_mark.line + 1, item
    return None
