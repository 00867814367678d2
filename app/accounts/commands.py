"""Making accounts and tokens from the command line: the first administrator has nobody to ask."""

import asyncio
from typing import Annotated, cast

import typer

from app.accounts import service
from app.accounts.viewer import SCOPES, Role, Scope
from app.config import Settings
from app.db.connect import open_database

users = typer.Typer(help="Accounts.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens.", no_args_is_help=True)

PasswordOption = Annotated[
    str,
    typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, envvar="PREFERENDUM_PASSWORD"),
]


@users.command("create")
def create_user(
    email: str,
    password: PasswordOption,
    role: Annotated[Role, typer.Option(help="What the person may do")] = "researcher",
) -> None:
    """Make an account. The password is asked for, or taken from PREFERENDUM_PASSWORD."""
    asyncio.run(_create_user(email, password, role))
    typer.echo(f"{email} can sign in as {role}.")


@tokens.command("create")
def create_token(
    email: str,
    scopes: Annotated[list[str], typer.Option("--scope", help=f"One of {', '.join(SCOPES)}; may be repeated")],
    name: str = "made on the command line",
) -> None:
    """Make an API token for an account and print it, once."""
    for scope in set(scopes) - set(SCOPES):
        raise typer.BadParameter(f"{scope} is none of {', '.join(SCOPES)}", param_hint="--scope")
    typer.echo(asyncio.run(_create_token(email, name, cast("list[Scope]", scopes))))


async def _create_user(email: str, password: str, role: Role) -> None:
    async with open_database(Settings()) as database, database.session() as session:
        await service.create_user(session, email, password, role)


async def _create_token(email: str, name: str, scopes: list[Scope]) -> str:
    async with open_database(Settings()) as database, database.session() as session:
        viewer = await service.viewer_of_user(session, email)
        return await service.create_api_token(session, viewer, name, scopes)
