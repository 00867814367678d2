"""HelpSteer2's preferences: two responses and a strength from -3 to 3, below 0 where response_1 is better.

A vote whose strength was not asked has the least one. "Both are bad" is no strength, so such votes are left out.
HelpSteer2 also has ratings of single responses, which nobody gives here.
"""

import pyarrow as pa

from app.releases.formats.format import Dropped, Format, Row, column, each
from app.releases.formats.texts import BOTH_BAD, MANY_TURNS, pair_of
from app.releases.record import VoteRecord

_SIGNS = {"model_a": -1, "tie": 0, "model_b": 1}


def signed_strength(record: VoteRecord) -> int | Dropped:
    """-3 to 3, below 0 where slot a won."""
    sign = _SIGNS.get(record.winner or "")
    return BOTH_BAD if sign is None else sign * (record.strength or 1)


def to_row(record: VoteRecord) -> Row | Dropped:
    strength = signed_strength(record)
    if isinstance(strength, Dropped):
        return strength
    pair = pair_of(record)
    if isinstance(pair, Dropped):
        return pair
    if len(pair.prompt) > 1:
        return MANY_TURNS
    return {
        "prompt": pair.prompt[0]["content"],
        "response_1": pair.answer_a,
        "response_2": pair.answer_b,
        "preference_strength": strength,
        "preference_statement": None,
        "preference_elaboration": None,
    }


HELPSTEER2 = Format(
    name="helpsteer2",
    title="HelpSteer2 preference",
    description="Two responses and the strength of the preference, from -3 to 3: one row a vote that counts and does "
    "not call both bad, of conversations of one turn.",
    schema=pa.schema(
        [
            column("prompt", pa.string(), "what the user asked"),
            column("response_1", pa.string(), "the answer of slot a"),
            column("response_2", pa.string(), "the answer of slot b"),
            column(
                "preference_strength",
                pa.int64(),
                "-3 to -1: response_1 is better; 0: a tie; 1 to 3: response_2 is; 1 or -1 where no strength was asked",
            ),
            column("preference_statement", pa.string(), "not known", nullable=True),
            column("preference_elaboration", pa.string(), "not known", nullable=True),
        ]
    ),
    to_rows=each(to_row),
    tags=("preference", "human-feedback", "helpsteer"),
    usage='```python\ndecided = dataset.filter(lambda row: row["preference_strength"] != 0)\n```',
)
