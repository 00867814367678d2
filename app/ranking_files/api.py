"""Ranking a file over the API, with nothing stored."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request

from app.errors import PreferendumError, UnavailableError
from app.ranking_files.names import Intervals, Method
from app.ranking_files.schemas import RankingOut
from app.web.upload import Most, save_body

router = APIRouter(prefix="/api", tags=["ranking"])

# Children at once in one web process, and how long others wait for their turn.
_AT_ONCE = 2
_WAIT_SECONDS = 20.0
_turns = asyncio.Semaphore(_AT_ONCE)

_ROW = {
    "type": "object",
    "required": ["model_a", "model_b"],
    "properties": {
        "model_a": {"type": "string"},
        "model_b": {"type": "string"},
        "winner": {"type": "string", "enum": ["model_a", "model_b", "tie", "both_bad"]},
        "voter": {"type": "string", "description": "Who voted, where that is known."},
        "weight": {"type": "number", "minimum": 0, "description": "What the vote counts for; 1 if not said."},
        "a_wins": {"type": "number", "minimum": 0, "description": "Pair counts, in place of winner."},
        "b_wins": {"type": "number", "minimum": 0},
        "draws": {"type": "number", "minimum": 0},
        "both_bad": {"type": "number", "minimum": 0},
    },
}
_FILE = {"type": "string", "format": "binary"}
MOST = Most(64 * 2**20, "`preferendum rank` has no limit, and gzip helps.")
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "array", "items": _ROW}},
        "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": _FILE}}},
        "text/csv": {"schema": _FILE},
        "application/x-ndjson": {"schema": _FILE},
        "application/vnd.apache.parquet": {"schema": _FILE},
    },
}


class RankingFailedError(PreferendumError):
    """The child ended without an answer."""

    status = 422
    title = "The file cannot be ranked here"


class RelayedError(PreferendumError):
    """A problem that the child found."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        extra = {name: value for name, value in problem.items() if name not in ("title", "status", "detail")}
        super().__init__(problem["detail"], **extra)  # its type as well, which goes before that of this class
        self.title, self.status = problem["title"], problem["status"]


@router.post(
    "/rank",
    openapi_extra={"requestBody": _BODY},
    responses={
        413: {"description": "The file is too large."},
        415: {"description": "Files of this kind cannot be read."},
        422: {"description": "What keeps it from being ranked: rows with their lines, or the votes that are missing."},
    },
)
async def rank_file(
    request: Request,
    method: Annotated[Method, Query(description="How votes become ratings.")] = "bradley-terry",
    intervals: Annotated[
        Intervals | None, Query(description="Clustered where the file says who voted, else sandwich, if not said.")
    ] = None,
    center: Annotated[float | None, Query(description="The mean rating; 1000 if not said.")] = None,
    anchor: Annotated[str | None, Query(description="MODEL=SCORE: one model's rating, in place of a center.")] = None,
    voter_column: Annotated[str | None, Query(description="Who voted; found by common names if not said.")] = None,
) -> RankingOut:
    """Rank the votes, or pair counts, of a file or of JSON rows, as `preferendum rank` does. Nothing is stored."""
    asked = {"method": method, "intervals": intervals, "center": center, "anchor": anchor, "voter_column": voter_column}
    with tempfile.TemporaryDirectory(prefix="rank-") as folder:
        path = await save_body(request, Path(folder), MOST)
        try:
            await asyncio.wait_for(_turns.acquire(), _WAIT_SECONDS)
        except TimeoutError as error:
            raise UnavailableError("Other files are being ranked. Try again in a moment.") from error
        try:
            answer = await _ask_child(path, asked)
        finally:
            _turns.release()
    if "problem" in answer:
        raise RelayedError(answer["problem"])
    return RankingOut.model_validate(answer["ranking"])


async def _ask_child(path: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.ranking_files.child",
        str(path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"},
    )
    try:
        printed, _ = await child.communicate(json.dumps(asked).encode())
    finally:
        if child.returncode is None:  # the one who asked has gone
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise RankingFailedError(
            "Ranking this file took more memory or time than one request is given. `preferendum rank` has no limits."
        )
    answer: dict[str, Any] = orjson.loads(printed)
    return answer
