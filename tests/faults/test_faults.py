"""Every acknowledged vote is there exactly once, whatever dies."""

import tempfile
from pathlib import Path

import pytest

from tests.faults.harness import run


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
