"""`preferendum models`."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from structlog.testing import capture_logs
from typer.testing import CliRunner

from app.cli import cli
from app.errors import InvalidInputError, NotFoundError
from app.model_registry.addresses import NAME_IS_UNKNOWN
from app.model_registry.commands import print_versions
from app.model_registry.schemas import VersionOut
from app.providers import addresses
from tests.model_registry.registering import add_model, add_provider
from tests.model_registry.test_yaml_file import FILE
from tests.people import Person

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "models.yaml"
Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(test_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PREFERENDUM_DATABASE_URL", test_url)
    monkeypatch.setenv("PREFERENDUM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    async def invoke(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ["models", *words])

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "models.yaml"
    written.write_text(FILE)
    return written


async def test_a_file_is_planned_applied_and_then_nothing_is_left_to_do(
    run: Run, file: Path, researcher: Person
) -> None:
    planned = await run("apply", str(file), "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert "+ version owl-7b@2026-11-01 (active)" in planned.output
    assert "nothing was changed" in planned.output
    assert (await researcher.http.get("/api/models")).json() == []
    assert "+ model owl-7b" in (await run("apply", str(file))).output
    listed = await run("list")
    assert "owl-7b@2026-11-01" in listed.output
    assert "$0.15" in listed.output
    assert "nothing to change" in (await run("apply", str(file))).output


async def test_a_file_that_is_wrong_is_refused_with_the_line(run: Run, file: Path) -> None:
    file.write_text(FILE.replace("kind", "knid"))
    refused = await run("apply", str(file))
    assert refused.exit_code == 1
    assert isinstance(refused.exception, InvalidInputError)
    assert "line 3: unknown key 'knid'" in str(refused.exception)


LONG_NAME = "smollm2-with-a-name-of-its-own-135m-instruct"


@pytest.fixture
async def version(researcher: Person) -> VersionOut:
    await add_provider(researcher)
    return VersionOut.model_validate((await add_model(researcher, LONG_NAME))["versions"][0])


@pytest.mark.parametrize("width", [20, 60, 80, 100])
async def test_a_narrow_window_leaves_out_columns_and_cuts_no_name(version: VersionOut, width: int) -> None:
    shown = StringIO()
    print_versions(Console(file=shown, width=width, force_terminal=True, no_color=True), [version], width)
    assert LONG_NAME in shown.getvalue()
    assert "…" not in shown.getvalue()
    plain = re.sub(r"\x1b\[\d+m", "", shown.getvalue())
    lines = [line.rstrip() for line in plain.splitlines() if "Shown in a wider" not in line]
    assert all(len(line) <= max(width, len(LONG_NAME) + len("   draft ")) for line in lines)
    assert ("hosted" in shown.getvalue()) is (width >= 80)
    assert "Shown in a wider window" in shown.getvalue()


async def test_a_pipe_gets_all_columns_and_whole_names(
    run: Run, version: VersionOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = (await run("list")).output
    assert version.display_name == LONG_NAME
    assert all(part in listed for part in (LONG_NAME, "hosted", "price in / out", "circuit", "closed"))
    assert "…" not in listed


async def test_the_first_documented_command_works_where_its_example_names_are_unknown(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError

    monkeypatch.setattr(addresses, "resolve_host", resolve)
    planned = await run("apply", str(EXAMPLE), "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert f"! provider example-service: {NAME_IS_UNKNOWN}" in planned.output
    assert planned.output.count(NAME_IS_UNKNOWN) == 1, "what stands in the own network is not looked up"


async def test_only_what_is_committed_is_logged(run: Run, file: Path) -> None:
    broken = FILE + "      - provider: nobody\n        served_as: x\n"
    with capture_logs() as lines:
        await run("apply", str(file), "--dry-run")
        file.write_text(broken)
        assert (await run("apply", str(file))).exit_code == 1
        assert lines == []
        file.write_text(FILE)
        await run("apply", str(file))
    assert [line["event"] for line in lines][:2] == ["provider added", "model version added"]


async def test_testing_a_model_that_nothing_serves_says_so(run: Run) -> None:
    refused = await run("test", "eagle")
    assert isinstance(refused.exception, NotFoundError)
