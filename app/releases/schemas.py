"""Releases as the API takes and gives them."""

import uuid
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from app.releases.tables import Release

FormatName = Literal[
    "raw-votes",
    "trl-preference",
    "trl-preference-plain",
    "trl-preference-implicit",
    "trl-preference-implicit-plain",
    "trl-unpaired",
    "trl-unpaired-plain",
    "ranking",
    "arena-33k",
    "arena-55k",
    "arena-100k",
    "arena-140k",
    "ultrafeedback",
    "helpsteer2",
    "helpsteer3",
    "anthropic-hh",
    "openassistant-trees",
    "openassistant-flat",
    "arena-hard",
]
FileType = Literal["jsonl", "parquet", "csv", "arrow"]
OptionName = Literal["margin", "ties"]
Kind = Literal["human", "judge", "simulated"]
State = Literal["waiting", "writing", "ready", "failed", "cancelled"]


class ReleaseIn(BaseModel):
    """What to write."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"format": "trl-preference", "file_type": "parquet", "kinds": ["human"]}]},
    )

    format: FormatName = Field(
        description="What the rows are; docs/exports.md says what each format carries and drops."
    )
    file_type: FileType = Field("jsonl", description="Not every format can be written as every kind of file.")
    kinds: list[Kind] = Field(
        default=[],
        description=(
            "Whose votes. Empty: all for raw-votes, which names the kind in each row; for all others humans, or "
            "what there is where no human has voted yet."
        ),
    )
    compressed: bool | None = Field(
        default=None,
        description="gzip for JSON lines and CSV, zstd within Parquet and Arrow. Null: as is usual for the format.",
    )
    split: str = Field(
        default="",
        max_length=8,
        description="Percentages of the prompts: train/test, or train/validation/test. No prompt is in two splits.",
        examples=["90/10", "80/10/10"],
    )
    options: list[OptionName] = Field(
        default=[],
        description=(
            "margin (trl-preference in all forms): the strength as a column, and no rows without. ties (trl-unpaired): "
            "both answers of a tie are labelled true."
        ),
    )


class FileOut(BaseModel):
    name: str = Field(examples=["trl-preference.parquet"])
    bytes: int = Field(examples=[1_284_310])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    rows: int = Field(examples=[4_211])
    split: str | None = Field(None, description="train, validation or test, where there are splits.")
    url: str = Field(examples=["/api/arenas/kitchen/releases/0193b2f0-7d6c-7c9a-9c3e-0f6c7f6f9f11/files/votes.jsonl"])


class ReleaseOut(BaseModel):
    id: uuid.UUID
    format: FormatName
    file_type: FileType
    kinds: list[Kind]
    compressed: bool
    split: str
    options: list[OptionName]
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
            compressed=asked.get("compressed", release.file_type == "parquet"),
            split=asked.get("split", ""),
            options=asked.get("options", []),
            state=release.state,
            rows_written=release.rows_written,
            rows_total=release.rows_total,
            error=release.error,
            created_at=release.created_at,
            finished_at=release.finished_at,
            files=[FileOut(**file, url=f"{base}/{file['name']}") for file in (manifest or {"files": []})["files"]],
            manifest=manifest,
        )
