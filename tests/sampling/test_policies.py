"""What every policy keeps, and what each prefers."""

import numpy as np
import pytest
from hypothesis import given, settings

from app.sampling import Anchor, Entrant, NoPairError, Policy, Pool, Uniform, VarianceReducing, Weighted, exposure
from app.sampling.policy import Exploring
from app.sampling.variance_reducing import width_reductions
from tests.sampling.pools import POLICIES, established, pair, pools, with_newcomer

each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)


@each_policy
@settings(max_examples=60, deadline=None)
@given(pool=pools())
def test_every_open_pair_has_its_floor_and_no_closed_pair_a_chance(policy: Policy, pool: Pool) -> None:
    probabilities = policy.probabilities(pool)
    open_pairs = pool.is_open[pool.first] & pool.is_open[pool.second]
    floor = policy.floor if isinstance(policy, Exploring) else 1.0
    assert abs(probabilities.sum() - 1.0) < 1e-12
    assert (probabilities[open_pairs] >= floor / open_pairs.sum() * (1.0 - 1e-12)).all()
    assert (probabilities[~open_pairs] == 0.0).all()


@each_policy
@settings(max_examples=20, deadline=None)
@given(pool=pools())
def test_no_model_is_preferred_for_where_it_stands_in_the_pool(policy: Policy, pool: Pool) -> None:
    order = np.arange(len(pool.models))[::-1]
    turned = Pool(
        models=tuple(pool.models[place] for place in order),
        weights=pool.weights[order],
        roles=tuple(pool.roles[place] for place in order),
        exposure=pool.exposure[order],
        wins=pool.wins[np.ix_(order, order)],
        level=pool.level[np.ix_(order, order)],
        is_open=pool.is_open[order],
    )
    assert policy.probabilities(turned)[::-1] == pytest.approx(
        [
            policy.probabilities(pool)[pair(pool, turned.models[a], turned.models[b])]
            for a, b in zip(turned.first[::-1], turned.second[::-1], strict=True)
        ],
        rel=1e-6,
    )


@each_policy
def test_pairs_come_as_often_as_the_chance_that_is_kept_with_them(policy: Policy) -> None:
    pool = with_newcomer(4, 30, 1, role="anchor")
    probabilities = policy.probabilities(pool)
    rng = np.random.default_rng(3)
    seen = np.zeros(len(probabilities))
    for _ in range(4000):
        drawn = policy.draw(pool, rng)
        number = pair(pool, drawn.first, drawn.second)
        assert drawn.propensity == probabilities[number]
        assert drawn.policy == policy.name
        seen[number] += 1
    expected = 4000 * probabilities
    # The chi-square of 9 degrees of freedom is above 27.9 once in a thousand times; the seed is fixed.
    assert ((seen - expected) ** 2 / expected).sum() < 27.9


@each_policy
@pytest.mark.parametrize(("count", "said"), [(0, "no model is open"), (1, "only one model is open")])
def test_fewer_than_two_open_models_make_no_pair(policy: Policy, count: int, said: str) -> None:
    pool = Pool.of([Entrant("a", is_open=count > 0), Entrant("b", is_open=False)], [("a", "b", 3, 1, 0)])
    with pytest.raises(NoPairError, match=said):
        policy.probabilities(pool)
    with pytest.raises(NoPairError, match=said):
        policy.draw(pool, np.random.default_rng(0))


@each_policy
def test_an_empty_pool_makes_no_pair(policy: Policy) -> None:
    with pytest.raises(NoPairError, match="no model is open"):
        policy.probabilities(Pool.of([], []))


@each_policy
def test_two_open_models_are_always_drawn(policy: Policy) -> None:
    pool = Pool.of([Entrant("a"), Entrant("b"), Entrant("c", is_open=False)], [("a", "c", 9, 1, 0)])
    drawn = policy.draw(pool, np.random.default_rng(0))
    assert (drawn.first, drawn.second) == ("a", "b")
    assert drawn.propensity == pytest.approx(1.0, abs=1e-12)


def test_exposure_counts_each_battle_for_both_of_its_models() -> None:
    pool = Pool.of([Entrant("a"), Entrant("b"), Entrant("c"), Entrant("d", is_open=False)], [])
    assert exposure(pool, Uniform()) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 0.0])
    heavy = Pool.of([Entrant("a", weight=2.0), Entrant("b"), Entrant("c")], [])
    weighted = Weighted(floor=0.2, minimum_exposure=0.0)
    assert exposure(heavy, weighted) == pytest.approx(0.8 * np.array([0.8, 0.6, 0.6]) + 0.2 * 2 / 3)


def test_weights_multiply_and_a_boost_fades_with_battles() -> None:
    policy = Weighted(floor=0.01, minimum_exposure=100, boost=5)

    def chances(battles: int) -> dict[str, float]:
        entrants = [Entrant("a", 2.0, battles=500), Entrant("b", 3.0, battles=500), Entrant("new", battles=battles)]
        pool = Pool.of(entrants, [])
        preferences = policy.preferences(pool)
        return {name: preferences[pair(pool, *name.split())] for name in ("a b", "a new", "b new")}

    for battles, factor in ((0, 5.0), (50, 3.0), (100, 1.0), (400, 1.0)):
        found = chances(battles)
        assert found["a new"] / found["a b"] == pytest.approx(factor / 3.0)
        assert found["b new"] / found["a b"] == pytest.approx(factor / 2.0)


