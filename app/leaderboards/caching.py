"""ETags: a reader who asks again is told "not modified" after one cheap query."""

import gzip
import hashlib
from functools import cache

import orjson
from fastapi import Request
from starlette.responses import Response

from app.config import PROJECT_FOLDER
from app.leaderboards.engine import engine_version

REVALIDATE = "max-age=0, must-revalidate"
FOR_EVER = "max-age=31536000, immutable"


@cache
def page_version() -> str:
    """A hash of all that shapes a page besides its data: templates, and the static files that they name by hash."""
    digest = hashlib.sha256(engine_version().encode())
    for folder in ("templates", "static"):
        for path in sorted((PROJECT_FOLDER / folder).rglob("*.*")):
            digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def make_etag(*parts: object) -> str:
    """A strong validator: the same parts, the same bytes of the response."""
    return f'"{hashlib.sha256(orjson.dumps(parts, default=str)).hexdigest()[:32]}"'


def matches(request: Request, etag: str) -> bool:
    """Whether the reader has it already. Compared weakly, as RFC 9110 wants: a proxy that compresses adds W/."""
    wanted = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in wanted or "*" in wanted


def cache_headers(etag: str, *, is_public: bool, policy: str = REVALIDATE, vary: str = "Cookie") -> dict[str, str]:
    """`is_public` is for what everybody gets to see alike: a shared cache may keep it."""
    return {"ETag": etag, "Cache-Control": f"{'public' if is_public else 'private'}, {policy}", "Vary": vary}


def not_modified(headers: dict[str, str]) -> Response:
    return Response(status_code=304, headers=headers)


def encoding_for(request: Request) -> str:
    """What the reader can unpack: "gzip" or nothing. A board of sixty models shrinks to a fifth."""
    return "gzip" if "gzip" in request.headers.get("accept-encoding", "") else "identity"


def encode(content: bytes, encoding: str) -> bytes:
    return gzip.compress(content, compresslevel=5, mtime=0) if encoding == "gzip" else content


def html_response(content: bytes, encoding: str, headers: dict[str, str]) -> Response:
    """A page whose bytes are in this encoding already."""
    encoded = {} if encoding == "identity" else {"Content-Encoding": encoding}
    return Response(content, media_type="text/html", headers={**headers, **encoded})
