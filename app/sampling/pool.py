"""The models that may be drawn, and what is known of them: the input of every policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Self, get_args

import numpy as np
from numpy.typing import NDArray

from app.ratings.arrays import FloatArray, IntArray, read_only_floats, read_only_integers
from app.sampling.provisional import Provisional, provisional_strengths

Role = Literal["contestant", "anchor"]
ROLES: tuple[Role, ...] = get_args(Role)
BoolArray = NDArray[np.bool_]


class NoPairError(ValueError):
    """Fewer than two models are open, so there is no pair to draw."""


@dataclass(frozen=True)
class Entrant:
    """A model of the pool.

    weight:  above 0, how much more often than others the policy `weighted` draws it
    battles: the battles it was drawn for, voted on or not
    is_open: False for a paused model, which is in no pair while its votes still say how strong its opponents are
    """

    id: str
    weight: float = 1.0
    role: Role = "contestant"
    battles: int = 0
    is_open: bool = True


class PairVotes(NamedTuple):
    """The votes on two models, in either orientation. level: ties, and votes that found both bad."""

    model_a: str
    model_b: str
    wins_a: float
    wins_b: float
    level: float


@dataclass(frozen=True, eq=False)
class Pool:
    """M models, of which some may be closed, and the votes between them.

    models:   ids, all different; the order is that of the arrays
    weights:  (M,) above 0
    roles:    M of ROLES
    exposure: (M,) battles each was drawn for
    wins:     (M, M) votes in which i beat j
    level:    (M, M) symmetric, votes in which neither did
    is_open:  (M,) whether it may be drawn

    Pairs are numbered 0 to P - 1 with P = M (M - 1) / 2, as in `first` and `second`. Nothing can be written to, and
    what is derived from the votes is worked out once: keep the object until the votes or the models change. Raises
    ValueError for arrays that do not fit together, and for weights or votes that cannot be.
    """

    models: tuple[str, ...]
    weights: FloatArray
    roles: tuple[Role, ...]
    exposure: FloatArray
    wins: FloatArray
    level: FloatArray
    is_open: BoolArray

    def __post_init__(self) -> None:
        size = len(self.models)
        if len(set(self.models)) != size:
            raise ValueError("a model is in the pool twice")
        for name, shape in (
            ("weights", (size,)),
            ("exposure", (size,)),
            ("wins", (size, size)),
            ("level", (size, size)),
        ):
            array = read_only_floats(getattr(self, name))
            if array.shape != shape or not np.isfinite(array).all() or (array < 0.0).any():
                raise ValueError(f"{name} must have the shape {shape} and hold finite numbers that are not negative")
            object.__setattr__(self, name, array)
        is_open = np.array(self.is_open, dtype=np.bool_)
        is_open.flags.writeable = False
        object.__setattr__(self, "is_open", is_open)
        if is_open.shape != (size,) or len(self.roles) != size:
            raise ValueError(f"is_open and roles must have {size} entries, one for each model")
        if not (self.weights > 0.0).all():
            raise ValueError("a weight must be above 0; a model that must not be drawn is closed instead")
        if unknown := set(self.roles) - set(ROLES):
            raise ValueError(f"role {min(unknown)!r} is not one of {', '.join(ROLES)}")
        if not np.array_equal(self.level, self.level.T):
            raise ValueError("level must be symmetric")
        if np.diagonal(self.wins).any() or np.diagonal(self.level).any():
            raise ValueError("a model cannot have votes against itself")

    @classmethod
    def of(cls, entrants: Sequence[Entrant], votes: Iterable[PairVotes | tuple[str, str, float, float, float]]) -> Self:
        """A pool of these models; models that only `votes` names, as those that have left, are closed."""
        rows = [PairVotes(*row) for row in votes]
        known = {entrant.id for entrant in entrants}
        gone = sorted({name for row in rows for name in row[:2]} - known)
        everyone = [*entrants, *(Entrant(name, is_open=False) for name in gone)]
        place = {entrant.id: index for index, entrant in enumerate(everyone)}
        wins, level = np.zeros((2, len(everyone), len(everyone)))
        for row in rows:
            a, b = place[row.model_a], place[row.model_b]
            wins[a, b] += row.wins_a
            wins[b, a] += row.wins_b
            level[a, b] += row.level
            level[b, a] += row.level
        return cls(
            models=tuple(entrant.id for entrant in everyone),
            weights=np.array([entrant.weight for entrant in everyone]),
            roles=tuple(entrant.role for entrant in everyone),
            exposure=np.array([float(entrant.battles) for entrant in everyone]),
            wins=wins,
            level=level,
            is_open=np.array([entrant.is_open for entrant in everyone], dtype=np.bool_),
        )

    @cached_property
    def first(self) -> IntArray:
        """(P,): the position of each pair's first model, ascending."""
        return read_only_integers(np.triu_indices(len(self.models), 1)[0])

    @cached_property
    def second(self) -> IntArray:
        """(P,): that of its second, always behind the first."""
        return read_only_integers(np.triu_indices(len(self.models), 1)[1])

    @cached_property
    def open_pairs(self) -> BoolArray:
        """(P,): whether both models of a pair are open. Raises NoPairError when no pair is."""
        count = int(self.is_open.sum())
        if count < 2:
            said = "no model is open" if count == 0 else "only one model is open"
            raise NoPairError(f"There is no pair to draw: {said}, and it takes two.")
        both: BoolArray = self.is_open[self.first] & self.is_open[self.second]
        return both

    @cached_property
    def votes(self) -> FloatArray:
        """(M, M), symmetric: votes on each pair."""
        return read_only_floats(self.wins + self.wins.T + self.level)

    @cached_property
    def provisional(self) -> Provisional:
        """How strong the models seem so far, for planning alone."""
        return provisional_strengths(self.wins + self.level / 2.0)
