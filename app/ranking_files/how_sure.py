"""How sure a ranking of a file is: what an arena's panel states, by the same functions, of the same figures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from app.leaderboards.analysis import analyse
from app.leaderboards.analysis_schemas import Analysis, OverturningOut, PositionOut
from app.leaderboards.certainty import statements
from app.leaderboards.columnar import ColumnarVotes
from app.leaderboards.compute import CountedVotes
from app.leaderboards.position import position_effect
from app.leaderboards.ranking import select_votes
from app.ranking_files.columns import ITEM_COLUMNS, SIDE_ORDER
from app.ranking_files.names import Said
from app.ranking_files.reading import VotesFile
from app.ratings.arrays import IntArray

_INFLUENCE = "How much does one person matter?"
_AGREEMENT = "Do people agree with each other?"
_REPEATS = "Do people agree with themselves?"
_ORDER = ("drop", "forge", "influence", "position", "agreement", "self-consistency", "cycles")


@dataclass(frozen=True)
class HowSure:
    """The figures, and what they say in words."""

    analysis: Analysis
    statements: tuple[Said, ...]

    def document(self) -> dict[str, Any]:
        """What --json prints under "how_sure"."""
        figures = self.analysis.model_dump(mode="json", exclude={"styles"})
        said = [{key: value for key, value in asdict(one).items() if key != "details"} for one in self.statements]
        return {**figures, "statements": said}


def how_sure(file: VotesFile) -> HowSure:
    """All that the file allows to say, by Bradley-Terry with a tie as half a win, each vote counting once.

    Without voters neither influence nor agreement are known, without items no agreement either.
    """
    columnar = _columnar(file)
    knows_voters = file.voters is not None
    single = columnar if knows_voters else None
    found = analyse(CountedVotes(kind=None, votes_by_kind={}, counts=file.cast, facts=(), single=single))
    if not knows_voters:
        found = found.model_copy(update={"position": _position(columnar, file)})
    return HowSure(found, _said(found, file))


def _columnar(file: VotesFile) -> ColumnarVotes | None:
    """The votes one by one, as an arena has them. What is not known of a vote is its own alone."""
    if file.single is None:
        return None
    single, number = file.single, len(file.single.votes.winner)
    alone = np.arange(number)
    return ColumnarVotes(
        votes=single.votes,
        voters=alone if single.voters is None else _numbered(single.voters),
        items=alone if single.items is None else _numbered(single.items),
        sides=np.zeros(number, dtype=np.int64) if single.sides is None else single.sides,
        matchup_ids=np.zeros(0, dtype="S16"),
    )


def _numbered(codes: IntArray) -> IntArray:
    """(V,): numbers from 0 in the order of first appearance, as an arena's."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[inverse]


def _position(columnar: ColumnarVotes | None, file: VotesFile) -> PositionOut:
    """Without voters this is what is left of the single votes."""
    if columnar is None or not columnar.sides.any():
        return PositionOut(state="not-recorded", recorded_votes=0)
    return position_effect(select_votes(columnar, file.counts.models, None))


def _said(found: Analysis, file: VotesFile) -> tuple[Said, ...]:
    details = {"drop": _changes(found.drop), "forge": _changes(found.forge)}
    said = {
        one.key: Said(one.key, one.question, one.answer, one.meaning, details.get(one.key, ()))
        for one in statements(found)
    }
    said = {**said, **_unknown(file)}
    return tuple(said[key] for key in _ORDER if key in said)


def _unknown(file: VotesFile) -> Mapping[str, Said]:
    """What the columns of the file leave open, and which would tell."""
    unknown = []
    items = f"no column says which votes are on the same comparison ({', '.join(ITEM_COLUMNS)} or --item-column)"
    if file.single is None:
        nobody = "Pair counts do not say who cast which vote."
        unknown = [("influence", _INFLUENCE, nobody), ("agreement", _AGREEMENT, nobody)]
        unknown += [("self-consistency", _REPEATS, nobody)]
    elif file.voters is None:
        nobody = "The file does not say who voted; --voter-column names the column that does."
        unknown = [("influence", _INFLUENCE, nobody), ("agreement", _AGREEMENT, nobody)]
        unknown += [("self-consistency", _REPEATS, nobody)]
    elif file.single.items is None:
        reason = f"Not known, as {items}."
        unknown = [("agreement", _AGREEMENT, reason), ("self-consistency", _REPEATS, reason)]
    if file.single is not None and file.single.sides is None:
        reason = (
            "No position effect can be claimed: which answer stood first was not recorded, or not in a column "
            f"{SIDE_ORDER} with ab or ba."
        )
        unknown += [("position", "Does it help to be shown first?", reason)]
    return {key: Said(key, question, "Not known", reason) for key, question, reason in unknown}


def _changes(found: OverturningOut | None) -> tuple[str, ...]:
    """The votes of each pair, most first."""
    if found is None:
        return ()
    words = {"model_a": "for {a} against {b}", "model_b": "for {b} against {a}"}
    lines = [
        f"{number:,} {words.get(winner, 'for neither of {a} and {b}').format(a=a, b=b)}"
        for a, b, winner, number in found.changes
    ]
    listed = sum(number for *_, number in found.changes)
    more = found.votes - listed
    return (*lines, *([f"and {more:,} more"] if more else []))
