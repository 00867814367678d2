"""Policies from settings, and back."""

from typing import Any

import pytest

from app.sampling import POLICIES, Anchor, Policy, Uniform, VarianceReducing, Weighted, policy_from


@pytest.mark.parametrize(
    "policy",
    [
        Uniform(),
        Weighted(floor=0.2, minimum_exposure=30, boost=8),
        VarianceReducing(floor=1, sharpness=2.5),
        Anchor(share=0.25, minimum_exposure=10),
    ],
)
def test_a_policy_comes_back_from_its_document(policy: Policy) -> None:
    assert policy_from(policy.to_document()) == policy


def test_settings_that_are_left_out_are_defaults() -> None:
    assert {name: policy_from({"policy": name}) for name in POLICIES} == {
        "uniform": Uniform(),
        "weighted": Weighted(floor=0.1, minimum_exposure=100.0, boost=4.0),
        "variance-reducing": VarianceReducing(floor=0.1, sharpness=4.0),
        "anchor": Anchor(floor=0.1, minimum_exposure=100.0, share=0.5),
    }


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "policy must be one of uniform, weighted, variance-reducing, anchor, not None"),
        ({"policy": "dueling"}, "not 'dueling'"),
        ({"policy": ["uniform"]}, "not \\['uniform'\\]"),
        ({"policy": "uniform", "floor": 0.1}, "'floor' is no setting of the policy uniform, which takes none"),
        ({"policy": "anchor", "boost": 2}, "'boost' is no setting of the policy anchor, which takes floor, minimum"),
        ({"policy": "weighted", "floor": 0}, "floor must be above 0 and at most 1, not 0"),
        ({"policy": "weighted", "floor": 1.01}, "floor must be above 0 and at most 1, not 1.01"),
        ({"policy": "weighted", "floor": "0.1"}, "floor must be a number, not '0.1'"),
        ({"policy": "weighted", "floor": True}, "floor must be a number, not True"),
        ({"policy": "weighted", "floor": float("nan")}, "floor must be a number, not nan"),
        ({"policy": "weighted", "boost": 0.5}, "boost must be at least 1 and at most 1000, not 0.5"),
        ({"policy": "weighted", "minimum_exposure": -1}, "minimum_exposure must be at least 0"),
        ({"policy": "variance-reducing", "sharpness": 33}, "sharpness must be at least 1 and at most 32, not 33"),
        ({"policy": "anchor", "share": 0}, "share must be above 0 and at most 1, not 0"),
        ({"policy": "anchor", "minimum_exposure": None}, "minimum_exposure must be a number, not None"),
    ],
)
def test_settings_that_cannot_be_say_why(document: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        policy_from(document)
