"""A board as one JSON document, and as rows of CSV."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.arenas.tables import Arena
from app.leaderboards import service
from app.leaderboards.caching import cache_headers, make_etag, matches, not_modified
from app.leaderboards.compute import METHOD
from app.leaderboards.engine import engine_version
from app.leaderboards.kept import Kept
from app.leaderboards.repository import StoredBoard
from app.leaderboards.schemas import BoardDetails, BoardMethod, LeaderboardOut, SingleVotes
from app.leaderboards.slices import EVERYTHING_TITLE, OVERALL
from app.leaderboards.words import count, first_board, headline

_documents: Kept[bytes] = Kept(16)  # by ETag, which covers all that shapes them

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
PAIR_COLUMNS = ("model_a", "model_b", "votes", "wins_a", "wins_b", "ties", "both_bad", "win_rate_a", "predicted_a")


async def document_response(
    request: Request,
    session: AsyncSession,
    arena: Arena,
    write: Callable[[LeaderboardOut], str],
    media_type: str,
    *,
    download: str | None = None,
    slice_name: str = OVERALL,
    method: BoardMethod = METHOD,
) -> Response:
    """The newest board of an arena that the viewer may read, as `write` puts it; 304 where the reader has it.

    Raises NotFoundError for a slice that the arena does not have.
    """
    part = await service.access_slice(session, arena, slice_name)
    current = await service.find_current(session, arena, slice_name, method)
    behind = await service.find_behind(session, arena, slice_name, method)
    uncounted_since = behind and behind.since
    is_empty = current is None and slice_name != OVERALL and await service.is_counted(session, arena, slice_name)
    first = first_board(slice_name, method, is_empty=is_empty)
    shown = (
        first,
        current and current.snapshot_id,
        uncounted_since,
        arena.slug,
        arena.title,
        part.title,
        slice_name,
        method,
    )
    etag = make_etag(write.__name__, engine_version(), shown)
    headers = cache_headers(etag, is_public=arena.state != "draft", vary="Authorization")
    if matches(request, etag):
        return not_modified(headers)
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{download}"'
    content = _documents.find(etag)
    if content is None:
        board = await service.read_board(session, arena, current.snapshot_id) if current else None
        document = to_document(arena, board, first, slice_name=slice_name, slice_title=part.title)
        document.uncounted_since = uncounted_since
        content = _documents.keep(etag, write(document).encode())
    return Response(content, media_type=media_type, headers=headers)


def to_document(
    arena: Arena,
    board: StoredBoard | None,
    first: str,
    *,
    slice_name: str = OVERALL,
    slice_title: str = EVERYTHING_TITLE,
) -> LeaderboardOut:
    """Everything that the page shows, with full precision; without a board what it says of that, `first`."""
    if board is None:
        return LeaderboardOut(
            arena=arena.slug, title=arena.title, slice=slice_name, slice_title=slice_title, headline=first
        )
    snapshot, details = board.snapshot, board.details
    return LeaderboardOut(
        arena=arena.slug,
        title=arena.title,
        slice=slice_name,
        slice_title=slice_title,
        headline=board_headline(board),
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
        predicted=details.predicted,
        parameters=details.parameters,
        log_likelihood=details.log_likelihood,
        style_effects=details.style_effects,
        style_dropped=details.style_dropped,
        unresolved_reason=details.unresolved_reason,
        minimum_votes=details.minimum_votes,
        single_votes=_without_elo(details) if details.minimum_votes is not None else details.single_votes,
        components=details.components,
        missing=details.missing,
    )


def _without_elo(details: BoardDetails) -> SingleVotes | None:
    """Elo would order the models of a slice that has too few votes to."""
    return details.single_votes and details.single_votes.model_copy(update={"elo": {}})


def board_headline(board: StoredBoard) -> str:
    """The first line of a board, also of one whose slice has too few votes for a ranking."""
    least = board.details.minimum_votes
    if least is not None:
        return (
            f"{count(board.snapshot.votes, 'vote')} so far: a ranking of this slice is shown from {least:,} votes on."
        )
    if board.details.unresolved_reason and board.snapshot.method != METHOD:
        return f"This method has no ranking of these votes: {board.details.unresolved_reason}."
    return headline(board.entries, board.details)


def to_json(document: LeaderboardOut) -> str:
    return document.model_dump_json()


def board_csv(document: LeaderboardOut) -> str:
    """The table, one model a line; empty where a number is not known."""
    return _csv(BOARD_COLUMNS, ([getattr(entry, column) for column in BOARD_COLUMNS] for entry in document.entries))


def pairs_csv(document: LeaderboardOut) -> str:
    """The win-rate matrix, one pair a line."""
    rows = []
    predicted = document.predicted or [None] * len(document.pairs)
    for (a, b, wins_a, wins_b, ties, both_bad), expected in zip(document.pairs, predicted, strict=True):
        votes = wins_a + wins_b + ties + both_bad
        rate = (wins_a + (ties + both_bad) / 2) / votes
        names = (document.models[a], document.models[b])
        rows.append((*names, votes, wins_a, wins_b, ties, both_bad, rate, expected))
    return _csv(PAIR_COLUMNS, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
