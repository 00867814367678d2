"""How much work one text may cause. Counted, not timed: the same text always looks the same, however busy the machine.

The figures are set so that 200 kB of the worst text found take about one second of one core (measured: an endless run
of automatic links, 1.1 s); the same amount of ordinary answer takes a fifth of that and reaches none of them.
"""

from collections.abc import MutableMapping
from typing import Any

MAX_CHARACTERS = 500_000
MAX_LINES = 20_000
MAX_BLOCK_DEPTH = 40
MAX_ELEMENT_DEPTH = 100
MAX_BLOCK_TOKENS = 60_000
MAX_INLINE_STEPS = 60_000
MAX_FORMULA_CHARACTERS = 4_000
MAX_FORMULAS = 5_000
MAX_HIGHLIGHTED_BLOCK = 30_000
MAX_HIGHLIGHTED_TEXT = 100_000

_INLINE_STEPS = "inline_steps"


class TooComplexError(Exception):
    """The text would take too long to format, or nest deeper than a browser shows."""


def spend_inline_steps(env: MutableMapping[Any, Any], steps: float) -> None:
    """Takes `steps` from the budget of the text whose parse `env` belongs to; one step is about 10 microseconds."""
    spent = env.get(_INLINE_STEPS, 0) + steps
    if spent > MAX_INLINE_STEPS:
        raise TooComplexError
    env[_INLINE_STEPS] = spent
