"""Whose votes a board is over: kinds of annotators are never mixed."""

from collections.abc import Mapping

from app.leaderboards.schemas import KINDS, AnnotatorKind
from app.ratings import PairCounts, find_connectivity


def choose_kind(by_kind: Mapping[AnnotatorKind, PairCounts]) -> AnnotatorKind | None:
    """People's votes come first, once they rank half as many models as any other kind's do; None without votes.

    The first vote of a person shall not replace a full ranking by one vote that ranks nobody.
    """
    if len(by_kind) < 2:
        return next(iter(by_kind), None)
    ranked = {kind: _ranked_models(by_kind[kind]) for kind in KINDS if kind in by_kind}
    most = max(ranked.values(), default=0)
    return next((kind for kind, models in ranked.items() if 2 * models >= most), None)


def _ranked_models(counts: PairCounts) -> int:
    largest = max((len(component) for component in find_connectivity(counts).components), default=0)
    return largest if largest > 1 else 0
