"""`preferendum rank` needs neither the web framework nor the database, and does not wait for them."""

import json
import subprocess
import sys
from pathlib import Path

from tests.ranking_files.files import made_up_votes, write_csv

PROGRAM = """
import json, sys
from app.cli import main
sys.argv = ["preferendum", "rank", sys.argv[1], "--json"]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps(loaded), file=sys.stderr)
"""


def test_ranking_a_file_loads_no_web_framework_and_no_database(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "votes.csv", made_up_votes(50))
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True, timeout=100
    )
    assert json.loads(ran.stdout)["votes"] == 50
    loaded = set(json.loads(ran.stderr))
    assert not loaded & {"fastapi", "starlette", "sqlalchemy", "psycopg", "jinja2", "alembic", "altair"}
    assert {"numpy", "pyarrow"} <= loaded


def test_a_problem_ends_the_program_with_1_and_a_wrong_option_with_2(tmp_path: Path) -> None:
    def ended(*words: str) -> int:
        command = [sys.executable, "-m", "app", "rank", *words]
        return subprocess.run(command, capture_output=True, check=False, timeout=100).returncode

    path = str(write_csv(tmp_path / "votes.csv", made_up_votes(50)))
    assert ended(path) == 0
    assert ended(str(tmp_path / "missing.csv")) == 1
    assert ended(path, "--method", "glicko") == 2
