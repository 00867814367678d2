"""Every acknowledged vote is there exactly once, whatever dies."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.faults.harness import run
from tests.faults.site import Site
from tests.processes import free_port, start, stop, wait_until_served

AWAY_SECONDS = 4  # longer than `serve` needs to find that nobody answers


@pytest.mark.fault
async def test_no_acknowledged_vote_is_lost_or_doubled_while_parts_are_killed() -> None:
    with tempfile.TemporaryDirectory(prefix="fire-") as folder:
        report = await run(Path(folder), 14, seed=7)
    assert report.is_clean, str(report)
    assert report.acknowledged > 20
    assert sum(report.kills.values()) >= 3


@pytest.mark.fault
async def test_the_harness_notices_a_database_that_acknowledges_too_early() -> None:
    with tempfile.TemporaryDirectory(prefix="fire-") as folder:
        report = await run(Path(folder), 6, seed=7, careless=True)
    assert report.missing or report.surprises, str(report)


@pytest.mark.fault
def test_a_server_started_while_postgres_is_away_serves_as_soon_as_it_is_back() -> None:
    with tempfile.TemporaryDirectory(prefix="fire-") as folder:
        site = Site(Path(folder), (free_port(),))
        site.server.start()
        site.server.stop()
        process = start("serve", "--port", str(site.ports[0]), url=site.server.url, data_dir=site.folder)
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(AWAY_SECONDS)
            site.server.start()
            wait_until_served(f"http://127.0.0.1:{site.ports[0]}")
        finally:
            stop(process)
            site.server.stop()
