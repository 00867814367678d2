"""HelpSteer3's preferences: one row a matchup, with every vote on it as an individual preference.

The overall preference is the mean of the individual ones, rounded to the nearest, and a half towards 0.
"""

import math
from collections.abc import Sequence

import pyarrow as pa

from app.releases.formats.format import NESTED_TYPES, Converted, Dropped, Format, column
from app.releases.formats.helpsteer2 import signed_strength
from app.releases.formats.texts import MESSAGES, pair_of
from app.releases.record import VoteRecord

GENERAL = "general"
INDIVIDUAL = pa.struct(
    [
        pa.field("score", pa.int64(), nullable=False),
        *(pa.field(name, pa.string()) for name in ("reasoning", "feedback1", "feedback2")),
    ]
)


def to_rows(records: Sequence[VoteRecord]) -> Converted:
    pair = pair_of(records[0])
    if isinstance(pair, Dropped):
        return Converted({}, [pair] * len(records))
    strengths = [signed_strength(record) for record in records]
    dropped = [strength if isinstance(strength, Dropped) else None for strength in strengths]
    scores = [strength for strength in strengths if not isinstance(strength, Dropped)]
    if not scores:
        return Converted({}, dropped)
    row = {
        "domain": next(iter(records[0].prompt_tags), GENERAL),
        "language": records[0].prompt_language,
        "context": pair.prompt,
        "response1": pair.answer_a,
        "response2": pair.answer_b,
        "overall_preference": overall(scores),
        "individual_preference": [
            {"score": score, "reasoning": None, "feedback1": None, "feedback2": None} for score in scores
        ],
    }
    return Converted({"": [row]}, dropped)


def overall(scores: Sequence[int]) -> int:
    mean = sum(scores) / len(scores)
    return int(math.copysign(math.ceil(abs(mean) - 0.5), mean))


HELPSTEER3 = Format(
    name="helpsteer3",
    title="HelpSteer3 preference",
    description="Two responses to a conversation, with the overall and every single preference, from -3 to 3: one row "
    "a matchup that has votes which count and do not call both bad.",
    schema=pa.schema(
        [
            column("domain", pa.string(), "the prompt's first tag, or general"),
            column("language", pa.string(), "the prompt's language", nullable=True),
            column("context", MESSAGES, "the conversation up to and with the last user message"),
            column("response1", pa.string(), "the answer of slot a"),
            column("response2", pa.string(), "the answer of slot b"),
            column("overall_preference", pa.int64(), "the mean of the single ones, rounded, a half towards 0"),
            column(
                "individual_preference",
                pa.list_(INDIVIDUAL),
                "each vote, in the order of casting: -3 to -1 where response1 is better, 0 a tie, 1 to 3 where "
                "response2 is; 1 or -1 where no strength was asked",
            ),
        ]
    ),
    to_rows=to_rows,
    tags=("preference", "human-feedback", "helpsteer"),
    usage='```python\ndecided = dataset.filter(lambda row: row["overall_preference"] != 0)\n```',
    group=lambda record: record.matchup,
    file_types=NESTED_TYPES,
)
