"""Files of nobody's standard: two answers under one of the usual names, or bare votes between two models."""

import re
from collections.abc import Collection

from app.linting.examples import Verdict, Vote
from app.linting.shapes.row import Row
from app.linting.shapes.shape import Content, Shape, pair
from app.linting.shapes.verdicts import annotator, first_shown, votes, winner
from app.ranking_files.columns import ITEM_COLUMNS, MODEL_COLUMNS

_STEMS = ("response", "output", "answer", "completion", "result", "text", "generation")
_ENDS = (("_a", "_b"), ("_1", "_2"), ("1", "2"), ("_x", "_y"), ("_0", "_1"))
ANSWERS = tuple((stem + ends[0], stem + ends[1]) for stem in _STEMS for ends in _ENDS)
_PROMPTS = ("prompt", "instruction", "question", "query", "text", "input", "problem")
_MODELS = (*MODEL_COLUMNS, ("model_1", "model_2"), ("model1", "model2"), ("model_x", "model_y"))
_ANNOTATOR = re.compile(r"annotator_?(\d+)")
_NUMBERED: dict[str, Verdict] = {"1": 0, "2": 1, "0": "tie"}


def answer_columns(columns: Collection[str]) -> tuple[str, str] | None:
    return next((both for both in ANSWERS if both[0] in columns and both[1] in columns), None)


def _read_pairs(row: Row) -> Content:
    columns = answer_columns(row.values)
    assert columns is not None  # the shape was told by them
    texts = row.text(columns[0], "answer"), row.text(columns[1], "answer")
    given = [row.values[name] for name in _PROMPTS if isinstance(row.values.get(name), str)]
    prompt = "\n\n".join(text for text in given if text) if given else None
    if prompt is not None:
        row.checked("prompt", prompt, "prompt")
    return Content(
        prompt=prompt, answers=pair(columns, texts, _models(row)), votes=_votes(row), first_shown=first_shown(row)
    )


def _read_votes(row: Row) -> Content:
    """What the votes are about is not told but by the models."""
    answers = pair(("model_a", "model_b"), ("", ""), _models(row))
    item = next((column for column in ITEM_COLUMNS if row.has(column)), None)
    prompt = None if item is None else row.name(item)
    return Content(prompt=prompt, answers=answers, has_texts=False, votes=_votes(row), first_shown=first_shown(row))


def _models(row: Row) -> tuple[str | None, str | None]:
    both = next((both for both in _MODELS if both[0] in row.values and both[1] in row.values), None)
    return (None, None) if both is None else (row.name(both[0]), row.name(both[1]))


def _votes(row: Row) -> tuple[Vote, ...]:
    """One column with a word, or a column for each annotator with 1, 2, or 0 for a tie."""
    if "winner" in row.values:
        return votes(winner(row), annotator(row)) if row.flag("anony", missing=True) else ()
    found = []
    for column, value in row.values.items():
        if _ANNOTATOR.fullmatch(column) and str(value) in _NUMBERED:
            found.append(Vote(column, _NUMBERED[str(value)]))
    return tuple(found)


PAIRS = Shape("pairs", frozenset(), _read_pairs)
VOTES = tuple(Shape("votes", frozenset({*both, "winner"}), _read_votes) for both in MODEL_COLUMNS)
