"""Which covariates the votes say something about, once the strengths of the models are known."""

import numpy as np

from app.ratings.arrays import FloatArray
from app.ratings.laplacian import pseudo_inverse

# A column of which so small a share of the variance is its own, and not that of others, is taken for one of rounding.
SMALLEST_OWN_SHARE = 1e-10


def independent_columns(information: FloatArray, size: int, names: tuple[str, ...]) -> tuple[list[int], dict[str, str]]:
    """The covariates that say something of their own, in order, and why the others do not.

    What is left of each one's information once the strengths, and then each covariate kept before, are known: the
    pivots of an elimination. Which of them vanish does not depend on where the information is taken.
    """
    block = information[size:, size:]
    total = np.diagonal(block).copy()
    mixed = information[:size, size:]
    own = block - mixed.T @ pseudo_inverse(-_off_diagonal(information[:size, :size])) @ mixed
    beside_models = np.diagonal(own).copy()
    kept: list[int] = []
    dropped: dict[str, str] = {}
    for column, name in enumerate(names):
        least = SMALLEST_OWN_SHARE * total[column]
        if total[column] == 0.0:
            dropped[name] = "It is the same for both answers of every vote."
        elif beside_models[column] <= least:
            dropped[name] = "It follows from which models met, so its effect cannot be told from their strengths."
        elif own[column, column] <= least:
            earlier = ", ".join(names[index] for index in kept)
            dropped[name] = f"It follows from {earlier} and the models that met, so its effect cannot be told apart."
        else:
            own = own - np.outer(own[:, column], own[column]) / own[column, column]
            kept.append(column)
    return kept, dropped


def _off_diagonal(matrix: FloatArray) -> FloatArray:
    return matrix - np.diag(np.diagonal(matrix))
