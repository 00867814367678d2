"""The panel "How sure is this?" beside one board: what may be said there, and with which commands to check it."""

import shlex
from dataclasses import dataclass
from datetime import datetime

from app.leaderboards.analysis_schemas import Analysis, NeededPairOut, OverturningOut
from app.leaderboards.certainty import Statement, statements
from app.leaderboards.repository import StoredBoard
from app.leaderboards.slices import OVERALL
from app.leaderboards.words import count

MOST_PAIRS = 3
# These name places, or the models that hold them: beside a board of other votes they could contradict it.
_ABOUT_PLACES = frozenset({"drop", "forge", "influence"})


@dataclass(frozen=True)
class Changes:
    """The votes that an overturning is about, by pair, and how many more there are."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """What the panel shows.

    withheld:   why nothing is said; None where something is
    is_fresh:   whether the analysis is of the very votes that the board counts
    dated:      of how many votes it is
    changes:    which votes "these 13" are, by the key of the statement
    commands:   to be run one after another, by whoever wants to check; none where no export is of these votes alone
    """

    withheld: str | None = None
    statements: tuple[Statement, ...] = ()
    is_fresh: bool = True
    dated: str = ""
    worked_out_at: datetime | None = None
    changes: tuple[Changes, ...] = ()
    needed_pairs: tuple[NeededPairOut, ...] = ()
    commands: tuple[str, ...] = ()


def make_panel(board: StoredBoard, analysis: Analysis | None, analysed_at: datetime | None, arena: str) -> Panel:
    """What an analysis, or its absence, lets be said beside this board."""
    least = board.details.minimum_votes
    if least is not None:
        return Panel(
            withheld=f"This slice has {count(board.snapshot.votes, 'vote')}. Like its ranking, these figures are shown "
            f"from {least:,} on: with fewer they would say more about chance than about models."
        )
    if analysis is None:
        return Panel(withheld="This is worked out in the background after the ranking, and appears here by itself.")
    is_fresh = analysis.input_hash == board.snapshot.input_hash
    said = statements(analysis)
    return Panel(
        statements=tuple(one for one in said if is_fresh or one.key not in _ABOUT_PLACES),
        is_fresh=is_fresh,
        dated=_dated(analysis.votes, board.snapshot.votes, is_fresh=is_fresh),
        worked_out_at=analysed_at,
        changes=_changes(analysis) if is_fresh else (),
        needed_pairs=tuple(analysis.needed_pairs[:MOST_PAIRS]) if is_fresh else (),
        commands=_commands(board, arena),
    )


def _dated(analysed: int, shown: int, *, is_fresh: bool) -> str:
    if is_fresh:
        return f"Worked out from the {count(analysed, 'vote')} counted above"
    if analysed < shown:
        return f"Worked out from {analysed:,} of the {count(shown, 'vote')} counted above"
    return f"Worked out from {count(analysed, 'vote')}, not the {shown:,} counted above"


def _changes(analysis: Analysis) -> tuple[Changes, ...]:
    found = []
    if analysis.drop:
        found.append(Changes("The votes that hold up the first place", _lines(analysis.drop)))
    if analysis.forge:
        found.append(Changes("The votes that would have to be forged", _lines(analysis.forge)))
    return tuple(found)


def _lines(found: OverturningOut) -> tuple[str, ...]:
    """By pair, most first; what the analysis does not list is counted."""
    lines = [f"{count(votes, 'vote')} {_for_whom(a, b, winner)}" for a, b, winner, votes in found.changes]
    more = found.votes - sum(votes for *_, votes in found.changes)
    return (*lines, *([f"and {more:,} more"] if more else []))


def _for_whom(model_a: str, model_b: str, winner: str) -> str:
    if winner == "model_a":
        return f"for {model_a} against {model_b}"
    return f"for {model_b} against {model_a}" if winner == "model_b" else f"for neither of {model_a} and {model_b}"


def _commands(board: StoredBoard, arena: str) -> tuple[str, ...]:
    if board.snapshot.slice != OVERALL:
        return ()
    kind = board.details.annotator_kind or "human"
    export = f"preferendum export {shlex.quote(arena)} --format raw-votes --kind {kind}"
    return (export, "preferendum rank raw-votes.jsonl --how-sure")
