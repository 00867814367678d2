"""Array types of this package, and the one way in which a result's array is made."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def read_only_floats(values: ArrayLike) -> FloatArray:
    """A copy as float64 that nobody can write to: results are shared between callers."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def read_only_integers(values: ArrayLike) -> IntArray:
    """The same as int64."""
    array = np.array(values, dtype=np.int64)
    array.flags.writeable = False
    return array
