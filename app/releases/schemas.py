"""Releases as the API takes and gives them."""

import uuid
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from app.releases.tables import Release

FormatName = Literal["raw-votes", "trl-preference"]
FileType = Literal["jsonl", "parquet"]
Kind = Literal["human", "judge", "simulated"]
State = Literal["waiting", "writing", "ready", "failed", "cancelled"]


class ReleaseIn(BaseModel):
    """What to write."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"format": "trl-preference", "file_type": "parquet", "kinds": ["human"]}]},
    )

    format: FormatName = Field(description="raw-votes: everything. trl-preference: prompt, chosen, rejected for TRL.")
    file_type: FileType = "jsonl"
    kinds: list[Kind] = Field(
        default=[],
        description=(
            "Whose votes. Empty: all for raw-votes, which names the kind in each row; for trl-preference humans, or "
            "what there is where no human has voted yet."
        ),
    )


class FileOut(BaseModel):
    name: str = Field(examples=["trl-preference.parquet"])
    bytes: int = Field(examples=[1_284_310])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    rows: int = Field(examples=[4_211])
    url: str = Field(examples=["/api/arenas/kitchen/releases/0193b2f0-7d6c-7c9a-9c3e-0f6c7f6f9f11/files/votes.jsonl"])


class ReleaseOut(BaseModel):
    id: uuid.UUID
    format: FormatName
    file_type: FileType
    kinds: list[Kind]
    state: State
    rows_written: int = Field(description="While it is written: votes gone through. Ready: rows in the file.")
    rows_total: int | None = Field(description="Recorded votes, each revision counted; null until it is being written.")
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    files: list[FileOut] = Field(description="Empty until the release is ready.")
    manifest: dict[str, Any] | None = Field(description="The same as manifest.json; null until the release is ready.")

    @classmethod
    def of(cls, release: Release, slug: str) -> Self:
        asked: dict[str, Any] = release.manifest or {}
        manifest = release.manifest if release.state == "ready" else None
        base = f"/api/arenas/{slug}/releases/{release.id}/files"
        return cls(
            id=release.id,
            format=release.format,
            file_type=release.file_type,
            kinds=asked["kinds"],
            state=release.state,
            rows_written=release.rows_written,
            rows_total=release.rows_total,
            error=release.error,
            created_at=release.created_at,
            finished_at=release.finished_at,
            files=[FileOut(**file, url=f"{base}/{file['name']}") for file in (manifest or {"files": []})["files"]],
            manifest=manifest,
        )
