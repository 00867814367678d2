"""A board and the command follow one rule for how many voters clustering takes."""

from pathlib import Path

import numpy as np
import pytest

from app.accounts.viewer import OPERATOR
from app.arenas.service import access_arena
from app.config import Settings
from app.db.engine import Database
from app.imports.check import check
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from app.leaderboards import repository, service
from app.ratings.clustered import FEWEST_VOTERS
from app.releases import service as releases
from tests.imports import rows as make
from tests.ranking_files.files import board, made_up_votes, rank, write_csv, write_jsonl


@pytest.mark.parametrize("voters", [8, 12])
async def test_the_export_of_an_arena_is_ranked_by_the_command_as_on_its_board(
    database: Database, settings: Settings, tmp_path: Path, voters: int
) -> None:
    votes = made_up_votes(240, seed=2, voters=voters)
    both_bad = {"both_bad": "tie (bothbad)"}
    rows = [
        make.arena_33k(number, **{**vote, "winner": both_bad.get(vote["winner"], vote["winner"])}, judge=vote["voter"])
        for number, vote in enumerate(votes)
    ]
    for row in rows:
        del row["voter"]
    checked = check(ImportOptions(file=write_jsonl(tmp_path / "battles.jsonl", rows)), Silent())
    async with database.session() as session:
        await import_checked(session, OPERATOR, Destination("zoo", "The zoo", open_it=True), checked, Silent())
    async with database.session() as session:
        arena = await access_arena(session, OPERATOR, "zoo", "export")
        asked = await releases.request_release(session, OPERATOR, arena, "raw-votes", "jsonl")
    await releases.write_release(database, settings, asked.id)
    await service.refresh_stale(database)
    async with database.read_session() as session:
        latest = await repository.latest_snapshot(session, arena.id)
        assert latest is not None
        stored = await repository.read_board(session, arena.id, latest.id)
    assert stored is not None

    found = board(releases.release_folder(settings, asked.id) / "raw-votes.jsonl")
    assert [entry["model"] for entry in found["entries"]] == [entry.model for entry in stored.entries]
    for mine, theirs in zip(found["entries"], stored.entries, strict=True):
        for name in ("rating", "rating_lower", "rating_upper"):
            assert mine[name] == pytest.approx(getattr(theirs, name), abs=1e-6)
        assert (mine["rank_upper"], mine["rank_lower"]) == (theirs.rank_upper, theirs.rank_lower)


def test_few_voters_count_as_independent_votes_unless_clustering_is_asked_for(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", made_up_votes(300, voters=FEWEST_VOTERS - 1))
    assert board(path) == board(path, "--intervals", "sandwich")
    assert board(path) != board(path, "--intervals", "clustered")
    assert "9 voters by the column voter: too few" in rank(path).stderr
    assert "too few" not in rank(path, "--intervals", "clustered").stderr
    enough = write_csv(tmp_path / "enough.csv", made_up_votes(300, voters=FEWEST_VOTERS))
    assert board(enough) == board(enough, "--intervals", "clustered")
    assert "too few" not in rank(enough).stderr


def test_a_bootstrap_of_few_voters_draws_votes(tmp_path: Path) -> None:
    votes = made_up_votes(300, voters=3)
    nobody = [{name: value for name, value in vote.items() if name != "voter"} for vote in votes]
    few = board(write_csv(tmp_path / "few.csv", votes), "--intervals", "bootstrap")
    plain = board(write_csv(tmp_path / "plain.csv", nobody), "--intervals", "bootstrap")
    for mine, theirs in zip(few["entries"], plain["entries"], strict=True):
        assert mine["rating_lower"] == pytest.approx(theirs["rating_lower"], abs=1e-9)
    assert np.isfinite(few["entries"][0]["rating_lower"])
