"""Arenas from the command line."""

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from app.accounts.service import viewer_of_user
from app.accounts.viewer import OPERATOR
from app.arenas import service
from app.arenas.schemas import ArenaCreate
from app.arenas.tables import Arena
from app.config import Settings
from app.db.connect import open_database
from app.errors import InvalidInputError

arenas = typer.Typer(help="Arenas.", no_args_is_help=True)


@arenas.command("create")
def create(
    slug: str,
    title: str,
    description: str = "",
    owner: Annotated[str | None, typer.Option(help="The e-mail address of the researcher whose arena it is")] = None,
    live: Annotated[bool, typer.Option(help="Models answer people's own questions")] = False,
) -> None:
    """Make an arena. It is a draft until `preferendum arena open`."""
    try:
        wanted = ArenaCreate(slug=slug, title=title, description=description, mode="live" if live else "curated")
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(f"{first['loc'][0]}: {first['msg']}") from error
    asyncio.run(_create(wanted, owner))
    next_step = (
        "Choose its models in its settings, under Models and battles"
        if live
        else f"Import matchups with `preferendum import {slug} FILE`"
    )
    typer.echo(f"Made {slug}, a draft. {next_step}, then open it.")


@arenas.command("open")
def open_arena(slug: str) -> None:
    """Let people vote, and show the board."""
    asyncio.run(_change_state(slug, "open"))
    typer.echo(f"{slug} is open.")


@arenas.command("close")
def close_arena(slug: str) -> None:
    """Stop votes; the board stays."""
    asyncio.run(_change_state(slug, "closed"))
    typer.echo(f"{slug} is closed.")


@arenas.command("list")
def list_arenas() -> None:
    table = Table("address", "title", "state")
    for arena in asyncio.run(_list()):
        table.add_row(arena.slug, arena.title, arena.state)
    Console().print(table)


async def _create(wanted: ArenaCreate, owner: str | None) -> None:
    async with open_database(Settings()) as database, database.session() as session:
        viewer = await viewer_of_user(session, owner) if owner else OPERATOR
        await service.create_arena(
            session, viewer, slug=wanted.slug, title=wanted.title, description=wanted.description, mode=wanted.mode
        )


async def _change_state(slug: str, state: service.State) -> None:
    async with open_database(Settings()) as database, database.session() as session:
        await service.change_state(session, OPERATOR, slug, state)


async def _list() -> list[Arena]:
    async with open_database(Settings()) as database, database.read_session() as session:
        return await service.list_arenas(session, OPERATOR)
