"""How strong models seem to be while they have few votes, or none: for planning, never for a board."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from app.ratings.arrays import FloatArray, read_only_floats
from app.ratings.laplacian import laplacian
from app.ratings.scale import POINTS_PER_LOGIT

# A model about which nothing is known may be this far from the mean, in logits (one standard deviation). Wide next to
# real boards, of which 400 points hold most, so it decides only where votes do not.
PRIOR_SPREAD = 400.0 / POINTS_PER_LOGIT
# A thousandth of a logit is a sixth of a point: no pair's chance changes visibly.
TOLERANCE = 1e-3
LONGEST = 100


@dataclass(frozen=True, eq=False)
class Provisional:
    """Strengths from votes and a prior, so that they exist before the votes connect all models.

    theta:       (M,) in logits
    covariance:  (M, M) of theta, in squared logits
    information: (M, M) what one vote tells of the difference of two models, p (1 - p), in 1 / logits^2
    """

    theta: FloatArray
    covariance: FloatArray
    information: FloatArray

    @property
    def difference_variances(self) -> FloatArray:
        """(M, M): the variance of theta_i - theta_j."""
        own = np.diagonal(self.covariance)
        variances: FloatArray = own[:, None] + own[None, :] - 2.0 * self.covariance
        return variances


def provisional_strengths(points: FloatArray) -> Provisional:
    """The maximum a posteriori of Bradley-Terry under N(0, PRIOR_SPREAD^2), with its covariance (Laplace).

    points (M, M): wins plus half of what was level. Newton; a step is shortened as in app.ratings.bradley_terry, so
    that it always gains. Raises ArithmeticError should it not converge.
    """
    size = len(points)
    votes = points + points.T
    precision = 1.0 / PRIOR_SPREAD**2
    theta = np.zeros(size)
    for _ in range(LONGEST):
        expected = expit(theta[:, None] - theta[None, :])
        information = expected * expected.T
        hessian = laplacian(votes * information)
        hessian[np.arange(size), np.arange(size)] += precision
        factor = cho_factor(hessian, lower=True)
        gradient = (points - votes * expected).sum(axis=1) - precision * theta
        step = cho_solve(factor, gradient)
        largest = 2.0 * float(np.abs(step).max(initial=0.0))
        if largest < TOLERANCE:
            covariance = cho_solve(factor, np.eye(size))
            return Provisional(read_only_floats(theta), read_only_floats(covariance), read_only_floats(information))
        theta = theta + step * (1.0 if largest <= 1.0 else np.log1p(largest) / largest)
    raise ArithmeticError(f"no provisional strengths after {LONGEST} steps")
