"""What the embedded database raises: every message says what happened and what to do."""

from app.errors import UnavailableError

OTHER_DATABASE = "Or set PREFERENDUM_DATABASE_URL to a Postgres server of your own (15 to 18)."


class EmbeddedPostgresError(UnavailableError):
    """The embedded Postgres cannot do what was asked; the text is meant for the person at the terminal."""

    title = "The embedded Postgres is not available"
