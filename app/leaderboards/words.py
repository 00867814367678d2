"""What a board says in words."""

from collections.abc import Sequence

from app.leaderboards.schemas import AnnotatorKind, BoardDetails, EntryOut, MissingWins

MOST_NAMES = 3
MOST_GAPS = 8
FIRST_VOTE = "The first ranking appears within seconds of the first vote."

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
            f"These votes were cast by {_VOTERS[kind]}, not by people. The first human vote replaces this board."
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
