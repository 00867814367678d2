"""Log lines wait for the commit."""

import structlog
from structlog.testing import capture_logs

from app.db.committed import log_when_committed
from app.db.engine import Database

log = structlog.get_logger(__name__)


async def test_lines_are_written_at_the_commit_in_their_order_and_not_before(database: Database) -> None:
    with capture_logs() as lines:
        async with database.session() as session:
            log_when_committed(session, log, "first", number=1)
            async with session.begin_nested():
                log_when_committed(session, log, "second")
            assert lines == []
        assert [line["event"] for line in lines] == ["first", "second"]
    assert lines[0]["number"] == 1


async def test_lines_go_with_the_savepoint_that_is_rolled_back_also_from_within_one_that_was_released(
    database: Database,
) -> None:
    with capture_logs() as lines:
        async with database.session() as session:
            async with session.begin_nested() as outer:
                log_when_committed(session, log, "within")
                async with session.begin_nested():
                    log_when_committed(session, log, "deeper")
                await outer.rollback()
            log_when_committed(session, log, "after")
    assert [line["event"] for line in lines] == ["after"]
