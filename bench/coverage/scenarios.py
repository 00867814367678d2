"""The kinds of arenas that coverage is measured on."""

import numpy as np

from app.ratings.arrays import FloatArray
from bench.coverage.adaptive import adaptive, matchup_effects
from bench.coverage.worlds import (
    NEARLY_EQUAL,
    SIZE,
    THETA,
    UNIFORM,
    Scenario,
    averaged_over_tastes,
    independent,
    limit,
    opinionated,
    pair_outcomes,
    sparse_design,
    unbalanced_design,
)

NU = 1.0
# How far the tastes of voters differ: the standard deviation of the strength that a model has for a voter, in logits.
SPREAD = 0.6


def scenarios() -> tuple[Scenario, ...]:
    """All of them, each with what its method estimates from infinitely many votes."""
    differences = THETA[:, None] - THETA[None, :]
    exact = THETA - THETA.mean()
    tied = pair_outcomes(differences, NU)
    sparse = sparse_design(30 / 3000)
    effects = matchup_effects()
    uneven = limit(pair_outcomes(differences + effects, 0.0), UNIFORM, "bradley-terry")
    no_effects = np.zeros((SIZE, SIZE))

    def tasteful(voters: int, theta: FloatArray, what: str = "", times: int = 1) -> Scenario:
        truth = limit(averaged_over_tastes(SPREAD, theta), UNIFORM, "bradley-terry")
        draw = opinionated(voters, 3000, SPREAD, theta)
        return Scenario(
            f"clustered: {voters} voters{what}", "bradley-terry", truth, draw, kind="clustered", times=times
        )

    def tied_scenario(method: str) -> Scenario:
        return Scenario("ties", method, limit(tied, UNIFORM, method), independent(UNIFORM, 1500, NU))

    return (
        Scenario("balanced", "bradley-terry", exact, independent(UNIFORM, 1500)),
        Scenario("very unbalanced", "bradley-terry", exact, independent(unbalanced_design(), 3000)),
        Scenario("one model with 30 of 3,000 votes: all models", "bradley-terry", exact, independent(sparse, 3000)),
        Scenario(
            "one model with 30 of 3,000 votes: that model",
            "bradley-terry",
            exact,
            independent(sparse, 3000),
            (3,),
            times=4,
        ),
        tied_scenario("bradley-terry"),
        tied_scenario("davidson"),
        tied_scenario("rao-kupper"),
        tasteful(120, THETA),
        tasteful(30, THETA),
        Scenario(
            "adaptive, model true, unweighted", "bradley-terry", exact, adaptive(3000, no_effects, weighted=False)
        ),
        Scenario("adaptive, model true, weighted", "bradley-terry", exact, adaptive(3000, no_effects, weighted=True)),
        Scenario(
            "adaptive, model wrong, unweighted",
            "bradley-terry",
            uneven,
            adaptive(3000, effects, weighted=False),
            kind=None,
        ),
        Scenario("adaptive, model wrong, weighted", "bradley-terry", uneven, adaptive(3000, effects, weighted=True)),
        Scenario("nearly equal models", "bradley-terry", NEARLY_EQUAL, independent(UNIFORM, 1500, theta=NEARLY_EQUAL)),
        tasteful(120, NEARLY_EQUAL, ", nearly equal models"),
        tasteful(30, NEARLY_EQUAL, ", nearly equal models", times=4),
    )
