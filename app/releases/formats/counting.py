"""Which votes count. These are the board's own rules, and all formats but raw votes hold no other votes."""

from app.releases.formats.format import Dropped
from app.releases.record import VoteRecord

SUPERSEDED = Dropped("replaced by a later revision")
TAKEN_BACK = Dropped("taken back")
AFTER_REVEAL = Dropped("cast after the names were seen")
EXCLUDED = Dropped("excluded")


def not_counted(record: VoteRecord) -> Dropped | None:
    """Why a vote does not count, if it does not."""
    if not record.is_current:
        return SUPERSEDED
    if record.winner is None:
        return TAKEN_BACK
    if record.after_reveal:
        return AFTER_REVEAL
    if any(exclusion.lifted_at is None for exclusion in record.exclusions):
        return EXCLUDED
    return None
