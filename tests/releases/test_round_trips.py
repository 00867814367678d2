"""Every format: records to rows to files and back by the import, which finds all that the format can carry."""

import itertools
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings

from app.imports.formats.pairs import PairOptions
from app.imports.plan import ImportOptions, make_plan
from app.imports.problems import ProblemLog
from app.imports.progress import Silent
from app.imports.reading import read_matchups
from app.imports.records import BattleFacts, ImportedMatchup
from app.releases.formats import FORMATS, Converted, Format
from app.releases.order import Order
from app.releases.record import Exchange, VoteRecord
from app.releases.writers.folder import FolderWriter
from tests.releases import carried
from tests.releases.any_records import ODD, records
from tests.releases.arenas import text
from tests.releases.carried import Seen
from tests.releases.test_formats import record

Expected = Callable[[Sequence[VoteRecord]], Iterator[Seen]]
moderate = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


class Case(NamedTuple):
    """A format with options, the format that the import takes it for, and what must come back."""

    name: str
    shape: str
    expected: Expected
    options: tuple[str, ...] = ()
    normal: Callable[[Seen], Seen] = lambda one: one


def run_together(one: Seen) -> Seen:
    (question,), (answer_a,), (answer_b,) = (side[0] for side in one[:3])
    return one._replace(prompts=(("",),), answers_a=((question + answer_a,),), answers_b=((question + answer_b,),))


CASES = [
    Case("trl-preference", "trl-preference", carried.decided),
    Case("trl-preference", "trl-preference", lambda votes: carried.decided(votes, margin=True), ("margin",)),
    Case("trl-preference-plain", "trl-preference", lambda votes: carried.of_one_turn(carried.decided(votes))),
    Case("trl-preference-implicit", "trl-preference", carried.decided),
    Case(
        "trl-preference-implicit-plain",
        "trl-preference",
        lambda votes: carried.run_together(carried.decided(votes)),
        normal=run_together,
    ),
    Case("trl-unpaired", "trl-unpaired", carried.unpaired),
    Case("trl-unpaired", "trl-unpaired", lambda votes: carried.unpaired(votes, ties=True), ("ties",)),
    Case("trl-unpaired-plain", "trl-unpaired", lambda votes: carried.of_one_turn(carried.unpaired(votes))),
    Case("ranking", "ranking", lambda votes: carried.ranked(votes, tags=True), normal=carried.in_order),
    Case(
        "arena-33k",
        "arena-33k",
        lambda votes: carried.arena(votes, tags=False),
    ),
    Case("arena-55k", "arena-55k", carried.arena_55k),
    Case("arena-100k", "arena-100k", lambda votes: carried.arena(votes, tags=True)),
    Case("arena-140k", "arena-140k", lambda votes: carried.arena(votes, tags=True, form=carried.whole)),
    Case("ultrafeedback", "ultrafeedback", carried.decided),
    Case("helpsteer2", "helpsteer2", carried.helpsteer2),
    Case("helpsteer3", "helpsteer3", carried.helpsteer3),
    Case("anthropic-hh", "trl-preference", lambda votes: carried.without_marks(carried.decided(votes))),
    Case(
        "openassistant-trees",
        "openassistant-trees",
        lambda votes: carried.ranked(votes, tags=False),
        normal=carried.in_order,
    ),
    Case(
        "openassistant-flat",
        "openassistant-flat",
        lambda votes: carried.ranked(votes, tags=False),
        normal=carried.in_order,
    ),
    Case("arena-hard", "arena-hard", carried.arena_hard),
]
NAMES = ["-with-".join((case.name, *case.options)) for case in CASES]
TEXT_FILES = [
    pytest.param(case, file_type, id=f"{name}-{file_type}")
    for name, case in zip(NAMES, CASES, strict=True)
    for file_type in ("jsonl", "csv")
    if file_type in FORMATS[case.name].file_types
]
BINARY_FILES = [
    pytest.param(case, file_type, id=f"{name}-{file_type}")
    for name, case in zip(NAMES, CASES, strict=True)
    for file_type in ("parquet", "arrow")
    if file_type in FORMATS[case.name].file_types
]


def convert(form: Format, votes: Sequence[VoteRecord]) -> Iterator[Converted]:
    """As a release does it, group by group."""
    if form.group is None:
        return (form.to_rows([vote]) for vote in votes)
    return (form.to_rows(list(group)) for _, group in itertools.groupby(votes, form.group))


