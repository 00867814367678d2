"""Which two models meet next, and with what chance. Knows no database and no web framework."""

from app.sampling.anchor import Anchor
from app.sampling.documents import POLICIES, policy_from
from app.sampling.exposure import exposure
from app.sampling.policy import Draw, Policy
from app.sampling.pool import Entrant, NoPairError, PairVotes, Pool
from app.sampling.uniform import Uniform
from app.sampling.variance_reducing import VarianceReducing
from app.sampling.weighted import Weighted

__all__ = [
    "POLICIES",
    "Anchor",
    "Draw",
    "Entrant",
    "NoPairError",
    "PairVotes",
    "Policy",
    "Pool",
    "Uniform",
    "VarianceReducing",
    "Weighted",
    "exposure",
    "policy_from",
]
