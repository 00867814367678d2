"""Settings, read from the environment with the prefix PREFERENDUM_."""

from functools import cache
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_FOLDER = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All that an operator can set. Each has a default that works on an empty machine."""

    model_config = SettingsConfigDict(env_prefix="PREFERENDUM_", extra="ignore")

    database_url: str | None = Field(
        default=None, description="A Postgres 15 to 18; empty means the embedded server in data_dir."
    )
    database_url_file: Path | None = Field(
        default=None, description="A file that holds database_url, for container secrets."
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("preferendum")),
        description="Where the embedded database and the releases are kept.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="The address that people type; cookies follow its scheme.",
    )
    pool_size: int = Field(default=10, ge=1, description="Database connections of one web process.")
    session_days: int = Field(default=90, ge=1, description="How long a session lasts without a new sign-in.")
    lease_minutes: int = Field(
        default=60,
        ge=1,
        description="How long a drawn battle is kept for a person before others may get its matchup.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Encrypts the credentials of providers, 32 characters or more; empty means a key in data_dir.",
    )
    secret_key_file: Path | None = Field(
        default=None, description="A file that holds secret_key, for container secrets."
    )
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: str | None) -> str | None:
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("must be the address of a Postgres server, postgresql://…")
        return url.replace("postgres://", "postgresql://", 1) if url else None

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies carry the Secure flag: wherever the public address is https."""
        return self.public_url.startswith("https://")

    @property
    def configured_database_url(self) -> str | None:
        """The URL of an outside Postgres, from the setting or its file; None means embedded."""
        if self.database_url_file is not None:
            return self.database_url_file.read_text(encoding="utf-8").strip()
        return self.database_url

    @property
    def configured_secret_key(self) -> SecretStr | None:
        """The key from the setting or its file; None means the one in data_dir."""
        if self.secret_key_file is not None:
            return SecretStr(self.secret_key_file.read_text(encoding="utf-8").strip())
        return self.secret_key

    @property
    def postgres_folder(self) -> Path:
        """The embedded server's folder."""
        return self.data_dir / "postgres"

    @property
    def releases_folder(self) -> Path:
        """Where finished releases are kept."""
        return self.data_dir / "releases"


@cache
def code_version() -> str:
    """The version that snapshots and manifests name."""
    from importlib.metadata import version  # noqa: PLC0415 (slow to import, and needed once)

    return version("preferendum")
