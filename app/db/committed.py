"""Log lines about what a transaction did, written once that is certain: when it is committed, and never otherwise."""

from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

_WAITING: Final = "log lines that wait for the commit"


class _Line(NamedTuple):
    """A line, and the innermost savepoint or transaction that it was written in."""

    log: Any
    event: str
    values: dict[str, Any]
    within: SessionTransaction | None


def log_when_committed(
    session: AsyncSession, log: structlog.typing.FilteringBoundLogger, words: str, **values: Any
) -> None:
    """Write the line at the session's commit. It is dropped with the savepoint or transaction that is rolled back."""
    inner = session.sync_session
    if _WAITING not in inner.info:
        inner.info[_WAITING] = []
        event.listen(inner, "after_commit", _write)
        event.listen(inner, "after_soft_rollback", _drop)
    within = inner.get_nested_transaction() or inner.get_transaction()
    inner.info[_WAITING].append(_Line(log, words, values, within))


def _write(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint is released, and may yet be rolled back with what is around it
        return
    lines, session.info[_WAITING] = session.info[_WAITING], []
    for line in lines:
        line.log.info(line.event, **line.values)


def _drop(session: Session, ended: SessionTransaction) -> None:
    session.info[_WAITING] = [line for line in session.info[_WAITING] if not _is_within(line.within, ended)]


def _is_within(transaction: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while transaction is not None and transaction is not ended:
        transaction = transaction.parent
    return transaction is ended
