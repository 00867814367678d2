"""docs/exports.md names what there is, and its recipe for CSV is the right one."""

import csv
import re
from pathlib import Path

import pytest

from app.releases.formats import FORMATS
from app.releases.writers import WRITERS
from tests.releases.test_writers import ODD_TEXTS, write

TEXT = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_guide_names_every_format_kind_of_file_and_option() -> None:
    options = {option for form in FORMATS.values() for option in form.options}
    assert [name for name in (*FORMATS, *WRITERS) if f"`{name}`" not in TEXT and f"--type {name}" not in TEXT] == []
    assert [option for option in options if f"--with {option}" not in TEXT] == []


@pytest.mark.parametrize("text", [*ODD_TEXTS, "'=x", "''", "\r", "\uff0b", "'a", "-", "--", "'-'"])
def test_the_recipe_of_the_guide_undoes_what_csv_does_to_texts(text: str, tmp_path: Path) -> None:
    [pattern] = re.findall(r'name: re\.sub\(r"(.*?)", "", cell\)', TEXT)
    path = tmp_path / "x.csv"
    write(path, "csv", [[{"text": text, "number": 1}]])
    with path.open(newline="", encoding="utf-8") as file:
        assert [re.sub(pattern, "", row["text"]) for row in csv.DictReader(file)] == [text]