def write(folder: Path, order: Order, votes: Sequence[VoteRecord]) -> tuple[Path, int]:
    """Where the file or folder is, and how many votes are in it."""
    used = 0
    with FolderWriter(folder, order) as files:
        for made in convert(order.form, votes):
            used += made.dropped.count(None)
            for file, rows in made.rows.items():
                files.write(file, "", rows)
    return folder if order.form.parts else folder / order.file_name(), used


def read(path: Path, shape: str) -> list[ImportedMatchup]:
    """Read as the shape that the file is taken for, which must be this one; a binary file is slow to open twice."""
    log = ProblemLog()
    told = shape if path.suffix in (".parquet", ".arrow") else None
    pairs = PairOptions(chosen_by="human", strength_from_margin=True)
    plan = make_plan(ImportOptions(path, format=told, pairs=pairs), log)
    assert plan.shape.name == shape
    with closing(read_matchups(path, plan.shape, log, Silent())) as found:
        matchups = [matchup for _, matchups in found for matchup in matchups]
    assert log.kept == []
    return matchups


def round_trip(case: Case, file_type: str, votes: Sequence[VoteRecord], *, compressed: bool = False) -> None:
    expected = list(case.expected(votes))
    with tempfile.TemporaryDirectory() as folder:
        order = Order(case.name, file_type, (), compressed=compressed, options=case.options)
        path, used = write(Path(folder), order, votes)
        if used:
            found = [case.normal(carried.seen(matchup)) for matchup in read(path, case.shape)]
            assert Counter(found) == Counter(expected)
        else:
            assert expected == []
        if case.name not in ("ranking", "openassistant-trees", "openassistant-flat", "helpsteer3"):
            assert used == len(expected)


@pytest.mark.parametrize(("case", "file_type"), TEXT_FILES)
@moderate
@given(votes=records())
def test_what_a_format_can_carry_comes_back(case: Case, file_type: str, votes: Sequence[VoteRecord]) -> None:
    round_trip(case, file_type, votes)


def everything() -> list[VoteRecord]:
    """Votes of all winners and strengths on odd texts, of one and of two turns, the one of several blocks."""
    made = []
    for number, (odd, winner) in enumerate(itertools.product(ODD, ("model_a", "model_b", "tie", "both_bad"))):
        prompt = ODD.index(odd)
        greeting = Exchange([*text("Hello"), *text(odd)], text("Hi!"), text("Hi!"))
        last = Exchange(text(f"{prompt}{odd}"), text(f"{odd}Carbonara."), text(f"Amatriciana.{odd}"))
        made.append(
            record(
                battle_id=str(uuid.UUID(int=number)),
                prompt=str(uuid.UUID(int=prompt)),
                matchup=f"m-{prompt}",
                winner=winner,
                strength=(None, 1, 2, 3)[number % 4],
                prompt_tags=["math", "food"][: prompt % 3],
                turns=[greeting, last] if prompt % 2 else [last],
            )
        )
    return made


@pytest.mark.parametrize(("case", "file_type"), BINARY_FILES)
def test_it_comes_back_from_parquet_and_arrow_as_well(case: Case, file_type: str) -> None:
    round_trip(case, file_type, everything(), compressed=True)


def battle(record: VoteRecord) -> BattleFacts:
    return BattleFacts(
        battle_id=record.battle_id,
        repeat=record.repeat,
        source_row=record.source_row,
        side_order=record.side_order,
        sampler=record.sampler,
        propensity=record.propensity,
        shown_at=record.shown_at,
    )


@pytest.mark.parametrize("file_type", ["jsonl", "csv"])
@moderate
@given(votes=records())
def test_raw_votes_carry_everything(file_type: str, votes: Sequence[VoteRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, used = write(Path(folder), Order("raw-votes", file_type, (), compressed=True), votes)
        found = read(path, "raw-votes")
    assert used == len(found) == len(votes)
    for one, matchup in zip(votes, found, strict=True):
        [vote] = matchup.votes
        assert matchup.external_id == one.matchup
        assert carried.seen(matchup) == carried.whole(one)._replace(
            votes=((one.annotator, one.winner, "human", one.cast_at, one.strength),),
            language=one.prompt_language,
            tags=tuple(one.prompt_tags),
        )
        assert vote.battle == battle(one)


def test_every_format_has_a_round_trip() -> None:
    assert {case.name for case in CASES} | {"raw-votes"} == set(FORMATS)
