"""Votes files, written as people write them."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import expit
from typer.testing import CliRunner, Result

from app.cli import cli

Vote = Mapping[str, Any]
STRENGTHS = {"ant": -0.8, "bee": -0.3, "cat": 0.2, "dog": 0.4, "eel": 0.9}


def made_up_votes(number: int, *, seed: int = 0, voters: int = 40) -> list[dict[str, Any]]:
    """Votes on five animals, of all four outcomes."""
    rng = np.random.default_rng(seed)
    names = list(STRENGTHS)
    votes = []
    for _ in range(number):
        a, b = (names[place] for place in rng.permutation(len(names))[:2])
        draw = rng.random()
        if draw < 0.2:
            winner = "tie"
        elif draw < 0.3:
            winner = "both_bad"
        else:
            winner = "model_a" if rng.random() < expit(STRENGTHS[a] - STRENGTHS[b]) else "model_b"
        votes.append({"model_a": a, "model_b": b, "winner": winner, "voter": f"v{rng.integers(voters)}"})
    return votes


def without_voters(votes: Sequence[Vote]) -> list[dict[str, Any]]:
    return [{name: value for name, value in vote.items() if name != "voter"} for vote in votes]


def write_csv(path: Path, rows: Sequence[Vote]) -> Path:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_jsonl(path: Path, rows: Sequence[Vote]) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def write_parquet(path: Path, rows: Sequence[Vote]) -> Path:
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
    return path


def rank(*words: object) -> Result:
    """`preferendum rank …`."""
    return CliRunner().invoke(cli, ["rank", *map(str, words)])


def board(*words: object) -> dict[str, Any]:
    """What `preferendum rank … --json` prints, which must have worked."""
    ran = rank(*words, "--json")
    assert ran.exit_code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def problem(*words: object) -> dict[str, Any]:
    """What `preferendum rank … --json` prints on stderr, which must have failed."""
    ran = rank(*words, "--json")
    assert ran.exit_code == 1, ran.output
    assert ran.stdout == ""
    found: dict[str, Any] = json.loads(ran.stderr)
    return found


def ratings(found: Mapping[str, Any]) -> dict[str, float]:
    return {entry["model"]: entry["rating"] for entry in found["entries"]}


def pair_counts(votes: Sequence[Vote]) -> list[dict[str, Any]]:
    """The same votes as one row for each pair in each orientation."""
    cells: dict[tuple[str, str], dict[str, Any]] = {}
    column = {"model_a": "a_wins", "model_b": "b_wins", "tie": "draws", "both_bad": "both_bad"}
    for vote in votes:
        pair = vote["model_a"], vote["model_b"]
        nothing = dict.fromkeys(column.values(), 0)
        row = cells.setdefault(pair, {"model_a": pair[0], "model_b": pair[1], **nothing})
        row[column[vote["winner"]]] += 1
    return list(cells.values())
