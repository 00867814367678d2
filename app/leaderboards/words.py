"""What a board says in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.leaderboards.analysis_schemas import StyleProfile
from app.leaderboards.diffs import Move
from app.leaderboards.repository import StoredBoard
from app.leaderboards.schemas import AnnotatorKind, BoardDetails, BoardMethod, EntryOut, MissingWins
from app.leaderboards.slices import OVERALL, SliceOut

MOST_NAMES = 3
MOST_GAPS = 8
FIRST_VOTE = "The first ranking appears within seconds of the first vote that counts."


@dataclass(frozen=True)
class MethodInWords:
    """A method as a reader knows it; `ties` says what becomes of votes for neither model."""

    key: BoardMethod
    title: str
    ties: str
    module: str


METHODS_IN_WORDS = (
    MethodInWords(
        "bradley-terry",
        "Bradley-Terry",
        "a tie, and \N{LEFT DOUBLE QUOTATION MARK}both are bad\N{RIGHT DOUBLE QUOTATION MARK}, is half a win.",
        "bradley_terry",
    ),
    MethodInWords("davidson", "Davidson", "ties have a probability of their own, largest between equals.", "davidson"),
    MethodInWords("rao-kupper", "Rao-Kupper", "a tie is a difference too small to be seen.", "rao_kupper"),
    MethodInWords(
        "four-outcomes",
        "Four outcomes",
        "\N{LEFT DOUBLE QUOTATION MARK}both are bad\N{RIGHT DOUBLE QUOTATION MARK} says something about both models.",
        "four_outcomes",
    ),
    MethodInWords(
        "style-controlled",
        "Style-controlled",
        "Bradley-Terry with the effect of length and formatting taken out.",
        "covariates",
    ),
)


class HasPlaces(Protocol):
    @property
    def rank_upper(self) -> int | None: ...
    @property
    def rank_lower(self) -> int | None: ...


_VOTERS: dict[AnnotatorKind, str] = {
    "human": "people",
    "simulated": "simulated annotators",
    "judge": "model judges",
}


def count(number: int, thing: str) -> str:
    """A number with its noun: 1 vote, 1,204 votes."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def names(models: Sequence[str], most: int = MOST_NAMES) -> str:
    """A, B and C; or A, B, C and 4 more."""
    if len(models) > most + 1:
        return f"{', '.join(models[:most])} and {len(models) - most} more"
    return " and ".join(filter(None, [", ".join(models[:-1]), *models[-1:]]))


def headline(entries: Sequence[EntryOut], details: BoardDetails) -> str:
    """The first line of the board. Its 95 % hold for the set as a whole: ranges of ranks are simultaneous."""
    voted = [entry for entry in entries if entry.votes]
    ranked = [entry for entry in voted if entry.rating is not None]
    if not voted:
        return "No vote counts at the moment: all that were cast have been taken back or set aside."
    if not ranked and details.unresolved:
        return "The votes connect the models too faintly for a ranking that could be trusted."
    if not ranked:
        return "No ranking exists yet: no two models have each won or tied against the other, not even through others."
    first = [entry.model for entry in ranked if entry.rank_upper == 1]
    who = f"only {first[0]}" if len(first) == 1 else f"{len(first)}"
    which = f": {names(first)}" if 1 < len(first) <= MOST_NAMES else ""
    if len(ranked) == len(voted):
        return f"Of {count(len(voted), 'model')}, {who} could be first (95 %){which}."
    left_out = len(voted) - len(ranked)
    return f"Of {len(ranked)} connected models, {who} could be first (95 %){which}. {left_out} cannot be ranked yet."


def kind_notes(details: BoardDetails) -> list[str]:
    """Whose votes these are, where that is not simply people."""
    notes = []
    kind = details.annotator_kind
    if kind is not None and kind != "human":
        notes.append(
            f"These votes were cast by {_VOTERS[kind]}, not by people. "
            "The votes of people replace this board as soon as they rank half as many models."
        )
    for other, votes in details.votes_by_kind.items():
        if other != kind:
            notes.append(f"Kept apart and never mixed with these: {count(votes, 'vote')} by {_VOTERS[other]}.")
    return notes


def voters(kind: AnnotatorKind | None) -> str:
    return "nobody" if kind is None else _VOTERS[kind]


def gaps(missing: Sequence[MissingWins]) -> list[str]:
    """Which wins would join the models to one ranking."""
    lines = [
        f"{_one_of(gap.winners, start=True)} has yet to beat, or tie with, {_one_of(gap.losers)}."
        for gap in missing[:MOST_GAPS]
    ]
    if len(missing) > MOST_GAPS:
        lines.append(f"And {len(missing) - MOST_GAPS} more of this kind.")
    return lines


def _one_of(models: Sequence[str], *, start: bool = False) -> str:
    if len(models) == 1:
        return models[0]
    return f"{'One' if start else 'one'} of {names(models)}"


def method_in_words(method: BoardMethod) -> MethodInWords:
    return next(one for one in METHODS_IN_WORDS if one.key == method)


def slice_title(slices: Sequence[SliceOut], slug: str) -> str | None:
    """What a slice is called; None for all votes."""
    return None if slug == OVERALL else next((one.title for one in slices if one.slug == slug), slug)


def first_board(slice_name: str, method: BoardMethod, *, is_empty: bool) -> str:
    """What stands where a ranking will be. `is_empty`: the votes have been counted, and none is in the slice."""
    if is_empty:
        return "No vote is in this slice."
    if (slice_name, method) == (OVERALL, METHODS_IN_WORDS[0].key):
        return FIRST_VOTE
    return "This ranking has not been computed yet. It follows that of all votes, in the background."


def why_unranked(board: StoredBoard, entry: EntryOut) -> str:
    """Why a model has no rating on this board."""
    details = board.details
    if details.minimum_votes is not None:
        return (
            f"this slice has {count(board.snapshot.votes, 'vote')}, and places are given from "
            f"{details.minimum_votes:,} votes on"
        )
    if not entry.votes:
        return "none of these votes is on it"
    if details.unresolved_reason and entry.model in details.components[0]:
        return details.unresolved_reason
    return "the votes do not connect it to the others in both directions"


def places(standing: HasPlaces) -> str:
    """The place, or the best and the worst with a dash between."""
    if standing.rank_upper == standing.rank_lower:
        return f"{standing.rank_upper}"
    return f"{standing.rank_upper}\N{EN DASH}{standing.rank_lower}"


def usual_style(styles: Mapping[str, StyleProfile]) -> StyleProfile | None:
    """The mean over models, each counting once."""
    if not styles:
        return None
    profiles = [profile.model_dump() for profile in styles.values()]
    return StyleProfile(**{name: sum(one[name] for one in profiles) / len(profiles) for name in profiles[0]})


def moves(found: Sequence[Move]) -> str:
    """What changed between two boards, in a sentence."""
    beyond = [move.model for move in found if move.beyond_intervals]
    moved = [move for move in found if move.change is not None and abs(move.change) >= 0.05]
    if beyond:
        return f"{names(beyond)} moved beyond the intervals."
    if not moved:
        return "No rating changed."
    largest = max(moved, key=lambda move: abs(move.change or 0.0))
    return (
        f"No model moved beyond the intervals. The largest change is that of {largest.model}: "
        f"{largest.change:+.1f} points."
    )
