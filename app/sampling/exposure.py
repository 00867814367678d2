"""How often each model is shown, under a policy as things stand."""

import numpy as np

from app.ratings.arrays import FloatArray
from app.sampling.policy import Policy
from app.sampling.pool import Pool


def exposure(pool: Pool, policy: Policy) -> FloatArray:
    """(M,): the share of the next battles that each model is expected to be in; they sum to 2, as a battle has two.

    Raises NoPairError when fewer than two models are open.
    """
    probabilities = policy.probabilities(pool)
    size = len(pool.models)
    shares = np.zeros(size)
    np.add.at(shares, pool.first, probabilities)
    np.add.at(shares, pool.second, probabilities)
    return shares
