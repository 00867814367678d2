"""The shapes that a dataset can have, by name."""

from app.releases.formats.format import Dropped, Format, Row
from app.releases.formats.raw_votes import RAW_VOTES
from app.releases.formats.trl_preference import TRL_PREFERENCE

FORMATS: dict[str, Format] = {format_.name: format_ for format_ in (RAW_VOTES, TRL_PREFERENCE)}

__all__ = ["FORMATS", "Dropped", "Format", "Row"]
