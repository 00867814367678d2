"""The first pass: everything is read and looked at, without the database."""

from dataclasses import dataclass

from app.imports.census import Census
from app.imports.plan import ImportOptions, Plan, make_plan
from app.imports.problems import ProblemLog
from app.imports.progress import ProgressReport
from app.imports.stream import read_plan


@dataclass(frozen=True)
class Checked:
    """A plan whose files have been read once. Where the log has problems, it cannot be loaded."""

    plan: Plan
    census: Census
    log: ProblemLog


def check(options: ImportOptions, progress: ProgressReport) -> Checked:
    """Read all rows and collect all that is wrong, in memory that grows by some hundred bytes a row."""
    log, census = ProblemLog(), Census()
    plan = make_plan(options, log)
    for _ in read_plan(plan, census, log, progress, "Checking"):
        pass
    progress.end()
    return Checked(plan, census, log)
