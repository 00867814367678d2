"""What a run found, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.linting.log import Finding
from app.linting.places import NO_ROW, Place
from app.linting.rules import Rule, Severity, worst_first

VERSION = 1
"""Of the JSON document. Keys may be added under a version; none goes or changes its meaning."""


@dataclass(frozen=True)
class FileReport:
    """One file: what it is, and how many rows of it were read. shapes: how many rows are of which."""

    path: Path
    kind: str
    unit: str
    rows: int
    shapes: dict[str, int]


@dataclass(frozen=True)
class Report:
    """findings: worst first. checked: the rules that were looked at. skipped: those that could not be, and why."""

    files: tuple[FileReport, ...]
    findings: tuple[Finding, ...]
    checked: tuple[Rule, ...]
    skipped: dict[str, str]

    def worst(self) -> Severity | None:
        return self.findings[0].severity if self.findings else None

    def fails_at(self, level: Severity) -> bool:
        """Whether something is as bad as the level, or worse."""
        worst = self.worst()
        return worst is not None and worst_first(worst) <= worst_first(level)

    def document(self) -> dict[str, Any]:
        """What --json prints; docs/linting.md has its keys."""
        return {
            "version": VERSION,
            "files": [
                {
                    "name": str(file.path),
                    "kind": file.kind,
                    "rows_are": f"{file.unit}s",
                    "rows": file.rows,
                    "shapes": file.shapes,
                }
                for file in self.files
            ],
            "findings": [self._finding(finding) for finding in self.findings],
            "checked": [rule.code for rule in self.checked],
            "skipped": self.skipped,
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        return {
            "code": finding.rule.code,
            "severity": finding.severity,
            "title": finding.rule.title,
            "why": finding.rule.why,
            "mend": finding.rule.mend,
            "summary": finding.summary,
            "figures": finding.figures,
            "count": len(finding.places),
            "places": [self._place(place) for place in finding.places],
        }

    def _place(self, place: Place) -> dict[str, Any]:
        """Without keys for what there is not."""
        found: dict[str, Any] = {"file": self._name(place.file)}
        if place.row != NO_ROW:
            found["row"] = place.row
        if place.column:
            found["column"] = place.column
        if place.detail:
            found["detail"] = place.detail
        if place.other_row != NO_ROW:
            found["other"] = {"file": self._name(place.other_file), "row": place.other_row}
        return found

    def _name(self, number: int) -> str:
        return str(self.files[number].path)


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Worst first, and of one severity what is in most rows."""
    return tuple(sorted(findings, key=lambda one: (worst_first(one.severity), -len(one.places), one.rule.code)))
