"""Migrations and tables agree, and the way up and down works with data in the tables."""

import alembic.command
import psycopg
from sqlalchemy import create_engine, make_url

from app.db.engine import Database
from app.db.migrate import config, downgrade, upgrade
from tests.worlds import open_arena


def test_migrations_make_the_tables_that_the_code_declares(test_url: str) -> None:
    engine = create_engine(make_url(test_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        alembic.command.check(settings)  # raises where autogenerate would find a difference
    engine.dispose()


def test_down_to_nothing_and_up_again(test_url: str) -> None:
    downgrade(test_url, "base")
    with psycopg.connect(test_url) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')"
        )
        assert [name for (name,) in left] == ["alembic_version"]
        functions = connection.execute("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        assert functions.fetchone() == (0,)
    upgrade(test_url)
    upgrade(test_url)


async def test_upgrading_again_changes_no_row(test_url: str, database: Database) -> None:
    await open_arena(database)
    with psycopg.connect(test_url) as connection:
        query = "SELECT md5(string_agg(m::text, '' ORDER BY id)) FROM matchup m"
        before = connection.execute(query).fetchone()
        upgrade(test_url)
        assert connection.execute(query).fetchone() == before
