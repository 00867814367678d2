"""A board as one JSON document, and as rows of CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.arenas.tables import Arena
from app.config import code_version
from app.leaderboards import service
from app.leaderboards.caching import cache_headers, make_etag, matches, not_modified
from app.leaderboards.repository import StoredBoard
from app.leaderboards.schemas import LeaderboardOut
from app.leaderboards.words import FIRST_VOTE, headline

BOARD_COLUMNS = (
    "rank_upper",
    "rank_lower",
    "model",
    "rating",
    "rating_lower",
    "rating_upper",
    "votes",
    "win_rate",
    "elo",
    "organisation",
    "licence",
    "link",
)
PAIR_COLUMNS = ("model_a", "model_b", "votes", "wins_a", "wins_b", "ties", "both_bad", "win_rate_a")


async def document_response(
    request: Request,
    session: AsyncSession,
    arena: Arena,
    write: Callable[[LeaderboardOut], str],
    media_type: str,
    *,
    download: str | None = None,
) -> Response:
    """The newest board of an arena that the viewer may read, as `write` puts it; 304 where the reader has it."""
    current = await service.find_current(session, arena)
    etag = make_etag(write.__name__, code_version(), current and current.snapshot_id, arena.title)
    headers = cache_headers(etag, is_public=arena.state != "draft", vary="Authorization")
    if matches(request, etag):
        return not_modified(headers)
    board = await service.read_board(session, arena, current.snapshot_id) if current else None
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{download}"'
    return Response(write(to_document(arena, board)), media_type=media_type, headers=headers)


def to_document(arena: Arena, board: StoredBoard | None) -> LeaderboardOut:
    """Everything that the page shows, with full precision."""
    if board is None:
        return LeaderboardOut(arena=arena.slug, title=arena.title, headline=FIRST_VOTE)
    snapshot, details = board.snapshot, board.details
    return LeaderboardOut(
        arena=arena.slug,
        title=arena.title,
        headline=headline(board.entries, details),
        snapshot_id=snapshot.id,
        computed_at=snapshot.created_at,
        votes=snapshot.votes,
        annotator_kind=details.annotator_kind,
        votes_by_kind=details.votes_by_kind,
        method=snapshot.method,
        settings=snapshot.settings,
        input_hash=snapshot.input_hash,
        code_version=snapshot.code_version,
        entries=board.entries,
        models=[model.name for model in details.facts],
        pairs=details.pairs,
        components=details.components,
        missing=details.missing,
    )


def to_json(document: LeaderboardOut) -> str:
    return document.model_dump_json()


def board_csv(document: LeaderboardOut) -> str:
    """The table, one model a line; empty where a number is not known."""
    return _csv(BOARD_COLUMNS, ([getattr(entry, column) for column in BOARD_COLUMNS] for entry in document.entries))


def pairs_csv(document: LeaderboardOut) -> str:
    """The win-rate matrix, one pair a line."""
    rows = []
    for a, b, wins_a, wins_b, ties, both_bad in document.pairs:
        votes = wins_a + wins_b + ties + both_bad
        rate = (wins_a + (ties + both_bad) / 2) / votes
        rows.append((document.models[a], document.models[b], votes, wins_a, wins_b, ties, both_bad, rate))
    return _csv(PAIR_COLUMNS, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
