"""Votes made up from a seed: 150 models of different strength and popularity, ties, and answers of different style."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from app.ratings.arrays import FloatArray

WINNERS = np.array(["model_a", "model_b", "tie", "both_bad"], dtype=object)
STYLES = ("length", "headers", "lists", "bold")
CATEGORY_SHARES = (0.62, 0.48, 0.35, 0.3, 0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05, 0.03)
# What a standard deviation of each style is worth, in logits.
STYLE_EFFECTS = np.array([0.35, 0.05, 0.08, 0.04])

Codes = np.ndarray[tuple[int, ...], np.dtype[np.signedinteger[Any]]]
Words = np.ndarray[tuple[int, ...], np.dtype[np.object_]]


@dataclass(frozen=True, eq=False)
class SimulatedVotes:
    """V votes as codes: positions in `models` and in WINNERS. measures: (V, 4) of each answer, where asked for."""

    models: Words
    model_a: Codes
    model_b: Codes
    winner: Codes
    measures_a: FloatArray
    measures_b: FloatArray

    def words(self) -> tuple[Words, Words, Words]:
        """Three columns of texts, each text one object."""
        return self.models[self.model_a], self.models[self.model_b], WINNERS[self.winner]

    def style(self) -> FloatArray:
        """(V, 4): by how much more the first answer has, relative to both."""
        return (self.measures_a - self.measures_b) / (self.measures_a + self.measures_b)

    def categories(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
        """Twelve categories that overlap."""
        rng = np.random.default_rng(1)
        return {
            f"category-{place:02}": rng.random(len(self.winner)) < share for place, share in enumerate(CATEGORY_SHARES)
        }


def simulate(votes: int, models: int, seed: int, *, styled: bool = False) -> SimulatedVotes:
    """The same votes for the same arguments."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0.0, 0.7, models)
    popularity = rng.dirichlet(np.full(models, 2.0))
    model_a = rng.choice(models, size=votes, p=popularity).astype(np.int16)
    model_b = rng.choice(models, size=votes, p=popularity).astype(np.int16)
    same = model_a == model_b
    model_b[same] = (model_b[same] + 1) % models
    measures = [np.maximum(rng.lognormal(5.0, 0.8, (votes if styled else 0, 4)), 1e-3) for _ in range(2)]
    lead = strength[model_a] - strength[model_b]
    if styled:
        relative = (measures[0] - measures[1]) / (measures[0] + measures[1])
        lead = lead + (relative / relative.std(axis=0)) @ STYLE_EFFECTS
    draw = rng.random(votes)
    chance = expit(lead)
    winner = np.where(draw < 0.72 * chance, 0, np.where(draw < 0.72, 1, np.where(draw < 0.88, 2, 3))).astype(np.int8)
    names = np.array([f"organisation/model-{place:03}-chat" for place in range(models)], dtype=object)
    return SimulatedVotes(names, model_a, model_b, winner, *measures)


Job = Callable[[], Any]
