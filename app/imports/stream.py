"""All matchups and votes of a plan, in order, each with what only the rows together tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.imports.census import Census
from app.imports.plan import Plan
from app.imports.problems import ProblemLog
from app.imports.progress import ProgressReport
from app.imports.reading import read_file, read_matchups
from app.imports.records import ImportedMatchup, ImportedVote


@dataclass(frozen=True, slots=True)
class PlacedMatchup:
    """A matchup where it comes first."""

    line: int
    matchup: ImportedMatchup


@dataclass(frozen=True, slots=True)
class PlacedVote:
    """A vote with its place among those of the same annotator on the same matchup, and among all, from 1."""

    path: Path
    line: int
    matchup: str
    vote: ImportedVote
    repeat: int
    number: int


def read_plan(
    plan: Plan, census: Census, log: ProblemLog, progress: ProgressReport, verb: str
) -> Iterator[PlacedMatchup | PlacedVote]:
    """Yield in the order of the files. verb names the phases: "Checking", "Staging"."""
    progress.begin(f"{verb} {plan.matchups.name}")
    shape = plan.shape
    for line, matchups in read_matchups(plan.matchups, shape, log, progress):
        for matchup in matchups:
            is_new, flaw = census.add_matchup(matchup, may_repeat=shape.repeats_matchups)
            if flaw:
                log.add(plan.matchups, line, [("", flaw)])
                continue
            if is_new:
                yield PlacedMatchup(line, matchup)
            for vote in matchup.votes:
                yield from _placed(plan.matchups, line, matchup.external_id, vote, census, log)
    for line in census.lines_without_current():
        log.add(plan.matchups, line, [("current", "is true in no row of this battle, so its present vote is unknown")])
    if plan.votes is not None:
        progress.begin(f"{verb} {plan.votes.name}")
        for line, (matchup_id, vote) in read_file(plan.votes, plan.read_vote, plan.vote_columns, log, progress):
            if census.knows(matchup_id):
                yield from _placed(plan.votes, line, matchup_id, vote, census, log)
            else:
                log.add(plan.votes, line, [("", f"there is no matchup {matchup_id} in {plan.matchups.name}")])


def _placed(
    path: Path, line: int, matchup: str, vote: ImportedVote, census: Census, log: ProblemLog
) -> Iterator[PlacedVote]:
    repeat, flaw = census.add_vote(matchup, vote, line)
    if flaw:
        log.add(path, line, [("", flaw)])
    else:
        yield PlacedVote(path, line, matchup, vote, repeat, census.votes)
