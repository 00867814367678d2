"""Real votes, and another implementation."""

import csv
import os
from pathlib import Path

import evalica
import numpy as np
import pytest

from app.db.engine import Database
from app.leaderboards import repository, service
from tests.leaderboards.ballots import ballot, cast, make_arena

DATA = os.environ.get("PREFERENDUM_TEST_DATA")
WINNERS = {"left": "model_a", "right": "model_b", "tie": "tie"}
EVALICA = {"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw}


@pytest.mark.skipif(DATA is None, reason="PREFERENDUM_TEST_DATA is not set: the llmfao votes are not here")
async def test_the_board_of_llmfao_agrees_with_evalica_to_a_hundredth_of_a_point(database: Database) -> None:
    with (Path(DATA or "") / "llmfao" / "crowd-comparisons.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    arena = await make_arena(database, "llmfao")
    await cast(
        database,
        arena,
        [
            ballot(row["left"], row["right"], WINNERS[row["winner"]], cast_at=None, source_row=number)
            for number, row in enumerate(rows)
        ],
    )
    written = await service.refresh(database, arena.id)
    assert written is not None
    async with database.read_session() as session:
        board = await repository.read_board(session, arena.id, written.id)
    assert board is not None

    theirs = evalica.bradley_terry(
        [row["left"] for row in rows],
        [row["right"] for row in rows],
        [EVALICA[row["winner"]] for row in rows],
        tolerance=1e-14,
        limit=100_000,
    ).scores
    points = 400 * np.log10(theirs)
    expected = 1000 + points - points.mean()

    assert written.votes == 8931
    assert [entry.model for entry in board.entries[:3]] == ["GPT 4", "Platypus-2 Instruct (70B)", "command"]
    assert all(entry.rating is not None for entry in board.entries)
    ours = {entry.model: entry.rating for entry in board.entries}
    assert max(abs(ours[model] - expected[model]) for model in expected.index) < 0.01
