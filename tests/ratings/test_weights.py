import numpy as np
import pytest
from scipy.special import expit

from app.ratings.bradley_terry import fit_bradley_terry
from app.ratings.counts import PairCounts
from app.ratings.votes import CodedVotes, InvalidVotesError
from app.ratings.weights import effective_votes, even_pairs, inverse_propensity, voter_weights
from tests.ratings.simulated import names


def test_inverse_propensities_are_scaled_to_a_mean_of_one() -> None:
    found = inverse_propensity([0.5, 0.25, 0.25])
    np.testing.assert_allclose(found.weights, [0.6, 1.2, 1.2])
    assert (found.trimmed, found.largest) == (0, pytest.approx(1.2))


def test_nothing_is_trimmed_unless_it_is_asked_for_and_then_it_is_said() -> None:
    propensities = [0.5] * 99 + [0.001]
    assert inverse_propensity(propensities).largest > 70.0
    trimmed = inverse_propensity(propensities, trim=5.0)
    assert trimmed.trimmed == 1
    assert trimmed.weights[-1] / trimmed.weights[0] < 40.0
    assert trimmed.weights.mean() == pytest.approx(1.0)


def test_they_undo_a_choice_of_pairs_that_looked_at_who_would_win() -> None:
    """Of pairs (1, 2), those of easy prompts, on which the stronger one mostly wins, are drawn ten times as often."""
    rng = np.random.default_rng(1)
    number = 200_000
    a = rng.integers(3, size=number)
    b = (a + rng.integers(1, 3, size=number)) % 3
    easy = rng.random(number) < 0.5
    strength = np.array([0.0, 0.5, 1.0])
    chance = expit((strength[a] - strength[b]) * np.where(easy, 3.0, 0.2))
    winner = np.where(rng.random(number) < chance, 0, 1)
    everything = fit_bradley_terry(PairCounts.from_coded_votes(CodedVotes(names(3), a, b, winner))).ratings
    propensity = np.where(easy, 0.5, 0.05)
    drawn = rng.random(number) < propensity
    votes = CodedVotes(names(3), a[drawn], b[drawn], winner[drawn])
    plain = fit_bradley_terry(PairCounts.from_coded_votes(votes)).ratings
    weights = inverse_propensity(propensity[drawn]).weights
    weighted = fit_bradley_terry(PairCounts.from_coded_votes(votes, weights=weights)).ratings
    assert np.abs(plain - everything).max() > 30.0
    assert np.abs(weighted - everything).max() < 8.0


@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.1, np.nan, np.inf])
def test_what_is_no_propensity_is_refused_with_its_row(wrong: float) -> None:
    with pytest.raises(InvalidVotesError, match=r"row 3: .* is not the probability"):
        inverse_propensity([0.5, 1.0, wrong])


def test_weights_cannot_be_cut_below_their_mean() -> None:
    with pytest.raises(ValueError, match=r"not at 0\.5 times"):
        inverse_propensity([0.5], trim=0.5)


def test_pairs_count_alike_from_fifty_votes_whichever_model_is_called_a() -> None:
    a = np.array([0, 1] * 100 + [0] * 10)
    b = np.array([1, 0] * 100 + [2] * 10)
    weights = even_pairs(CodedVotes(names(3), a, b, np.zeros(210, dtype=np.int64)))
    np.testing.assert_allclose(weights[:200], 1.0 / 200.0)
    np.testing.assert_allclose(weights[200:], 1.0 / 50.0)
    with pytest.raises(ValueError, match="at least 1 vote"):
        even_pairs(CodedVotes(names(3), a, b, a * 0), 0)


def test_every_voter_has_the_same_say() -> None:
    voters = np.array([2, 0, 2, 2, 0])
    weights = voter_weights(voters)
    np.testing.assert_allclose(np.bincount(voters, weights=weights), [1.0, 0.0, 1.0])


def test_a_vote_has_the_weight_of_its_voter() -> None:
    assert voter_weights(np.array([1, 0, 1]), [0.5, 2.0]).tolist() == [2.0, 0.5, 2.0]


@pytest.mark.parametrize("by_voter", [[1.0], [1.0, -1.0], [1.0, np.nan], [[1.0, 1.0]]])
def test_a_voter_without_a_weight_that_can_be_is_refused(by_voter: list[float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        voter_weights(np.array([1, 0, 1]), by_voter)


@pytest.mark.parametrize("voters", [np.array([-1, 0]), np.array([0.0, 1.0])])
def test_voters_are_codes_from_zero(voters: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one code from 0"):
        voter_weights(voters)


def test_effective_votes_are_fewer_the_less_alike_weights_are() -> None:
    assert effective_votes(np.full(7, 3.0)) == pytest.approx(7.0)
    assert effective_votes([1.0, 1.0, 0.0]) == pytest.approx(2.0)
    assert effective_votes([0.0]) == 0.0
