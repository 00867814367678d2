"""The report for people: what is worst first, where it is, and what to do."""

from collections import Counter
from itertools import islice

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from app.linting.log import Finding
from app.linting.places import NO_ROW, Place
from app.linting.report import FileReport, Report
from app.linting.rules import SEVERITIES

_SHOWN = 5
_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def show_report(console: Console, report: Report) -> None:
    for file in report.files:
        console.print(plain(_file_line(file)), style="bold", highlight=False)
    console.print()
    for finding in report.findings:
        _show_finding(console, report, finding)
    console.print(Text(_verdict(report), style="bold"))
    found = {finding.rule.code for finding in report.findings}
    silent = [rule.code for rule in report.checked if rule.code not in found]
    if silent:
        console.print(Text(f"Looked for, and not found: {', '.join(silent)}.", style="dim"))
    for reason in dict.fromkeys(report.skipped.values()):
        codes = ", ".join(code for code, why in report.skipped.items() if why == reason)
        console.print(Text(f"Not looked for: {codes} ({reason}).", style="dim"))


def _file_line(file: FileReport) -> str:
    shapes = [f"{name}" if len(file.shapes) == 1 else f"{name}: {rows:,}" for name, rows in file.shapes.items()]
    shown = ", ".join(shapes[:4]) + (f" and {len(shapes) - 4:,} more" if len(shapes) > 4 else "")
    return f"{file.path} · {file.kind} · {_count(file.rows, 'row')}" + (f" · {shown}" if shown else "")


def _show_finding(console: Console, report: Report, finding: Finding) -> None:
    rule, places = finding.rule, finding.places
    heading = Text.assemble((finding.severity, _STYLES[finding.severity]), " ", (rule.code, "bold"), f"  {rule.title}")
    if len(places):
        rows = places.rows()
        heading.append(f" ({_count(len(places), 'place')} in {_count(rows, 'row')})" if rows != len(places) else "")
        heading.append(f" ({_count(rows, 'row')})" if rows == len(places) else "")
    console.print(heading, highlight=False)
    if finding.summary:
        console.print(_indented(plain(finding.summary)), highlight=False)
    for place in islice(places, _SHOWN):
        console.print(_indented(plain(_where(report, place))), style="dim", highlight=False)
    if len(places) > _SHOWN:
        more = f"and {len(places) - _SHOWN:,} more; --json has all of them"
        console.print(_indented(Text(more)), style="dim")
    console.print(_indented(Text(f"Why it matters: {rule.why}")))
    console.print(_indented(Text(f"What to do: {rule.mend}")))
    console.print()


def _where(report: Report, place: Place) -> str:
    detail = ": ".join(part for part in (place.column, place.detail) if part)
    where = _row(report, place.file, place.row)
    if place.other_row != NO_ROW:
        where += f", compare {_row(report, place.other_file, place.other_row)}"
    return f"{where} · {detail}" if detail else where


def _row(report: Report, number: int, row: int) -> str:
    file = report.files[number]
    name = f"{file.path.name} " if len(report.files) > 1 else ""
    return f"{name}{file.unit} {row:,}" if row != NO_ROW else name.strip() or "the file"


def _verdict(report: Report) -> str:
    if not report.findings:
        return f"Nothing was found in {_count(sum(file.rows for file in report.files), 'row')}."
    counts = Counter(finding.severity for finding in report.findings)
    return ", ".join(_count(counts[severity], severity) for severity in SEVERITIES if counts[severity]) + "."


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _indented(words: Text) -> Padding:
    return Padding(words, (0, 0, 0, 2), expand=False)


def plain(words: str) -> Text:
    """Words that may quote a foreign file: no markup, and nothing that a terminal would obey."""
    return Text("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words))
