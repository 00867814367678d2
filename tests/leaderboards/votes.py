"""Counted votes without a database, for what is pure."""

from collections.abc import Sequence

import numpy as np

from app.leaderboards.columnar import ColumnarVotes
from app.leaderboards.compute import CountedVotes
from app.leaderboards.schemas import AnnotatorKind, ModelFacts
from app.ratings import CodedVotes, PairCounts


def counted(
    results: Sequence[tuple[str, str, str]],
    *,
    models: Sequence[str] = (),
    kind: AnnotatorKind = "human",
    voters: Sequence[int] | None = None,
    items: Sequence[int] | None = None,
) -> CountedVotes:
    """Votes with what the database would say of them; one voter cast them all, each on an item of its own."""
    columns = list(zip(*results, strict=True)) or [(), (), ()]
    votes = CodedVotes.from_names(*columns, models=models)
    facts = tuple(ModelFacts(name=name, organisation=f"Maker of {name}") for name in votes.models)
    return CountedVotes(
        kind=kind if results else None,
        votes_by_kind={kind: len(results)} if results else {},
        counts=PairCounts.from_coded_votes(votes),
        facts=facts,
        single=ColumnarVotes(
            votes=votes,
            voters=np.zeros(len(results), dtype=np.int64) if voters is None else np.array(voters),
            items=np.arange(len(results)) if items is None else np.array(items),
            sides=np.zeros(len(results), dtype=np.int64),
            matchup_ids=np.zeros(0, dtype="S16"),
        ),
    )


def ring(models: Sequence[str], rounds: int = 1) -> list[tuple[str, str, str]]:
    """Each beats the next and the last beats the first."""
    following = [*models[1:], models[0]]
    return [(a, b, "model_a") for a, b in zip(models, following, strict=True)] * rounds
