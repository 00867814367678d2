"""TRL's unpaired preferences as plain texts."""

from collections.abc import Sequence

import pyarrow as pa

from app.releases.formats.format import Dropped, Format, Row, column
from app.releases.formats.texts import MANY_TURNS, Message
from app.releases.formats.trl_unpaired import KTO_USAGE, LABEL, ties_option, unpaired


def to_row(prompt: Sequence[Message], answer: str, label: bool) -> Row | Dropped:
    if len(prompt) > 1:
        return MANY_TURNS
    return {"prompt": prompt[0]["content"], "completion": answer, "label": label}


TRL_UNPAIRED_PLAIN = Format(
    name="trl-unpaired-plain",
    title="TRL unpaired, plain",
    description="prompt, completion and label for KTO, as texts: two rows a vote that counts, of conversations of one "
    "turn.",
    schema=pa.schema(
        [
            column("prompt", pa.string(), "what the user asked"),
            column("completion", pa.string(), "one answer"),
            LABEL,
        ]
    ),
    to_rows=unpaired(to_row, ties=False),
    tags=("preference", "human-feedback", "trl", "kto"),
    usage=KTO_USAGE,
    options=ties_option(to_row),
)
