"""docs/linting.md has every check, with its severity, and no other."""

import re
from pathlib import Path

from app.config import PROJECT_FOLDER
from app.linting.linter import all_rules

PAGE = Path(PROJECT_FOLDER) / "docs" / "linting.md"


def test_the_table_of_checks_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning|note) \|", PAGE.read_text(), re.MULTILINE)
    assert rows == [(rule.code, rule.severity) for rule in all_rules()]
