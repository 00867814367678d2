"""Whether this process, and the database behind it, can serve."""

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import JSONResponse

from app.db.session import DatabaseDependency

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def health(database: DatabaseDependency) -> JSONResponse:
    """200 when the database answers; the error handler says 503 when it does not."""
    async with database.single_statements() as connection:
        await connection.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})
