"""The rating scale: R = 1000 + (400 / ln 10) * theta, so that 400 points are odds of ten to one."""

import math

from app.ratings.arrays import FloatArray, read_only_floats

CENTRE = 1000.0
POINTS_PER_TENFOLD_ODDS = 400.0
POINTS_PER_LOGIT = POINTS_PER_TENFOLD_ODDS / math.log(10.0)


def ratings_from_theta(theta: FloatArray) -> FloatArray:
    """Ratings in points, shape (M,), of strengths `theta` in logits, shape (M,); their mean is 1000."""
    return read_only_floats(CENTRE + POINTS_PER_LOGIT * (theta - theta.mean()))
