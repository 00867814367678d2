"""TRL's preference format without a prompt, as plain texts: the question, a blank line, the answer."""

import pyarrow as pa

from app.releases.formats.format import Dropped, Format, Row, column
from app.releases.formats.texts import MANY_TURNS, Choice
from app.releases.formats.trl_implicit import REWARD_USAGE
from app.releases.formats.trl_preference import MARGIN_OPTION, paired

LIKE_TRANSCRIPT = Dropped("would be read as a transcript")
TRANSCRIPT_START = "\n\nHuman:"


def to_row(choice: Choice) -> Row | Dropped:
    if len(choice.prompt) > 1:
        return MANY_TURNS
    opening = f"{choice.prompt[0]['content']}\n\n"
    if opening.startswith(TRANSCRIPT_START):
        return LIKE_TRANSCRIPT
    return {"chosen": opening + choice.chosen, "rejected": opening + choice.rejected}


TRL_IMPLICIT_PLAIN = Format(
    name="trl-preference-implicit-plain",
    title="TRL preference, implicit prompt, plain",
    description="chosen and rejected as whole texts: question, blank line, answer. One row a vote that counts and "
    "prefers one side, of conversations of one turn.",
    schema=pa.schema(
        [
            column("chosen", pa.string(), "the question and the answer that was preferred"),
            column("rejected", pa.string(), "the question and the other answer"),
        ]
    ),
    to_rows=paired(to_row),
    tags=("preference", "human-feedback", "trl", "reward-model"),
    usage=REWARD_USAGE,
    options=MARGIN_OPTION,
)
