"""The shapes that a dataset can have, by name."""

from app.releases.formats.format import Converted, Dropped, Format, Row
from app.releases.formats.raw_votes import RAW_VOTES
from app.releases.formats.trl_implicit import TRL_IMPLICIT
from app.releases.formats.trl_implicit_plain import TRL_IMPLICIT_PLAIN
from app.releases.formats.trl_preference import TRL_PREFERENCE
from app.releases.formats.trl_preference_plain import TRL_PREFERENCE_PLAIN
from app.releases.formats.trl_unpaired import TRL_UNPAIRED
from app.releases.formats.trl_unpaired_plain import TRL_UNPAIRED_PLAIN

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        RAW_VOTES,
        TRL_PREFERENCE,
        TRL_PREFERENCE_PLAIN,
        TRL_IMPLICIT,
        TRL_IMPLICIT_PLAIN,
        TRL_UNPAIRED,
        TRL_UNPAIRED_PLAIN,
    )
}

__all__ = ["FORMATS", "Converted", "Dropped", "Format", "Row"]
