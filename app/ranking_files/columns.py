"""What the columns of a votes file are called, and what its words for a winner mean."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from app.ratings.votes import Winner

# The first that a file has is used.
MODEL_COLUMNS = (("model_a", "model_b"), ("left", "right"))
VOTER_COLUMNS = (
    "voter",
    "annotator",
    "judge",
    "worker",
    "user",
    "judge_hash",
    "evaluation_session_id",
    "voter_id",
    "annotator_id",
    "worker_id",
    "user_id",
)
WINNER = "winner"
WINNER_FLAGS: dict[str, Winner] = {"winner_model_a": "model_a", "winner_model_b": "model_b", "winner_tie": "tie"}
COUNT_COLUMNS = ("a_wins", "b_wins")
OPTIONAL_COUNT_COLUMNS: dict[str, Winner] = {"draws": "tie", "both_bad": "both_bad"}

# Our own raw votes hold every revision of every vote; these say which count.
RAW_VOTE_MARKS = frozenset({"battle_id", "current", "after_reveal"})
RAW_VOTE_COLUMNS = ("current", "after_reveal", "exclusions", "annotator_kind")
ANONYMOUS = "anony"

_SPELLINGS: dict[Winner, tuple[str, ...]] = {
    "model_a": ("model_a", "a", "left", "side_a", "response_a"),
    "model_b": ("model_b", "b", "right", "side_b", "response_b"),
    "tie": ("tie", "draw"),
    "both_bad": ("both_bad", "bothbad", "tie_(bothbad)", "tie_(both_bad)"),
}
_MEANING = {spelling: winner for winner, spellings in _SPELLINGS.items() for spelling in spellings}
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def winner_of(text: str) -> Winner | None:
    """What a word for the winner means, whatever its case and whether words are joined by space, - or _."""
    return _MEANING.get(_BETWEEN_WORDS.sub("_", text.strip().casefold()))


@dataclass(frozen=True)
class Layout:
    """Which columns of a file are read, and as what.

    models:   the columns of the first and the second model
    outcome:  the columns that say who won: one word, three flags, or counts
    counts:   whether a row is a pair with counts rather than a single vote
    voter:    the column of the voter; None where there is none
    is_raw:   whether these are our own raw votes, of which not every row counts
    filters:  columns that say whether a row counts
    """

    models: tuple[str, str]
    outcome: tuple[str, ...]
    counts: bool
    voter: str | None
    is_raw: bool
    filters: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.models, *self.outcome, *filter(None, [self.voter]), *self.filters]))


def find_layout(columns: Collection[str], voter_column: str | None) -> Layout | str:
    """The layout of a file with these columns, or what is missing in words."""
    models = next((pair for pair in MODEL_COLUMNS if set(pair) <= set(columns)), None)
    if models is None:
        return f"needs the columns model_a and model_b (or left and right); it has {_listed(columns)}"
    if voter_column is not None and voter_column not in columns:
        return f"has no column {voter_column!r} for the voter; it has {_listed(columns)}"
    outcome, counts = _outcome(columns)
    if not outcome:
        return (
            "needs a column winner, or winner_model_a, winner_model_b and winner_tie, or a_wins and b_wins; "
            f"it has {_listed(columns)}"
        )
    if counts and voter_column is not None:
        return f"holds pair counts, which do not say who voted, so {voter_column!r} cannot be its column of voters"
    is_raw = set(columns) >= RAW_VOTE_MARKS and not counts
    filters = (*RAW_VOTE_COLUMNS,) if is_raw else () if counts else (ANONYMOUS,)
    return Layout(
        models=models,
        outcome=outcome,
        counts=counts,
        voter=None if counts else voter_column or next((name for name in VOTER_COLUMNS if name in columns), None),
        is_raw=is_raw,
        filters=tuple(name for name in filters if name in columns),
    )


def _outcome(columns: Collection[str]) -> tuple[tuple[str, ...], bool]:
    """The columns that say who won, and whether they are counts."""
    if WINNER in columns:
        return (WINNER,), False
    if set(WINNER_FLAGS) <= set(columns):
        return tuple(WINNER_FLAGS), False
    if set(COUNT_COLUMNS) <= set(columns):
        return (*COUNT_COLUMNS, *(name for name in OPTIONAL_COUNT_COLUMNS if name in columns)), True
    return (), False


def _listed(columns: Collection[str]) -> str:
    shown = ", ".join(repr(name)[:60] for name in list(columns)[:20])
    return f"{shown} and {len(columns) - 20:,} more" if len(columns) > 20 else shown or "none"
