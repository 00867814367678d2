"""Whether votes are predicted perfectly in the limit of some unbounded direction, so that no estimate exists.

For models in which the logarithm of an outcome's probability is linear in the parameters, up to normalisation, the
maximum exists unless some direction favours no alternative over any outcome that was seen, and some outcome over an
alternative (Haberman 1974, The analysis of frequency data, chapter 2).
"""

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

SMALLEST_GAIN = 1e-7


def is_separated(leads: sparse.csr_array) -> bool:
    """Whether a direction v exists with leads @ v >= 0, not all of them 0.

    leads (R, P): what was seen minus what could have been, in terms of the parameters, a row for each such pair.
    """
    if not leads.shape[0]:
        return False
    # The sum of what is never negative is positive if any of it is.
    result = milp(
        c=-np.asarray(leads.sum(axis=0), dtype=np.float64).ravel(),
        constraints=LinearConstraint(leads, lb=0.0),
        bounds=Bounds(-1.0, 1.0),
    )
    if result.fun is None:
        raise ArithmeticError(f"whether an estimate exists could not be decided: {result.message}")
    return bool(-result.fun > SMALLEST_GAIN)
