"""Policies from an arena's settings."""

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from app.sampling.anchor import Anchor
from app.sampling.policy import Policy
from app.sampling.uniform import Uniform
from app.sampling.variance_reducing import VarianceReducing
from app.sampling.weighted import Weighted

POLICIES: Mapping[str, type[Policy]] = MappingProxyType(
    {policy.name: policy for policy in (Uniform, Weighted, VarianceReducing, Anchor)}
)


def policy_from(document: Mapping[str, Any]) -> Policy:
    """The policy of a document such as {"policy": "weighted", "boost": 8}; settings that it leaves out are defaults.

    Raises ValueError, with words for whoever wrote it, for an unknown policy or setting and for values out of range.
    """
    name = document.get("policy")
    policy = POLICIES.get(name) if isinstance(name, str) else None
    if policy is None:
        raise ValueError(f"policy must be one of {', '.join(POLICIES)}, not {name!r}")
    settings = {key: value for key, value in document.items() if key != "policy"}
    known = [field.name for field in fields(policy)]
    if unknown := [key for key in settings if key not in known]:
        takes = f"takes {', '.join(known)}" if known else "takes none"
        raise ValueError(f"{unknown[0]!r} is no setting of the policy {name}, which {takes}")
    return policy(**settings)
