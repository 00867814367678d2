"""FastChat's newer method, written anew from its description: 100 rounds of a multinomial bootstrap.

Votes are reduced to distinct (pair, outcome) with their numbers; each round draws these numbers anew and minimises the
logistic loss with SciPy's L-BFGS-B from zero; the rounds are spread over all processors. Its older method, in which
each round fits scikit-learn's LogisticRegression to duplicated rows, takes longer.
"""

import multiprocessing
import os
from functools import partial

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from app.ratings.arrays import FloatArray, IntArray
from bench.ratings.votes import Job, SimulatedVotes

ROUNDS = 100
# Ratings are in units in which a lead of 1 is tenfold odds.
TENFOLD = float(np.log(10.0))


def bootstrap(votes: SimulatedVotes) -> Job:
    frame = pd.DataFrame(dict(zip(("model_a", "model_b", "winner"), votes.words(), strict=True)))
    return lambda: _bootstrap(frame)


def _bootstrap(frame: pd.DataFrame) -> FloatArray:
    rows = len(frame)
    codes, models = pd.factorize(pd.concat([frame["model_a"], frame["model_b"]]))
    # The outcome is 2 for a win of the first, 0 for one of the second, 1 for a tie.
    schedule = np.full((rows, 3), 1)
    schedule[:, 0], schedule[:, 1] = codes[:rows], codes[rows:]
    schedule[(frame["winner"] == "model_a").to_numpy(), 2] = 2
    schedule[(frame["winner"] == "model_b").to_numpy(), 2] = 0
    kinds, numbers = np.unique(schedule, return_counts=True, axis=0)
    pairs, outcomes = kinds[:, :2], kinds[:, 2] / 2.0
    draws = np.random.default_rng(0).multinomial(rows, numbers / rows, size=ROUNDS) / rows
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        found = pool.map(partial(_fit, pairs, outcomes, len(models)), draws)
    ratings = 1000.0 + 400.0 * np.array(found)
    return np.asarray(np.quantile(ratings, [0.025, 0.5, 0.975], axis=0))


def _fit(pairs: IntArray, outcomes: FloatArray, models: int, weights: FloatArray) -> FloatArray:
    found = minimize(
        _loss,
        np.zeros(models),
        (pairs, outcomes, weights),
        method="L-BFGS-B",
        jac=True,
        options={"maxiter": 100, "gtol": 1e-6},
    )
    return np.asarray(found.x)


def _loss(ratings: FloatArray, pairs: IntArray, outcomes: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    met = ratings[pairs]
    chance = expit(TENFOLD * (met[:, 0] - met[:, 1]))
    loss = -((np.log(chance) * outcomes + np.log(1.0 - chance) * (1.0 - outcomes)) * weights).sum()
    slope = np.zeros_like(ratings)
    lead = -TENFOLD * (outcomes - chance) * weights
    np.add.at(slope, pairs, lead[:, None] * np.array([1.0, -1.0]))
    return float(loss), slope
