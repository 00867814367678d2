"""What uvicorn calls in each web process: the app on the database that the environment names."""

import gc

from fastapi import FastAPI

from app.config import Settings
from app.db.engine import Database
from app.log import configure
from app.main import create_app


def build() -> FastAPI:
    settings = Settings()
    configure(settings)
    url = settings.configured_database_url
    if url is None:
        raise RuntimeError("Start the server with `preferendum serve`, which also starts the embedded database.")
    app = create_app(settings, Database(url, pool_size=settings.pool_size))
    gc.freeze()  # what was imported stays; looking through it again would hold up whoever asks at that moment
    gc.enable()
    return app
