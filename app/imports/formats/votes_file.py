"""Votes of the neutral shape: `matchup, annotator, winner`, in a file of their own or within their matchup."""

from collections.abc import Mapping
from typing import Any

from app.accounts.tables import ANNOTATOR_KINDS
from app.imports.formats.fields import Fields
from app.imports.records import Faults, ImportedVote
from app.votes.tables import WINNERS

KINDS = {kind: kind for kind in ANNOTATOR_KINDS}
_WINNERS = {winner: winner for winner in WINNERS}
VOTE_COLUMNS = frozenset({"matchup", "annotator", "winner", "cast_at", "strength", "kind"})


def read_vote_row(row: Mapping[str, Any]) -> tuple[str, ImportedVote] | Faults:
    """A row of a votes file: the matchup's id, and the vote."""
    fields = Fields(row)
    matchup, vote = fields.name("matchup"), read_vote(fields)
    return fields.faults or (matchup, vote)


def read_inline_votes(fields: Fields) -> tuple[ImportedVote, ...]:
    """The column `votes` of a matchup, if it has one."""
    found = fields.get("votes")
    if found in (None, ""):
        return ()
    if not isinstance(found, list) or not all(isinstance(vote, dict) for vote in found):
        fields.note("votes", 'is not a list of {"annotator", "winner"}')
        return ()
    return tuple(read_vote(fields.within(f"votes[{place}]", vote)) for place, vote in enumerate(found))


def read_vote(fields: Fields) -> ImportedVote:
    return ImportedVote(
        annotator=fields.name("annotator"),
        winner=fields.choice("winner", _WINNERS),
        kind=fields.choice("kind", KINDS) if fields.has("kind") else "human",
        cast_at=fields.time("cast_at"),
        strength=fields.whole("strength", 1, 3),
    )
