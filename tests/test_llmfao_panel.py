"""What is known of real votes, in the arena's panel and in the command's: computed once, as it takes ten seconds."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.viewer import OPERATOR
from app.arenas.service import access_arena
from app.config import Settings
from app.db.engine import Database
from app.imports.check import check
from app.imports.plan import ImportOptions
from app.imports.progress import Silent
from app.imports.service import Destination, import_checked
from app.leaderboards import service
from app.releases import service as releases
from tests.conftest import copy_of
from tests.ranking_files.files import board

DATA = os.environ.get("PREFERENDUM_TEST_DATA")
LLMFAO = ImportOptions(
    mapping=Path(__file__).parent.parent / "docs/examples/llmfao.toml", folder=Path(DATA or ".") / "llmfao"
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(DATA is None, reason="PREFERENDUM_TEST_DATA is not set: the llmfao votes are not here"),
]


@dataclass(frozen=True)
class Analysed:
    """The database of the arena `llmfao`, and its panel."""

    database: Database
    panel: dict[str, Any]


@pytest.fixture(scope="module")
async def llmfao(server_url: str, template: str) -> AsyncIterator[Analysed]:
    checked = check(LLMFAO, Silent())
    with copy_of(server_url, template) as url:
        async with Database(url) as database:
            async with database.session() as session:
                await import_checked(
                    session, OPERATOR, Destination("llmfao", "llmfao", open_it=True), checked, Silent()
                )
            await service.refresh_stale(database)
            await service.analyse_boards(database)
            async with database.read_session() as session:
                panel = await session.scalar(text("SELECT document FROM leaderboard_analysis"))
            yield Analysed(database, panel)


async def test_the_panel_of_llmfao_states_what_is_known_of_it(llmfao: Analysed) -> None:
    document = llmfao.panel
    assert document["agreement_nominal"]["value"] == pytest.approx(0.29060, abs=5e-6)
    assert document["agreement_ordinal"]["value"] == pytest.approx(0.28755, abs=5e-6)
    assert document["position"]["state"] == "not-recorded"
    assert document["drop"]["leader"] == "GPT 4"
    assert document["drop"]["votes"] > 0
    assert document["forge"]["votes"] > 0
    assert document["influence"]["points"] > 0
    assert len(document["needed_pairs"]) == 10


async def test_the_export_of_llmfao_gives_the_figures_of_the_panel(llmfao: Analysed, tmp_path: Path) -> None:
    database, panel = llmfao.database, llmfao.panel
    settings = Settings(data_dir=tmp_path, database_url=database.url)
    async with database.session() as session:
        arena = await access_arena(session, OPERATOR, "llmfao", "export")
        asked = await releases.request_release(session, OPERATOR, arena, "raw-votes", "parquet")
    await releases.write_release(database, settings, asked.id)

    found = board(releases.release_folder(settings, asked.id) / "raw-votes.parquet", "--how-sure")["how_sure"]
    assert (found["drop"]["votes"], found["forge"]["votes"]) == (13, 11)
    assert found["influence"]["points"] == pytest.approx(29.3, abs=0.05)
    for name in ("drop", "forge", "cycles", "position", "self_consistency", "voters", "votes"):
        assert found[name] == panel[name], name
    assert found["influence"]["points"] == pytest.approx(panel["influence"]["points"], abs=1e-6)
    for name in ("agreement_nominal", "agreement_ordinal"):
        assert found[name]["value"] == pytest.approx(panel[name]["value"], abs=1e-12)
