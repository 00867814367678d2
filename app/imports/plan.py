"""Which files are read, and as what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import InvalidInputError
from app.imports.formats import FORMAT_NAMES, all_shapes, detect
from app.imports.formats.models_file import MODEL_COLUMNS, read_model_row
from app.imports.formats.pairs import PairOptions
from app.imports.formats.shape import Shape
from app.imports.formats.votes_file import VOTE_COLUMNS, read_vote_row
from app.imports.mapping import ModelsMapping, load_mapping, matchup_shape, model_reader, vote_reader
from app.imports.problems import ProblemLog
from app.imports.progress import Silent
from app.imports.readers import open_reader
from app.imports.reading import read_file
from app.imports.records import Contestant, Fault, Faults, ImportedVote, ModelFacts

VoteReader = Callable[[Mapping[str, Any]], tuple[str, ImportedVote] | Faults]


@dataclass(frozen=True)
class ImportOptions:
    """What the person asked for. Either file or mapping is given; folder is where the mapping's files are."""

    file: Path | None = None
    votes: Path | None = None
    models: Path | None = None
    mapping: Path | None = None
    folder: Path | None = None
    format: str | None = None
    pairs: PairOptions = field(default_factory=PairOptions)


@dataclass(frozen=True)
class Plan:
    """Files with a function for their rows. vote_columns None means all."""

    matchups: Path
    shape: Shape
    votes: Path | None = None
    read_vote: VoteReader = read_vote_row
    vote_columns: frozenset[str] | None = VOTE_COLUMNS
    models: Mapping[Contestant, ModelFacts] = field(default_factory=dict)


def make_plan(options: ImportOptions, log: ProblemLog) -> Plan:
    """Find out the shapes, and read the models, which are few."""
    if options.mapping is not None:
        return _mapped_plan(options, options.mapping, log)
    if options.file is None:
        raise InvalidInputError("Name the file of matchups, or a mapping that names it.")
    if options.folder is not None:
        raise InvalidInputError("--folder is where the files of a --mapping are; without one it has no meaning.")
    shape = _shape_of(options.file, options.format, options.pairs)
    models = _read_models(options.models, log) if options.models else {}
    return Plan(options.file, shape, options.votes, models=models)


def _mapped_plan(options: ImportOptions, path: Path, log: ProblemLog) -> Plan:
    if options.file or options.votes or options.models or options.format:
        raise InvalidInputError("A --mapping names the files itself: leave out FILE, --votes, --models and --format.")
    mapping = load_mapping(path)
    folder = options.folder or path.parent
    by_id = _mapped_models(folder / mapping.models.file, mapping.models, log) if mapping.models else None
    votes = mapping.votes
    return Plan(
        folder / mapping.matchups.file,
        matchup_shape(mapping.matchups, by_id),
        folder / votes.file if votes else None,
        vote_reader(votes) if votes else read_vote_row,
        vote_columns=None,
        models={facts.contestant: facts for facts in (by_id or {}).values()},
    )


def _read_models(path: Path, log: ProblemLog) -> dict[Contestant, ModelFacts]:
    models: dict[Contestant, ModelFacts] = {}
    for line, facts in read_file(path, read_model_row, MODEL_COLUMNS, log, Silent()):
        if facts.contestant in models:
            log.add(path, line, [("model", f"{facts.contestant} stands in this file twice")])
        models[facts.contestant] = facts
    return models


def _mapped_models(path: Path, mapping: ModelsMapping, log: ProblemLog) -> dict[str, ModelFacts]:
    models: dict[str, ModelFacts] = {}
    for line, (key, facts) in read_file(path, model_reader(mapping), None, log, Silent()):
        if key in models:
            log.add(path, line, [(mapping.id, f"{key} stands in this file twice")])
        models[key] = facts
    return models


def _shape_of(path: Path, name: str | None, pairs: PairOptions) -> Shape:
    """The shape that was asked for, or that the first row's columns tell."""
    shapes = all_shapes(pairs)
    if name is not None:
        named = next((shape for shape in shapes if shape.name == name), None)
        if named is None:
            raise InvalidInputError(f"There is no format {name}. There are: {', '.join(FORMAT_NAMES)}.")
        return named
    with open_reader(path) as reader:
        rows = reader.rows()
        first_fault: Fault | None = None
        first = next(rows, None)
        while isinstance(first, Fault):
            first_fault, first = first_fault or first, next(rows, None)
        columns = reader.columns or (tuple(first.values) if first else ())
    if first is None and first_fault is not None:
        what = " ".join(part for part in (first_fault.column, first_fault.reason) if part)
        raise InvalidInputError(f"{path.name}, line {first_fault.line}: {what}")
    shape = detect(columns, shapes)
    if shape is None:
        raise InvalidInputError(
            f"{path.name} has the columns {', '.join(columns) or '(none)'}, which are those of no known format. "
            f"Name one by --format ({', '.join(FORMAT_NAMES)}), or write a --mapping."
        )
    return shape
