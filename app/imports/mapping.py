"""Foreign raw files through a small TOML file that says which column is what. docs/imports.md explains it."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.arenas.schemas import Winner
from app.errors import InvalidInputError
from app.imports.formats import neutral
from app.imports.formats.fields import Fields
from app.imports.formats.models_file import read_model_row
from app.imports.formats.shape import Outcome, Shape, renamed
from app.imports.formats.votes_file import read_vote_row
from app.imports.records import Faults, ImportedVote, ModelFacts


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OutputColumns(_Part):
    """The columns of one output: its model (by name, or by its id in the models file) and its text."""

    model: str
    text: str


class MatchupsMapping(_Part):
    file: str
    id: str
    prompt: str
    outputs: tuple[OutputColumns, ...] = Field(min_length=2)
    language: str | None = None
    tags: tuple[str, ...] = Field(default=(), description="Columns whose value becomes a tag of the prompt.")


class ModelsMapping(_Part):
    file: str
    id: str
    name: str
    organisation: str | None = None
    licence: str | None = None
    link: str | None = None


class VotesMapping(_Part):
    file: str
    matchup: str
    annotator: str
    winner: str
    winners: dict[str, Winner] = Field(description="What each value of the winner's column means.")
    cast_at: str | None = None
    kind: Literal["human", "judge", "simulated"] = "human"


class FileMapping(_Part):
    matchups: MatchupsMapping
    models: ModelsMapping | None = None
    votes: VotesMapping | None = None


def load_mapping(path: Path) -> FileMapping:
    try:
        return FileMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path.name} is not TOML: {error}") from error
    except ValidationError as error:
        flaws = [f"{'.'.join(map(str, flaw['loc']))}: {flaw['msg']}" for flaw in error.errors(include_url=False)]
        raise InvalidInputError(f"{path.name}: " + "; ".join(flaws)) from error


def model_reader(mapping: ModelsMapping) -> Callable[[Mapping[str, Any]], tuple[str, ModelFacts] | Faults]:
    """A pure function from a row of the models file to the model's id in the other files, and the model."""
    columns = {"model": mapping.name, "organisation": mapping.organisation, "licence": mapping.licence}
    named = {ours: theirs for ours, theirs in {**columns, "link": mapping.link}.items() if theirs}

    def read(row: Mapping[str, Any]) -> tuple[str, ModelFacts] | Faults:
        fields = Fields(row)
        key = fields.name(mapping.id)
        facts = renamed(read_model_row({ours: row.get(theirs) for ours, theirs in named.items()}), named)
        if isinstance(facts, list):
            return [*fields.faults, *facts]
        return fields.faults or (key, facts)

    return read


def matchup_shape(mapping: MatchupsMapping, models: Mapping[str, ModelFacts] | None) -> Shape:
    """The shape of the mapped file. models are those of the models file by id; None where rows carry names."""
    wanted = {mapping.id, mapping.prompt, *mapping.tags, *([mapping.language] if mapping.language else [])}
    wanted.update(column for output in mapping.outputs for column in (output.model, output.text))
    names = {"id": mapping.id, "prompt": mapping.prompt, "language": mapping.language or "language"}
    for place, output in enumerate(mapping.outputs):
        names[f"outputs[{place}].model"], names[f"outputs[{place}].text"] = output.model, output.text
    names.update({f"tags[{place}]": column for place, column in enumerate(mapping.tags)})

    def read(row: Mapping[str, Any]) -> Outcome:
        fields = Fields(row)
        outputs = [
            {"model": _model_name(fields, output.model, models), "text": row.get(output.text)}
            for output in mapping.outputs
        ]
        neutral_row = {
            "id": row.get(mapping.id),
            "prompt": row.get(mapping.prompt),
            "language": row.get(mapping.language) if mapping.language else None,
            "tags": [row.get(column) for column in mapping.tags if fields.has(column)],
            "outputs": outputs,
        }
        return fields.faults or renamed(neutral.read_row(neutral_row), names)

    return Shape("mapped", marks=(), columns=frozenset(wanted), read=read)


def _model_name(fields: Fields, column: str, models: Mapping[str, ModelFacts] | None) -> str:
    key = fields.name(column)
    if models is None:
        return key
    if key not in models:
        fields.note(column, f"is {key!r:.80}, which no row of the models file has as its id")
        return key
    return models[key].contestant.model


def vote_reader(mapping: VotesMapping) -> Callable[[Mapping[str, Any]], tuple[str, ImportedVote] | Faults]:
    """A pure function from a row of the votes file to the matchup's id and the vote."""
    names = {"matchup": mapping.matchup, "annotator": mapping.annotator, "winner": mapping.winner}
    if mapping.cast_at:
        names["cast_at"] = mapping.cast_at

    def read(row: Mapping[str, Any]) -> tuple[str, ImportedVote] | Faults:
        fields = Fields(row)
        said = fields.name(mapping.winner)
        if not fields.faults and said not in mapping.winners:
            fields.note(mapping.winner, f"is {said!r:.80}; the mapping's winners are {', '.join(mapping.winners)}")
        neutral_row = {ours: row.get(theirs) for ours, theirs in names.items()}
        neutral_row |= {"winner": mapping.winners.get(said), "kind": mapping.kind}
        return fields.faults or renamed(read_vote_row(neutral_row), names)

    return read
