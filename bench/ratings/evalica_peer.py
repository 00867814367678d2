"""The point estimate by evalica. It is handed its own kind of winners, so that reading them costs it nothing."""

import evalica
import numpy as np

from app.ratings.arrays import FloatArray
from bench.ratings.votes import Job, SimulatedVotes

OUTCOMES = (evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw, evalica.Winner.Draw)


def point_from_strings(votes: SimulatedVotes) -> Job:
    model_a, model_b, _ = votes.words()
    winners = [OUTCOMES[code] for code in votes.winner.tolist()]

    def job() -> FloatArray:
        return np.asarray(evalica.bradley_terry(model_a, model_b, winners).scores)

    return job
