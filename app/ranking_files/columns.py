"""What the columns of a votes file are called, and what its words for a winner mean."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # SciPy comes with it, a second that who only wants the words need not wait
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
# Votes on the same item, and the same two models, are on the same comparison.
ITEM_COLUMNS = ("matchup_id", "matchup", "item", "item_id", "id")
SIDE_ORDER = "side_order"
WEIGHT = "weight"
WINNER = "winner"
WINNER_FLAGS: "dict[str, Winner]" = {"winner_model_a": "model_a", "winner_model_b": "model_b", "winner_tie": "tie"}
COUNT_COLUMNS = ("a_wins", "b_wins")
OPTIONAL_COUNT_COLUMNS: "dict[str, Winner]" = {"draws": "tie", "both_bad": "both_bad"}

# Our own raw votes hold every revision of every vote; these say which count.
RAW_VOTE_MARKS = frozenset({"battle_id", "current", "after_reveal"})
RAW_VOTE_COLUMNS = ("current", "after_reveal", "exclusions", "annotator_kind")
ANONYMOUS = "anony"

# What people call a column that is read under another name.
_OTHER_WEIGHTS = ("weights", "sample_weight", "vote_weight", "count", "n", "n_votes")
_OTHER_DRAWS = ("ties", "tie", "draw")

_SPELLINGS: "dict[Winner, tuple[str, ...]]" = {
    "model_a": ("model_a", "a", "left", "side_a", "response_a"),
    "model_b": ("model_b", "b", "right", "side_b", "response_b"),
    "tie": ("tie", "draw"),
    "both_bad": ("both_bad", "bothbad", "tie_(bothbad)", "tie_(both_bad)"),
}
_MEANING = {spelling: winner for winner, spellings in _SPELLINGS.items() for spelling in spellings}
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def winner_of(text: str) -> "Winner | None":
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
    weight:   the column of the votes' weights; None where each counts once
    item:     the column that says what a vote is on; None where there is none, or it is not asked for
    side:     the column that says which model was shown first; alike
    """

    models: tuple[str, str]
    outcome: tuple[str, ...]
    counts: bool
    voter: str | None
    is_raw: bool
    filters: tuple[str, ...]
    weight: str | None
    item: str | None
    side: str | None

    @property
    def wanted(self) -> tuple[str, ...]:
        single = filter(None, [self.voter, self.weight, self.item, self.side])
        return tuple(dict.fromkeys([*self.models, *self.outcome, *single, *self.filters]))


@dataclass(frozen=True)
class Asked:
    """Which columns are asked for beside models and winners.

    voter:       the column of voters; None for the first with a common name
    item:        the column of what is voted on; alike
    comparisons: whether to read what each vote is on, and which model was shown first
    """

    voter: str | None = None
    item: str | None = None
    comparisons: bool = False


def find_layout(columns: Collection[str], asked: Asked) -> Layout | str:
    """The layout of a file with these columns, or what is missing in words."""
    models = next((pair for pair in MODEL_COLUMNS if set(pair) <= set(columns)), None)
    if models is None:
        return f"needs the columns model_a and model_b (or left and right); it has {_listed(columns)}"
    for name, meaning in ((asked.voter, "the voter"), (asked.item, "what is voted on")):
        if name is not None and name not in columns:
            return f"has no column {name!r} for {meaning}; it has {_listed(columns)}"
    outcome, counts = _outcome(columns)
    if not outcome:
        return (
            "needs a column winner, or winner_model_a, winner_model_b and winner_tie, or a_wins and b_wins; "
            f"it has {_listed(columns)}"
        )
    if counts and asked.voter is not None:
        return f"holds pair counts, which do not say who voted, so {asked.voter!r} cannot be its column of voters"
    if counts and asked.item is not None:
        return f"holds pair counts, which do not say what each vote was on, so {asked.item!r} cannot be read as that"
    is_raw = set(columns) >= RAW_VOTE_MARKS and not counts
    filters = (*RAW_VOTE_COLUMNS,) if is_raw else () if counts else (ANONYMOUS,)
    return Layout(
        models=models,
        outcome=outcome,
        counts=counts,
        voter=None if counts else asked.voter or _first(VOTER_COLUMNS, columns),
        is_raw=is_raw,
        filters=tuple(name for name in filters if name in columns),
        weight=None if counts else _first((WEIGHT,), columns),
        item=(asked.item or _first(ITEM_COLUMNS, columns)) if asked.comparisons and not counts else None,
        side=_first((SIDE_ORDER,), columns) if asked.comparisons and not counts else None,
    )


def passed_over(columns: Collection[str], layout: Layout) -> tuple[str, ...]:
    """What there is to say about columns that look as if they were meant, and are not read."""
    kinds: tuple[tuple[tuple[str, ...], str], ...]
    if layout.counts:
        kinds = (
            ((WEIGHT, *_OTHER_WEIGHTS), "pair counts say by themselves how many votes there are"),
            (VOTER_COLUMNS, "pair counts do not say who voted"),
            (_OTHER_DRAWS, "draws are read from a column draws"),
        )
    else:
        read = layout.outcome[0] if len(layout.outcome) == 1 else "winner_model_a and the like"
        other = (*WINNER_FLAGS, *COUNT_COLUMNS, *OPTIONAL_COUNT_COLUMNS)
        kinds = (
            (tuple(name for name in other if name not in layout.outcome), f"each row is one vote, by {read}"),
            (() if layout.weight else _OTHER_WEIGHTS, "weights are read from a column weight"),
        )
    found = [([name for name in names if name in columns], reason) for names, reason in kinds]
    return tuple(
        f"{'Column' if len(names) == 1 else 'Columns'} {', '.join(names)} {'is' if len(names) == 1 else 'are'} not "
        f"read: {reason}."
        for names, reason in found
        if names
    )


def _first(names: Collection[str], columns: Collection[str]) -> str | None:
    return next((name for name in names if name in columns), None)


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
