"""The likelihood of graded strength and its derivatives, pair by pair."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from app.ratings.arrays import FloatArray, IntArray
from app.ratings.graded_counts import GradedCounts
from app.ratings.laplacian import laplacian
from app.ratings.newton import Evaluation


@dataclass(frozen=True, eq=False)
class GradedDesign:
    """The pairs that met, each once, and what the parameters are.

    size:          number of models
    first, second: (E,) their models
    votes:         (E, 2s + 1)
    level_totals:  (s + 1,) votes by how much was preferred, whichever model
    reference:     the level whose weight is 1
    levels:        (L,) the others, whose weights are parameters
    free:          (L,) bool, those that anybody gave
    """

    size: int
    first: IntArray
    second: IntArray
    votes: FloatArray
    level_totals: FloatArray
    reference: int
    levels: IntArray
    free: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

    @classmethod
    def of(cls, counts: GradedCounts) -> Self:
        first, second = np.nonzero(np.triu(counts.votes.sum(axis=2)))
        votes = counts.votes[first, second]
        by_grade, middle = votes.sum(axis=0), counts.strongest
        totals = by_grade[middle:] + by_grade[middle::-1]
        totals[0] /= 2.0
        reference = next((level for level in range(1, len(totals)) if totals[level] > 0.0), 1)
        levels = np.array([level for level in range(len(totals)) if level != reference], dtype=np.int64)
        return cls(len(counts.models), first, second, votes, totals, reference, levels, totals[levels] > 0.0)

    @property
    def grades(self) -> IntArray:
        """(2s + 1,) from -s to s."""
        strongest = len(self.level_totals) - 1
        return np.arange(-strongest, strongest + 1, dtype=np.int64)

    def _indicators(self, levels: IntArray) -> FloatArray:
        """(2s + 1, L): 1 where a grade is of a level."""
        indicators: FloatArray = (np.abs(self.grades)[:, None] == levels).astype(np.float64)
        return indicators

    def _log_weight_of_grade(self, log_weights: FloatArray) -> FloatArray:
        """(2s + 1,) from (L,)."""
        of_level = np.zeros(len(self.level_totals))
        of_level[self.levels] = log_weights
        by_grade: FloatArray = of_level[np.abs(self.grades)]
        return by_grade

    def evaluate(self, position: FloatArray) -> Evaluation:
        """The log-likelihood at theta and the logarithms of the free weights, together (M + F,)."""
        theta = position[: self.size]
        log_weights = np.full(len(self.levels), -np.inf)
        log_weights[self.free] = position[self.size :]
        log_p = self._log_probabilities(theta[self.first] - theta[self.second], log_weights)
        p = np.exp(log_p)
        half, level = self.grades / 2.0, self._indicators(self.levels[self.free])
        totals = self.votes.sum(axis=1)
        missed = self.votes - totals[:, None] * p
        gradient = np.empty(len(position))
        lead = missed @ half
        gradient[: self.size] = self._per_model(lead, -lead)
        gradient[self.size :] = missed.sum(axis=0) @ level
        expected, share = p @ half, p @ level
        weights = np.zeros((self.size, self.size))
        weights[self.first, self.second] = totals * (p @ half**2 - expected**2)
        mixed = totals[:, None] * ((p * half) @ level - expected[:, None] * share)
        information = np.empty((len(position), len(position)))
        information[: self.size, : self.size] = laplacian(weights + weights.T)
        for column, of_level in enumerate(mixed.T, start=self.size):
            information[: self.size, column] = self._per_model(of_level, -of_level)
        information[self.size :, : self.size] = information[: self.size, self.size :].T
        information[self.size :, self.size :] = np.diag(totals @ share) - (totals[:, None] * share).T @ share
        seen = self.votes > 0.0
        return Evaluation(float((self.votes[seen] * log_p[seen]).sum()), gradient, information)

    def grade_scores(self, theta: FloatArray, log_weights: FloatArray) -> FloatArray:
        """(M, M, 2s + 1, 2 + L) as GradedFit.grade_scores, from theta (M,) and log weights (L,)."""
        difference = theta[:, None] - theta[None, :]
        p = np.exp(self._log_probabilities(difference.ravel(), log_weights)).reshape(*difference.shape, -1)
        half, level = self.grades / 2.0, self._indicators(self.levels)
        scores = np.empty((*p.shape, 2 + level.shape[1]))
        scores[:, :, :, 0] = half - (p @ half)[:, :, None]
        scores[:, :, :, 1] = -scores[:, :, :, 0]
        scores[:, :, :, 2:] = level - (p @ level)[:, :, None, :]
        scores[np.arange(self.size), np.arange(self.size)] = 0.0
        return scores

    def leads(self) -> sparse.csr_array:
        """(R, M + free levels): every outcome that was seen minus every other that could have been."""
        possible = np.flatnonzero(self.level_totals[np.abs(self.grades)] > 0.0)
        level = self._indicators(self.levels[self.free])
        blocks = []
        pairs = np.arange(len(self.first))
        for seen in possible:
            chosen = pairs[self.votes[:, seen] > 0.0]
            for other in possible[possible != seen]:
                lead = np.zeros((len(chosen), self.size))
                lead[np.arange(len(chosen)), self.first[chosen]] = (seen - other) / 2.0
                lead[np.arange(len(chosen)), self.second[chosen]] = (other - seen) / 2.0
                levels = np.tile(level[seen] - level[other], (len(chosen), 1))
                blocks.append(sparse.csr_array(np.hstack([lead, levels])))
        return sparse.csr_array(sparse.vstack(blocks))

    def _log_probabilities(self, difference: FloatArray, log_weights: FloatArray) -> FloatArray:
        """(E, 2s + 1) from differences of strengths (E,)."""
        log: FloatArray = difference[:, None] * (self.grades / 2.0) + self._log_weight_of_grade(log_weights)
        log -= log.max(axis=1, keepdims=True)
        normalised: FloatArray = log - np.log(np.exp(log).sum(axis=1, keepdims=True))
        return normalised

    def _per_model(self, of_first: FloatArray, of_second: FloatArray) -> FloatArray:
        """(M,): sums over the pairs of what they give to either model, (E,) each."""
        sums = np.zeros(self.size)
        np.add.at(sums, self.first, of_first)
        np.add.at(sums, self.second, of_second)
        return sums
