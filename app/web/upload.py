"""A request's body into a file on disk, however it was sent, and never more than the limit."""

import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.errors import InvalidInputError, PreferendumError

_CHUNK = 1024 * 1024
_ENDINGS = {
    "text/csv": ".csv",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/vnd.apache.parquet": ".parquet",
}
_KNOWN_ENDING = re.compile(r"(\.(jsonl|ndjson|json|csv)(\.gz)?|\.parquet)$", re.IGNORECASE)


class TooLargeError(PreferendumError):
    status = 413
    title = "The file is too large"


class UnknownMediaTypeError(PreferendumError):
    status = 415
    title = "Files of this kind cannot be read"


@dataclass(frozen=True)
class Most:
    """How many bytes a body may have, and what to do with a larger one, as a sentence."""

    size: int
    remedy: str


async def save_body(request: Request, folder: Path, most: Most) -> Path:
    """The path of the file in `folder` that holds the rows of a request.

    Raises TooLargeError, UnknownMediaTypeError, and InvalidInputError for JSON that is not a list of rows.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _save_upload(request, folder, most)
    if kind == "application/json":
        return await _save_rows(request, folder, most)
    if kind not in _ENDINGS:
        raise UnknownMediaTypeError(
            f"Send a file as multipart/form-data, JSON rows as application/json, or one of {', '.join(_ENDINGS)}."
        )
    return await _write(_limited(request, most), folder / f"rows{_ENDINGS[kind]}")


async def _save_upload(request: Request, folder: Path, most: Most) -> Path:
    try:
        form = await MultiPartParser(request.headers, _limited(request, most), max_files=1, max_fields=10).parse()
    except MultiPartException as error:
        raise InvalidInputError(f"The form is not multipart/form-data: {error.message}") from error
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise InvalidInputError("The form needs one file, in the field `file`.")
        ending = _KNOWN_ENDING.search(upload.filename or "")
        if ending is None:
            raise UnknownMediaTypeError(
                "The kind of file is told by its name's ending: .jsonl or .csv, either with .gz, or .parquet."
            )
        return await _write(_chunks(upload), folder / f"rows{ending[0].lower()}")
    finally:
        await form.close()


async def _save_rows(request: Request, folder: Path, most: Most) -> Path:
    """JSON rows as JSON lines; line n is row n."""
    body = b"".join([chunk async for chunk in _limited(request, most)])
    rows, write = _rows_of(body)
    if not isinstance(rows, list):
        raise InvalidInputError("The body is not a list of rows.")
    lines = b"".join(write(row) + b"\n" for row in rows)
    return await _write(_once(lines), folder / "rows.jsonl")


def _rows_of(body: bytes) -> tuple[Any, Callable[[Any], bytes]]:
    """What a body holds, and how a row of it is written. NaN and infinities pass: who reads rows names them."""
    try:
        return orjson.loads(body), orjson.dumps
    except orjson.JSONDecodeError as error:
        if any(constant in body for constant in (b"NaN", b"Infinity")):
            with suppress(ValueError, RecursionError):
                return json.loads(body), lambda row: json.dumps(row).encode()
        raise InvalidInputError(f"The body is not JSON: {error}.") from error


async def _write(chunks: AsyncGenerator[bytes, None], path: Path) -> Path:
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in chunks:
            await file.write(chunk)
    return path


async def _limited(request: Request, most: Most) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > most.size:
            raise TooLargeError(f"At most {most.size / 2**20:.3g} MB are read here. {most.remedy}")
        yield chunk


async def _chunks(upload: UploadFile) -> AsyncGenerator[bytes, None]:
    while chunk := await upload.read(_CHUNK):
        yield chunk


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
