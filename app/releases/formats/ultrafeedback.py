"""UltraFeedback, binarized: chosen and rejected as whole conversations, with a score each.

The scores are no ratings, as nobody gave any: the chosen side has the vote's strength, or 1 where none was asked, and
the rejected side 0.
"""

from hashlib import sha256

import pyarrow as pa

from app.releases.formats.format import NESTED_TYPES, Dropped, Format, Row, column, each
from app.releases.formats.texts import MESSAGES, assistant, choice_of
from app.releases.record import VoteRecord


def to_row(record: VoteRecord) -> Row | Dropped:
    choice = choice_of(record)
    if isinstance(choice, Dropped):
        return choice
    opening = choice.prompt[0]["content"]
    chosen = [*choice.prompt, assistant(choice.chosen)]
    return {
        "prompt": opening,
        "prompt_id": sha256(opening.encode()).hexdigest(),
        "chosen": chosen,
        "rejected": [*choice.prompt, assistant(choice.rejected)],
        "messages": chosen,
        "score_chosen": float(record.strength or 1),
        "score_rejected": 0.0,
    }


ULTRAFEEDBACK = Format(
    name="ultrafeedback",
    title="UltraFeedback, binarized",
    description="prompt, chosen and rejected as whole conversations, with scores: one row a vote that counts and "
    "prefers one side.",
    schema=pa.schema(
        [
            column("prompt", pa.string(), "the user's first message"),
            column("prompt_id", pa.string(), "the SHA-256 of prompt"),
            column("chosen", MESSAGES, "the conversation with the answer that was preferred"),
            column("rejected", MESSAGES, "the same conversation with the other answer"),
            column("messages", MESSAGES, "the same as chosen, for supervised training"),
            column("score_chosen", pa.float64(), "the vote's strength, 1 to 3; 1 where none was asked"),
            column("score_rejected", pa.float64(), "0"),
        ]
    ),
    to_rows=each(to_row),
    tags=("preference", "human-feedback", "dpo"),
    usage='```python\npairs = dataset.select_columns(["chosen", "rejected"])  # as TRL takes them\n```',
    file_types=NESTED_TYPES,
)
