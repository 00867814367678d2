"""What checks say while they look."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.linting.places import Place, Places
from app.linting.rules import Rule, Severity

Figure = str | int | float | None


@dataclass
class Finding:
    """One rule that is broken.

    summary: what is special about this file, in a sentence or two; may be empty
    figures: the numbers behind it, by name
    """

    rule: Rule
    severity: Severity
    places: Places = field(default_factory=Places)
    summary: str = ""
    figures: dict[str, Figure] = field(default_factory=dict)


class Log:
    """Collects findings of the rules that are asked for."""

    def __init__(self, wanted: Collection[str] | None = None) -> None:
        """wanted: the codes that are asked for; None for all."""
        self.wanted = wanted
        self.skipped: dict[str, str] = {}
        self._findings: dict[str, Finding] = {}

    def wants(self, rule: Rule) -> bool:
        return self.wanted is None or rule.code in self.wanted

    def has(self, rule: Rule) -> bool:
        """Whether it is broken anywhere."""
        return rule.code in self._findings

    def add(self, rule: Rule, place: Place) -> None:
        """A place where the rule is broken."""
        if self.wants(rule):
            self._finding(rule).places.add(place)

    def sum_up(
        self,
        rule: Rule,
        summary: str,
        figures: Mapping[str, Figure] | None = None,
        severity: Severity | None = None,
    ) -> None:
        """What the whole file says about a rule; makes it a finding, if it was none."""
        if self.wants(rule):
            finding = self._finding(rule)
            finding.summary = f"{finding.summary} {summary}".strip()
            finding.figures.update(figures or {})
            finding.severity = severity or finding.severity

    def skip(self, rule: Rule, reason: str) -> None:
        """That the rule could not be looked at in these files, and why."""
        if self.wants(rule):
            self.skipped[rule.code] = reason

    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings.values())

    def _finding(self, rule: Rule) -> Finding:
        return self._findings.setdefault(rule.code, Finding(rule, rule.severity))
