"""How likely a count is by chance."""

from math import erfc, exp, lgamma, log, sqrt

_EXACT_UP_TO = 2000
_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


def binomial_tail(wins: int, votes: int, share: float) -> float:
    """P(at least `wins` of `votes`) where each comes with probability `share`; summed exactly in logarithms."""
    if wins <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    terms = (
        lgamma(votes + 1) - lgamma(k + 1) - lgamma(votes - k + 1) + k * log(share) + (votes - k) * log(1 - share)
        for k in range(wins, votes + 1)
    )
    return min(1.0, sum(map(exp, terms)))


def even_p_value(wins: int, votes: int) -> float:
    """Two-sided p-value of `wins` of `votes` where both sides are equally likely: exact, beyond 2,000 votes normal."""
    if votes > _EXACT_UP_TO:
        return erfc((abs(2 * wins - votes) - 1) / sqrt(2 * votes))
    return min(1.0, 2 * binomial_tail(max(wins, votes - wins), votes, 0.5))


def wilson(wins: int, votes: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927). It needs a vote."""
    share, square = wins / votes, _95**2
    middle = (share + square / (2 * votes)) / (1 + square / votes)
    half = _95 * sqrt(share * (1 - share) / votes + square / (4 * votes**2)) / (1 + square / votes)
    return max(0.0, middle - half), min(1.0, middle + half)


def clustered_p_value(total: float, squares: float) -> float:
    """Two-sided p-value of a mean of zero.

    total is the sum of the sums of independent groups, squares the sum of their squares: the normal approximation of
    the sign test with groups instead of votes, which holds from some 20 groups on.
    """
    return erfc(abs(total) / sqrt(2 * squares)) if squares else 1.0


def in_words(p_value: float) -> str:
    """A probability as people write it."""
    if p_value >= 0.001:
        return f"{p_value:.2g}"
    return "less than 1 in a billion" if p_value < 1e-9 else f"1 in {1 / p_value:,.0f}"
