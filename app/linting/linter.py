"""Files in, a report out."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from app.errors import InvalidInputError
from app.linting.checks import CHECKS
from app.linting.checks.check import FileFacts
from app.linting.examining import Examination
from app.linting.files import FILE_RULES, open_file, require
from app.linting.log import Log
from app.linting.report import FileReport, Report, in_order
from app.linting.rules import Rule
from app.linting.shapes.rules import SHAPE_RULES

_ROWS_BETWEEN_REPORTS = 256


class Progress(Protocol):
    """Files come one after the other; each is named when it begins."""

    def begin(self, phase: str) -> None: ...

    def advance(self, rows: int, fraction: float) -> None: ...


def all_rules() -> tuple[Rule, ...]:
    return (*FILE_RULES, *SHAPE_RULES, *(rule for check in CHECKS for rule in check.rules))


def wanted_codes(only: Collection[str], ignore: Collection[str]) -> frozenset[str]:
    """The codes that are asked for. Raises InvalidInputError for one that there is not."""
    known = {rule.code for rule in all_rules()}
    unknown = sorted({*only, *ignore} - known)
    if unknown:
        raise InvalidInputError(f"There is no check {unknown[0]!r}. The checks are {', '.join(sorted(known))}.")
    return frozenset((set(only) or known) - set(ignore))


def lint_files(
    paths: Sequence[Path], progress: Progress, only: Collection[str] = (), ignore: Collection[str] = ()
) -> Report:
    """Look the files over, as one dataset. Raises UnreadableFileError where one cannot be opened."""
    wanted = wanted_codes(only, ignore)
    for path in paths:
        require(path)  # before an hour is spent on the first of them
    log = Log(wanted)
    checks = [check(log) for check in CHECKS if any(rule.code in wanted for rule in check.rules)]
    files, has_texts = [], False
    for number, path in enumerate(paths):
        progress.begin(f"Reading {path.name}")
        file = open_file(path)
        try:
            examination = Examination(number, file, log)
            for done, example in enumerate(examination.examples()):
                if done % _ROWS_BETWEEN_REPORTS == 0:
                    progress.advance(done, file.fraction())
                has_texts = has_texts or bool(example.texts)
                for check in checks:
                    check.see(example)
        finally:
            file.close()
        files.append(FileReport(path, file.kind, file.unit, examination.rows, dict(examination.shapes)))
    progress.begin("Comparing rows")
    facts = [FileFacts(file.path.name, file.unit, file.rows) for file in files]
    for check in checks:
        if has_texts or not check.needs_texts:
            check.finish(facts)
            continue
        for rule in check.rules:
            log.skip(rule, "the files hold no texts")
    skipped = dict(log.skipped)
    checked = tuple(rule for rule in all_rules() if rule.code in wanted and rule.code not in skipped)
    return Report(tuple(files), in_order(log.findings()), checked, skipped)