def test_one_vote_more_narrows_the_intervals_by_what_is_said() -> None:
    pool = established(5, 200)
    known = pool.provisional
    votes = pool.votes * known.information
    reductions = width_reductions(pool)

    def errors(information: np.ndarray) -> float:
        laplacian = np.diag(information.sum(axis=1)) - information
        return float(np.sqrt(np.diagonal(np.linalg.pinv(laplacian, hermitian=True))).sum())

    for number, (a, b) in enumerate(zip(pool.first, pool.second, strict=True)):
        more = votes.copy()
        more[a, b] += known.information[a, b]
        more[b, a] += known.information[a, b]
        assert reductions[number] == pytest.approx(errors(votes) - errors(more), rel=0.02)


def test_votes_go_to_a_new_model_and_to_opponents_near_the_middle_first() -> None:
    pool = with_newcomer(9, 100, 1, gap=0.6)
    probabilities = VarianceReducing().probabilities(pool)
    assert exposure(pool, VarianceReducing())[-1] > 0.8
    assert probabilities[pair(pool, "new 0", "old 4")] > 2.0 * probabilities[pair(pool, "new 0", "old 0")]


def test_close_pairs_are_preferred_to_lopsided_ones() -> None:
    pool = established(9, 100, gap=1.0)
    probabilities = VarianceReducing().probabilities(pool)
    assert probabilities[pair(pool, "old 0", "old 1")] > 3.0 * probabilities[pair(pool, "old 0", "old 8")]


def test_without_votes_variance_reducing_is_uniform() -> None:
    pool = Pool.of([Entrant(str(number)) for number in range(6)], [])
    assert VarianceReducing().probabilities(pool) == pytest.approx(np.full(15, 1 / 15))


def test_two_parts_that_never_met_are_brought_together() -> None:
    rows = [("a", "b", 40, 40, 0), ("c", "d", 40, 40, 0)]
    pool = Pool.of([Entrant(name) for name in "abcd"], rows)
    probabilities = VarianceReducing().probabilities(pool)
    inside = probabilities[pair(pool, "a", "b")] + probabilities[pair(pool, "c", "d")]
    assert inside == pytest.approx(0.1 * 2 / 6, rel=0.05)


def test_a_model_that_always_loses_does_not_keep_the_others_from_being_drawn() -> None:
    entrants = [Entrant(name) for name in "abcde"]
    rows = [(a, b, 8, 8, 0) for a in "abcd" for b in "abcd" if a < b] + [(a, "e", 60, 0, 0) for a in "abcd"]
    assert exposure(Pool.of(entrants, rows), VarianceReducing())[-1] < 1.0


def test_votes_of_a_closed_model_say_how_strong_its_opponents_are() -> None:
    # a and b met only c, who has left: a beat it, b lost to it.
    rows = [("a", "gone", 30, 3, 0), ("b", "gone", 3, 30, 0)]
    pool = Pool.of([Entrant("a"), Entrant("b"), Entrant("x")], rows)
    theta = dict(zip(pool.models, pool.provisional.theta, strict=True))
    assert theta["a"] - theta["b"] > 2.0
    assert exposure(pool, VarianceReducing())[pool.models.index("gone")] == 0.0


def test_a_new_model_meets_anchors_over_the_whole_range_and_then_those_of_its_strength() -> None:
    policy = Anchor(floor=0.01, share=1.0)
    before = with_newcomer(9, 100, 1, gap=0.5, role="anchor")
    met = np.array([policy.probabilities(before)[pair(before, "new 0", f"old {place}")] for place in range(9)])
    assert met.sum() > 0.98
    assert met.max() < 4.0 * met.min()
    rows = [
        (f"old {a}", f"old {b}", 100 / (1 + np.exp((b - a) / 2)), 100 / (1 + np.exp((a - b) / 2)), 0.0)
        for b in range(9)
        for a in range(b)
    ]
    # As strong as the seventh: even with it, winning against the weakest.
    rows += [("new 0", "old 7", 10, 10, 0), ("new 0", "old 0", 20, 0, 0), ("new 0", "old 4", 16, 4, 0)]
    entrants = [
        *(Entrant(f"old {place}", role="anchor", battles=900) for place in range(9)),
        Entrant("new 0", battles=60),
    ]
    after = Pool.of(entrants, rows)
    met = np.array([policy.probabilities(after)[pair(after, "new 0", f"old {place}")] for place in range(9)])
    assert met.argmax() in {6, 7}
    assert met[5:].sum() > 0.85
    assert met[0] < 0.01


def test_each_new_model_meets_anchors_as_often_and_the_rest_is_spread_evenly() -> None:
    pool = with_newcomer(4, 50, 2, role="anchor")
    shares = exposure(pool, Anchor(floor=0.1, share=0.5))
    assert shares[-1] == pytest.approx(shares[-2])
    assert shares[-1] == pytest.approx(0.45 / 2 + 0.55 * 2 / 6)


@pytest.mark.parametrize(
    "pool",
    [established(4, 50), Pool.of([Entrant(name) for name in "abc"], []), established(3, 0)],
    ids=["nobody is new", "everybody is new", "no votes"],
)
def test_without_new_models_or_without_anchors_every_pair_is_as_likely(pool: Pool) -> None:
    assert Anchor().probabilities(pool) == pytest.approx(Uniform().probabilities(pool))


def test_established_models_stand_in_where_no_anchor_is_named() -> None:
    pool = with_newcomer(4, 50, 1)
    assert exposure(pool, Anchor(floor=0.1, share=1.0))[-1] == pytest.approx(0.9 + 0.1 * 4 / 10)
