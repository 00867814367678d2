import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from app.ratings import words
from app.ratings.words import encode

TEXTS = ["owl", "elk", "owl", "a longer name than the rest", "ärger", "elk", "owl", "yak"] * 40


def decoded(column: object) -> list[object]:
    coded = encode(column)  # type: ignore[arg-type]
    return [coded.distinct[code] for code in coded.codes]


@pytest.mark.parametrize(
    "column",
    [
        TEXTS,
        tuple(TEXTS),
        np.array(TEXTS),
        np.array(TEXTS, dtype=object),
        # Each text an object of its own, as a reader of files makes them.
        np.array([bytes(text, "utf-8").decode() for text in TEXTS], dtype=object),
        np.array(TEXTS, dtype=np.dtypes.StringDType()),
        np.array([TEXTS, TEXTS], dtype=object).T[:, 1],
        np.array(TEXTS, dtype=object)[::-1][::-1],
        pa.array(TEXTS),
        pa.array(TEXTS, type=pa.large_string()),
        pa.array(["not this", *TEXTS])[1:],
        pa.array(TEXTS).dictionary_encode(),
        pa.chunked_array([TEXTS[:7], TEXTS[7:7], TEXTS[7:]]),
        pa.chunked_array([TEXTS[:7], TEXTS[7:]]).dictionary_encode(),
        pa.chunked_array([pa.array(TEXTS[:7]).dictionary_encode(), pa.array(TEXTS[7:]).dictionary_encode()]),
        pd.Series(TEXTS),
        pd.Series(TEXTS, dtype=object),
        pd.Series(TEXTS, dtype="category"),
        pd.Categorical(TEXTS),
    ],
    ids=lambda column: f"{type(column).__module__}.{type(column).__name__}",
)
def test_every_kind_of_column_is_coded_without_loss(column: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "ROWS_AT_ONCE", 13)
    assert decoded(column) == TEXTS
    assert sorted(encode(column).distinct) == sorted(set(TEXTS))  # type: ignore[arg-type]


def test_a_word_that_only_the_dictionary_has_is_not_in_the_column() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0, 2, 0], pa.int32()), ["owl", "elk", "yak"])
    assert encode(column).distinct == ["owl", "yak"]
    assert encode(pd.Categorical(["owl", "yak"], categories=["elk", "owl", "yak"])).distinct == ["owl", "yak"]  # type: ignore[arg-type]


def test_a_dictionary_that_has_a_word_twice_gives_it_one_code() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int32()), ["owl", "elk", "owl"])
    assert encode(column).codes.tolist() == [0, 1, 0]


@pytest.mark.parametrize("column", [[], np.array([], dtype=object), np.array([], dtype=str), pa.array([], pa.string())])
def test_no_rows_are_no_words(column: object) -> None:
    coded = encode(column)  # type: ignore[arg-type]
    assert (coded.codes.tolist(), coded.distinct) == ([], [])


@pytest.mark.parametrize("odd", [None, 7, ("owl", "elk"), b"owl", "\ud800"])
@pytest.mark.parametrize("shared", [True, False])
def test_what_is_no_word_is_passed_on_as_it_is(odd: object, shared: bool) -> None:
    texts = TEXTS if shared else [bytes(text, "utf-8").decode() for text in TEXTS]
    assert decoded([*texts, odd, "owl"]) == [*TEXTS, odd, "owl"]


def test_a_null_of_arrow_is_no_word() -> None:
    assert decoded(pa.array(["owl", None, "owl"])) == ["owl", None, "owl"]
    assert decoded(pa.array(["owl", None, "owl"]).dictionary_encode()) == ["owl", None, "owl"]


def test_a_table_is_no_column() -> None:
    with pytest.raises(ValueError, match="one-dimensional"):
        encode(np.array([["owl", "elk"]]))
