"""Slices from the command line."""

import asyncio
from typing import Annotated

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from app.accounts.viewer import OPERATOR
from app.arenas.service import access_arena
from app.config import Settings
from app.db.connect import open_database
from app.errors import InvalidInputError
from app.leaderboards import service
from app.leaderboards.slices import SliceIn, SliceOut

slices = typer.Typer(help="Slices: boards of a part of an arena's votes.", no_args_is_help=True)

EXAMPLE = '{"language": "de", "turns": {"least": 2}, "exclude_ties": true}'


@slices.command("add")
def add(
    arena: str,
    slug: str,
    title: str,
    definition: Annotated[str, typer.Argument(help=f"Conditions as JSON, such as {EXAMPLE}")],
) -> None:
    """Define a slice. The worker counts it and computes its boards."""
    try:
        wanted = SliceIn.model_validate({"slug": slug, "title": title, "definition": orjson.loads(definition)})
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"the definition is not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    added = asyncio.run(_add(arena, wanted))
    if added.warning:
        typer.echo(added.warning, err=True)
    typer.echo(f"Made the slice {slug} of {arena}. Its boards follow within minutes.")


@slices.command("list")
def list_slices(arena: str) -> None:
    """The slices of an arena, with the votes on their newest boards."""
    table = Table("address", "title", "votes", "conditions")
    for one in asyncio.run(_list(arena)):
        conditions = one.definition.model_dump_json(exclude_defaults=True)
        table.add_row(one.slug, one.title, "" if one.votes is None else f"{one.votes:,}", conditions)
    Console().print(table)


@slices.command("remove")
def remove(arena: str, slug: str) -> None:
    """Remove a slice with all its boards. The votes stay."""
    asyncio.run(_remove(arena, slug))
    typer.echo(f"Removed the slice {slug} of {arena}.")


async def _add(arena: str, wanted: SliceIn) -> SliceOut:
    async with open_database(Settings()) as database, database.session() as session:
        return await service.add_slice(session, OPERATOR, arena, wanted)


async def _list(arena: str) -> list[SliceOut]:
    async with open_database(Settings()) as database, database.read_session() as session:
        return await service.list_slices(session, await access_arena(session, OPERATOR, arena, "read"))


async def _remove(arena: str, slug: str) -> None:
    async with open_database(Settings()) as database, database.session() as session:
        await service.remove_slice(session, OPERATOR, arena, slug)
