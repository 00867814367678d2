"""The panel "How sure is this?": the figures of an analysis as sentences that a reader understands."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.leaderboards.analysis_schemas import (
    AgreementOut,
    Analysis,
    CyclesOut,
    InfluenceOut,
    OverturningOut,
    PositionOut,
    SelfConsistencyOut,
)
from app.leaderboards.words import count

# Krippendorff (2004), Content analysis, gives these as the bounds for firm and for tentative conclusions.
FIRM_ALPHA, TENTATIVE_ALPHA = 0.8, 0.667


@dataclass(frozen=True)
class Statement:
    """One thing that the votes say about their own certainty: a short answer and what it means."""

    key: str
    question: str
    answer: str
    meaning: str


def statements(analysis: Analysis) -> list[Statement]:
    """All that can be said of these votes, the most important first."""
    return list(_statements(analysis))


def _statements(analysis: Analysis) -> Iterator[Statement]:
    if analysis.drop:
        yield _dropped(analysis.drop, analysis.votes)
    if analysis.forge:
        yield _forged(analysis.forge)
    if analysis.influence:
        yield _influence(analysis.influence)
    yield _position(analysis.position)
    if analysis.agreement_nominal:
        yield agreement_statement(analysis.agreement_nominal, analysis.agreement_ordinal)
    yield _self_consistency(analysis.self_consistency)
    if analysis.cycles:
        yield _cycles(analysis.cycles)


def _dropped(found: OverturningOut, votes: int) -> Statement:
    return Statement(
        "drop",
        "How many votes hold up the first place?",
        count(found.votes, "vote"),
        f"Without {_these(found.votes)} of {votes:,} ({_percent(found.votes / votes)}), {found.new} would stand above "
        f"{found.leader}. A ranking of the remaining votes confirms it; a cleverer choice might need fewer.",
    )


def _forged(found: OverturningOut) -> Statement:
    return Statement(
        "forge",
        "How many forged votes would change it?",
        count(found.votes, "vote"),
        f"So many invented ones would lift {found.new} above {found.leader}.",
    )


def _these(votes: int) -> str:
    return "this one" if votes == 1 else f"these {votes:,}"


def _influence(found: InfluenceOut) -> Statement:
    question = "How much does one person matter?"
    more = ""
    if found.indispensable:
        more = f" Without any one of {found.indispensable:,} of them, not all models could be ranked."
    if found.points is None or found.model is None:
        return Statement("influence", question, "Not known", f"Of {count(found.voters, 'voter')}.{more}")
    meaning = (
        f"No other of {count(found.voters, 'voter')} moves any rating further: leaving out one who cast "
        f"{count(found.votes or 0, 'vote')} moves {found.model} by so much.{more}"
    )
    return Statement("influence", question, f"At most {found.points:.1f} points", meaning)


def _position(found: PositionOut) -> Statement:
    question = "Does it help to be shown first?"
    if found.state == "measured" and None not in (found.points, found.lower, found.upper):
        points, lower, upper = found.points or 0.0, found.lower or 0.0, found.upper or 0.0
        verdict = "The interval holds 0: no effect can be told." if lower <= 0 <= upper else "That is beyond chance."
        meaning = (
            f"So much is the first side worth, with a 95 % interval from {lower:+.1f} to {upper:+.1f}, from "
            f"{count(found.recorded_votes, 'vote')}. {verdict}"
        )
        return Statement("position", question, f"{points:+.1f} points", meaning)
    if found.reason:
        return Statement("position", question, "Not known", found.reason)
    reasons = {
        "not-recorded": "No position effect can be claimed: which answer stood first was not recorded.",
        "not-looked-at": "Votes were not looked at one by one: there are too many, or none. Ratings do not need it.",
        "too-few": f"Only {count(found.recorded_votes, 'vote')} say which answer stood first: too few to tell.",
        "measured": "The votes do not determine it.",
    }
    return Statement("position", question, "Not known", reasons[found.state])


def agreement_statement(nominal: AgreementOut, ordinal: AgreementOut | None) -> Statement:
    """How far voters agree, by Krippendorff's alpha."""
    question = "Do people agree with each other?"
    if nominal.value is None:
        return Statement("agreement", question, "Not known", "Too few comparisons were judged by two people or more.")
    meaning = (
        f"The alpha of Krippendorff (1: always, 0: as by chance) over {count(nominal.units, 'comparison')} with "
        f"{nominal.values:,} verdicts{_interval(nominal)}."
    )
    if ordinal and ordinal.value is not None:
        meaning += f" With a tie counted as half way between, it is {ordinal.value:.4f}."
    return Statement("agreement", question, f"{_degree(nominal.value)}: {nominal.value:.4f}", meaning)


def _interval(found: AgreementOut) -> str:
    if found.lower is None or found.upper is None:
        return ""
    return f"; 95 % interval {found.lower:.3f} to {found.upper:.3f}"


def _degree(alpha: float) -> str:
    if alpha >= FIRM_ALPHA:
        return "Firmly"
    if alpha >= TENTATIVE_ALPHA:
        return "Tentatively"
    return "Little" if alpha >= 0 else "Worse than chance"


def _self_consistency(found: SelfConsistencyOut | None) -> Statement:
    question = "Do people agree with themselves?"
    if found is None:
        return Statement("self-consistency", question, "Not known", "Nobody was shown the same comparison twice.")
    meaning = (
        f"Shown the same comparison again, people said the same {found.consistent:,} of {found.repeated:,} times; "
        f"95 % interval {_percent(found.lower)} to {_percent(found.upper)}."
    )
    return Statement("self-consistency", question, _percent(found.share), meaning)


def _cycles(found: CyclesOut) -> Statement:
    bound = "" if found.is_exact else "at most "
    meaning = (
        f"Of {count(found.decisive, 'vote')} for one of the two models, the best possible ranking contradicts so many; "
        f"{bound}{_percent(found.cyclic_share)} because majorities go round in a circle (A beats B beats C beats A)."
    )
    return Statement("cycles", "How much can no ranking explain?", _percent(found.unexplained_share), meaning)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
