"""Splits by prompt, and orders that make sense or do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.releases.formats import FORMATS
from app.releases.order import Order, check_order
from app.releases.splits import shares_of, split_of


@given(st.text(), st.sampled_from(["90/10", "50/50", "80/10/10", "1/98/1"]))
def test_a_prompt_is_in_one_split_however_it_is_spaced_and_cased(prompt: str, split: str) -> None:
    shares = shares_of(split)
    found = split_of(prompt, shares)
    assert found in shares
    for variant in (f"  {prompt}\n", prompt.replace(" ", "\t\n"), prompt.replace("a", "A")):
        assert split_of(variant, shares) == found


def test_prompts_fall_into_splits_by_their_shares() -> None:
    counts = dict.fromkeys(("train", "validation", "test"), 0)
    for number in range(5_000):
        counts[split_of(f"Question {number}?", shares_of("80/15/5"))] += 1
    assert abs(counts["train"] / 5_000 - 0.80) < 0.02
    assert abs(counts["validation"] / 5_000 - 0.15) < 0.02
    assert abs(counts["test"] / 5_000 - 0.05) < 0.01


def test_where_a_prompt_falls_never_changes() -> None:
    found = [split_of(prompt, shares_of("50/50")) for prompt in ("Hello", "Which dish?", "2 + 2", "")]
    assert found == ["train", "train", "test", "test"]


@pytest.mark.parametrize("split", ["90", "90/20", "100/0", "0/100", "a/b", "90/10/", "25/25/25/25", "90 / 10"])
def test_what_is_no_split_is_refused_in_words(split: str) -> None:
    with pytest.raises(InvalidInputError, match="no split"):
        check_order("raw-votes", "jsonl", (), set(), split=split)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_refused_as_a_kind_of_file_that_cannot_hold_it(name: str) -> None:
    for file_type in {"jsonl", "parquet", "csv", "arrow"} - set(FORMATS[name].file_types):
        with pytest.raises(InvalidInputError, match="cannot be written as"):
            check_order(name, file_type, (), set())
    for file_type in FORMATS[name].file_types:
        assert check_order(name, file_type, (), set()).file_type == file_type


def test_an_option_that_the_format_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no option of Raw votes"):
        check_order("raw-votes", "jsonl", (), set(), options=["margin"])


def test_a_format_of_several_files_is_neither_split_nor_compressed() -> None:
    for details in ({"split": "90/10"}, {"compressed": True}):
        with pytest.raises(InvalidInputError, match=r"Arena-Hard v2 is"):
            check_order("arena-hard", "jsonl", (), set(), **details)


@pytest.mark.parametrize(
    ("order", "name"),
    [
        (Order("raw-votes", "jsonl", ()), "raw-votes.jsonl"),
        (Order("raw-votes", "jsonl", (), compressed=True), "raw-votes.jsonl.gz"),
        (Order("raw-votes", "csv", (), compressed=True), "raw-votes.csv.gz"),
        (Order("raw-votes", "parquet", (), compressed=True), "raw-votes.parquet"),
    ],
)
def test_the_name_of_a_file_tells_its_kind_and_compression(order: Order, name: str) -> None:
    assert order.file_name() == name


def test_parquet_alone_is_compressed_where_nobody_says() -> None:
    assert check_order("raw-votes", "parquet", (), set()).compressed
    assert not check_order("raw-votes", "jsonl", (), set()).compressed
    assert not check_order("raw-votes", "parquet", (), set(), compressed=False).compressed
