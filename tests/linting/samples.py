"""Sound rows, of which each test spoils some, and what the linter says of them."""

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.linting.linter import lint_files
from app.linting.log import Finding
from app.linting.report import Report

Rows = list[dict[str, Any]]
_WORDS = (
    "river table music number garden window history science travel kitchen winter market letter engine forest island "
    "planet bridge camera doctor theatre village weather harbour library museum painter teacher farmer soldier "
    "mountain machine language colour summer morning evening paper silver copper"
)


class Quiet:
    """Progress that nobody watches."""

    def begin(self, phase: str) -> None: ...

    def advance(self, rows: int, fraction: float) -> None: ...


def words(seed: object, number: int) -> str:
    chooser = random.Random(str(seed))
    return " ".join(chooser.choice(_WORDS.split()) for _ in range(number))


def preferences(number: int) -> Rows:
    """TRL, explicit prompt, plain: different prompts, answers of like length, none of which is wrong."""
    return [
        {
            "prompt": f"{words(('p', row), 12)}?",
            "chosen": f"{words(('c', row), 20 + (row * 7) % 11)}.",
            "rejected": f"{words(('r', row), 20 + (row * 5) % 11)}.",
        }
        for row in range(number)
    ]


def said(user: str, assistant: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]


def battles(number: int, annotators: int = 20, models: int = 5) -> Rows:
    """The arena's 100k shape: votes without a preference for a side, a length or a model."""
    chooser = random.Random(7)
    rows: Rows = []
    for row in range(number):
        model_a, model_b = chooser.sample([f"gribble-{number}" for number in range(models)], 2)
        prompt = f"{words(('p', row), 12)}?"
        rows.append(
            {
                "question_id": f"q{row}",
                "model_a": model_a,
                "model_b": model_b,
                "winner": chooser.choice(["model_a", "model_b", "model_a", "model_b", "tie", "tie (bothbad)"]),
                "judge_hash": f"annotator-{row % annotators}",
                "conversation_a": said(prompt, words(("a", row), 25)),
                "conversation_b": said(prompt, words(("b", row), 25)),
            }
        )
    return rows


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def lint(*paths: Path, **options: Any) -> Report:
    return lint_files(paths, Quiet(), **options)


def found(report: Report) -> dict[str, list[int]]:
    """Rows by code."""
    return {one.rule.code: [place.row for place in one.places] for one in report.findings}


def lint_rows(folder: Path, rows: Iterable[Mapping[str, Any]], **options: Any) -> dict[str, list[int]]:
    return found(lint(write(folder / "file.jsonl", rows), **options))


def finding(report: Report, code: str) -> Finding:
    return next(one for one in report.findings if one.rule.code == code)
