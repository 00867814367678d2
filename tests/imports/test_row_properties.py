"""What holds for every row, sound or not, of every shape."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.imports.census import Census, content_hash
from app.imports.formats import all_shapes
from app.imports.formats.models_file import MODEL_COLUMNS, read_model_row
from app.imports.formats.pairs import PairOptions
from app.imports.formats.shape import Shape
from app.imports.formats.votes_file import VOTE_COLUMNS, read_vote_row
from app.imports.records import ImportedMatchup
from tests.imports import rows as make

SHAPES = {shape.name: shape for shape in all_shapes(PairOptions(chosen_by="human"))}
SOUND = {
    "neutral": make.neutral,
    "arena-33k": make.arena_33k,
    "arena-55k": make.arena_55k,
    "arena-100k": make.arena_100k,
    "arena-140k": make.arena_140k,
    "trl-preference": make.trl_preference,
    "raw-votes": make.raw_vote,
    "trl-unpaired": make.trl_unpaired,
    "ultrafeedback": make.ultrafeedback,
    "helpsteer2": make.helpsteer2,
    "helpsteer3": make.helpsteer3,
    "ranking": make.ranking,
    "openassistant-flat": make.openassistant_flat,
    "openassistant-trees": make.openassistant_tree,
    "arena-hard": make.arena_hard,
}

unhurried = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Anything that JSON, CSV or Parquet can hold, NULs and halves of surrogate pairs among it.
texts = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    ["", "tie", "model_a", "[]", "[{}]", "1", "user"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.datetimes()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "model", "winner"]) | texts, inner, max_size=4
        )
    ),
    max_leaves=12,
)
plain = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
names = plain.map(str.strip).filter(bool)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@unhurried
@given(data=st.data())
def test_any_row_is_either_matchups_or_reasons(shape: Shape, data: st.DataObject) -> None:
    assert shape.columns is not None
    row = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(shape.columns), values)))
    outcome = shape.read(row)
    assert outcome or outcome == ()
    if isinstance(outcome, list):
        assert all(column is not None and reason for column, reason in outcome)


@pytest.mark.parametrize("name", SHAPES)
@unhurried
@given(data=st.data())
def test_a_sound_row_with_one_strange_value_is_either_matchups_or_reasons(name: str, data: st.DataObject) -> None:
    row = SOUND[name]()
    column = data.draw(st.sampled_from(sorted(row)))
    outcome = SHAPES[name].read(row | {column: data.draw(values)})
    if isinstance(outcome, list):
        assert {found.split("[")[0].split(".")[0] for found, _ in outcome} <= {*row, "winner_model_a", "conversation_b"}
    else:
        for matchup in outcome:
            _is_storable(matchup)


@unhurried
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(VOTE_COLUMNS), values)))
def test_any_row_of_a_votes_file_is_a_vote_or_reasons(row: dict[str, Any]) -> None:
    assert read_vote_row(row)


@unhurried
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(MODEL_COLUMNS), values)))
def test_any_row_of_a_models_file_is_a_model_or_reasons(row: dict[str, Any]) -> None:
    assert read_model_row(row)


@unhurried
@given(
    st.lists(st.tuples(plain, plain, plain), min_size=1, max_size=4).filter(lambda turns: turns[0][0].strip() != ""),
    st.lists(names, min_size=3, max_size=3, unique=True),
)
def test_texts_arrive_as_they_were(turns: list[tuple[str, str, str]], named: list[str]) -> None:
    row = {
        "id": named[0],
        "prompt": [{"role": "user", "content": prompt} for prompt, _, _ in turns],
        "outputs": [
            {"model": named[1], "text": [answer for _, answer, _ in turns]},
            {"model": named[2], "text": [answer for _, _, answer in turns]},
        ],
    }
    outcome = SHAPES["neutral"].read(json.loads(json.dumps(row)))
    assert isinstance(outcome, tuple), outcome
    [matchup] = outcome
    assert matchup.prompts == tuple((prompt,) for prompt, _, _ in turns)
    assert matchup.answers_a == tuple((answer,) for _, answer, _ in turns)
    assert matchup.answers_b == tuple((answer,) for _, _, answer in turns)


@unhurried
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_repeats_count_up_from_nought_for_each_annotator_and_matchup(votes: list[tuple[int, int]]) -> None:
    census = Census()
    vote = SHAPES["arena-33k"].read(make.arena_33k())
    assert isinstance(vote, tuple)
    found: dict[tuple[int, int], list[int]] = {}
    for matchup, annotator in votes:
        [placed] = SHAPES["arena-33k"].read(make.arena_33k(judge=f"n{annotator}"))
        assert isinstance(placed, ImportedMatchup)
        repeat, flaw = census.add_vote(f"m{matchup}", placed.votes[0], 1)
        assert flaw is None
        found.setdefault((matchup, annotator), []).append(repeat)
    assert all(repeats == list(range(len(repeats))) for repeats in found.values())


@unhurried
@given(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]))
def test_only_the_same_content_has_the_same_hash(pair: tuple[str, str]) -> None:
    def hash_of(first: str) -> bytes:
        [matchup] = SHAPES["neutral"].read(make.neutral(prompt=first))
        assert isinstance(matchup, ImportedMatchup)
        return content_hash(matchup)

    assert hash_of(pair[0]) == hash_of(pair[0]) != hash_of(pair[1])


def _is_storable(matchup: ImportedMatchup) -> None:
    for name in (
        matchup.external_id,
        str(matchup.model_a),
        str(matchup.model_b),
        *matchup.tags,
        matchup.language or "",
    ):
        assert "\0" not in name
        assert len(name.encode()) < 2700
    for messages in (matchup.prompts, matchup.answers_a, matchup.answers_b):
        for blocks in messages:
            for text in blocks:
                assert "\0" not in text
                text.encode()
    assert matchup.model_a != matchup.model_b
    assert len(matchup.prompts) == len(matchup.answers_a) == len(matchup.answers_b) > 0
