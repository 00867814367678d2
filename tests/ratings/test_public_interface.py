"""What `app.ratings` hands out, and the examples of its page."""

import re
import subprocess
import sys
from pathlib import Path

import app.ratings

PAGE = Path(__file__).parents[2] / "docs" / "ratings-library.md"


def test_every_public_name_is_there_and_has_a_line() -> None:
    described = set(re.findall(r"^(\w+):", app.ratings.__doc__ or "", flags=re.MULTILINE))
    assert described == set(app.ratings.__all__)
    assert all(not isinstance(getattr(app.ratings, name), type(sys)) for name in app.ratings.__all__)
    assert set(app.ratings.__all__) <= set(dir(app.ratings))
    assert not hasattr(app.ratings, "glicko")


def test_the_examples_of_the_page_run_one_after_the_other() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) >= 6
    exec(compile("\n".join(blocks), str(PAGE), "exec"), {"__name__": "page"})


def test_the_core_does_not_load_what_ranking_a_file_does_without() -> None:
    program = "import sys, app.ratings; print(sorted(name for name in sys.modules if name.startswith('app.ratings.')))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=100)
    assert "app.ratings.bradley_terry" in ran.stdout
    for module in ("agreement", "plackett_luce", "influence", "overturning", "graded", "bounded_influence"):
        assert f"'app.ratings.{module}'" not in ran.stdout
