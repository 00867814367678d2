"""The shapes that a dataset can have, by name."""

from app.releases.formats.anthropic_hh import ANTHROPIC_HH
from app.releases.formats.arena_33k import ARENA_33K
from app.releases.formats.arena_55k import ARENA_55K
from app.releases.formats.arena_100k import ARENA_100K
from app.releases.formats.arena_140k import ARENA_140K
from app.releases.formats.arena_hard import ARENA_HARD
from app.releases.formats.format import Converted, Dropped, Format, Row
from app.releases.formats.helpsteer2 import HELPSTEER2
from app.releases.formats.helpsteer3 import HELPSTEER3
from app.releases.formats.openassistant_flat import OPENASSISTANT_FLAT
from app.releases.formats.openassistant_trees import OPENASSISTANT_TREES
from app.releases.formats.ranking import RANKING
from app.releases.formats.raw_votes import RAW_VOTES
from app.releases.formats.trl_implicit import TRL_IMPLICIT
from app.releases.formats.trl_implicit_plain import TRL_IMPLICIT_PLAIN
from app.releases.formats.trl_preference import TRL_PREFERENCE
from app.releases.formats.trl_preference_plain import TRL_PREFERENCE_PLAIN
from app.releases.formats.trl_unpaired import TRL_UNPAIRED
from app.releases.formats.trl_unpaired_plain import TRL_UNPAIRED_PLAIN
from app.releases.formats.ultrafeedback import ULTRAFEEDBACK

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
        RANKING,
        ARENA_33K,
        ARENA_55K,
        ARENA_100K,
        ARENA_140K,
        ULTRAFEEDBACK,
        HELPSTEER2,
        HELPSTEER3,
        ANTHROPIC_HH,
        OPENASSISTANT_TREES,
        OPENASSISTANT_FLAT,
        ARENA_HARD,
    )
}

__all__ = ["FORMATS", "Converted", "Dropped", "Format", "Row"]
