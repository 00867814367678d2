"""Counted votes without a database, for what is pure."""

from collections.abc import Sequence

from app.leaderboards.compute import CountedVotes
from app.leaderboards.schemas import AnnotatorKind, ModelFacts
from app.ratings import CodedVotes


def counted(
    results: Sequence[tuple[str, str, str]], *, models: Sequence[str] = (), kind: AnnotatorKind = "human"
) -> CountedVotes:
    columns = list(zip(*results, strict=True)) or [(), (), ()]
    votes = CodedVotes.from_names(*columns, models=models)
    facts = tuple(ModelFacts(name=name, organisation=f"Maker of {name}") for name in votes.models)
    return CountedVotes(
        kind=kind if results else None,
        votes_by_kind={kind: len(results)} if results else {},
        votes=votes,
        facts=facts,
    )


def ring(models: Sequence[str], rounds: int = 1) -> list[tuple[str, str, str]]:
    """Each beats the next and the last beats the first."""
    following = [*models[1:], models[0]]
    return [(a, b, "model_a") for a, b in zip(models, following, strict=True)] * rounds
