r"""Anthropic's HH: `\n\nHuman: …\n\nAssistant: …` transcripts, as gzipped JSON lines.

A message that holds one of these marks itself could not be told from two messages, so it is left out.
"""

import re

import pyarrow as pa

from app.releases.formats.format import Dropped, Format, Row, column
from app.releases.formats.texts import Choice, assistant
from app.releases.formats.trl_implicit import REWARD_USAGE
from app.releases.formats.trl_preference import paired

MARK = re.compile(r"\n\n(Human|Assistant):")
HOLDS_MARK = Dropped("a message holds a mark of the transcript")
_SPEAKERS = {"user": "Human", "assistant": "Assistant"}


def to_row(choice: Choice) -> Row | Dropped:
    texts = [*(message["content"] for message in choice.prompt), choice.chosen, choice.rejected]
    if any(MARK.search(text) for text in texts):
        return HOLDS_MARK
    return {"chosen": _transcript(choice, choice.chosen), "rejected": _transcript(choice, choice.rejected)}


def _transcript(choice: Choice, answer: str) -> str:
    messages = [*choice.prompt, assistant(answer)]
    return "".join(f"\n\n{_SPEAKERS[message['role']]}: {message['content']}" for message in messages)


ANTHROPIC_HH = Format(
    name="anthropic-hh",
    title="Anthropic HH",
    description="chosen and rejected as transcripts, in gzipped JSON lines: one row a vote that counts and prefers one "
    "side.",
    schema=pa.schema(
        [
            column("chosen", pa.string(), "the transcript with the answer that was preferred"),
            column("rejected", pa.string(), "the same transcript with the other answer"),
        ]
    ),
    to_rows=paired(to_row),
    tags=("preference", "human-feedback", "trl", "reward-model"),
    usage=REWARD_USAGE,
    file_types=("jsonl",),
    compressed=True,
)
