"""A record's conversation as plain texts, and why there are none, for formats that hold nothing but text."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from app.battles.content import text_of
from app.releases.formats.format import Dropped
from app.releases.record import Blocks, Exchange, VoteRecord

MESSAGE = pa.struct([pa.field("role", pa.string(), nullable=False), pa.field("content", pa.string(), nullable=False)])
MESSAGES = pa.list_(MESSAGE)
Message = dict[str, str]

TIE = Dropped("tie")
BOTH_BAD = Dropped("both bad")
NO_ANSWER = Dropped("an answer is missing")
NOT_TEXT = Dropped("not plain text")
DIFFERENT_PROMPTS = Dropped("conversations differ before the last turn")
MANY_TURNS = Dropped("more than one turn")


class Pair(NamedTuple):
    """The messages that both models were answering, up to and with the last of the user, and the two answers."""

    prompt: Sequence[Message]
    answer_a: str
    answer_b: str


class Choice(NamedTuple):
    """A pair of which one answer was preferred."""

    prompt: Sequence[Message]
    chosen: str
    rejected: str


class TextTurn(NamedTuple):
    """One turn as texts."""

    prompt: str
    answer_a: str
    answer_b: str


def pair_of(record: VoteRecord) -> Pair | Dropped:
    """The last answers of both models to the very same conversation."""
    turns = turns_of(record)
    if isinstance(turns, Dropped):
        return turns
    prompt: list[Message] = []
    for turn in turns[:-1]:
        if turn.answer_a != turn.answer_b:
            return DIFFERENT_PROMPTS
        prompt += [user(turn.prompt), assistant(turn.answer_a)]
    last = turns[-1]
    return Pair([*prompt, user(last.prompt)], last.answer_a, last.answer_b)


def choice_of(record: VoteRecord) -> Choice | Dropped:
    """The pair of a vote that prefers one side."""
    if record.winner not in ("model_a", "model_b"):
        return TIE if record.winner == "tie" else BOTH_BAD
    pair = pair_of(record)
    if isinstance(pair, Dropped):
        return pair
    answers = (pair.answer_a, pair.answer_b)
    chosen, rejected = answers if record.winner == "model_a" else answers[::-1]
    return Choice(pair.prompt, chosen, rejected)


def turns_of(record: VoteRecord) -> list[TextTurn] | Dropped:
    """All turns, each with both answers. There is at least one."""
    turns = []
    for turn in record.turns:
        text = _turn(turn)
        if isinstance(text, Dropped):
            return text
        turns.append(text)
    return turns or NO_ANSWER


def _turn(turn: Exchange) -> TextTurn | Dropped:
    if not turn.answer_a or not turn.answer_b:
        return NO_ANSWER
    prompt, answer_a, answer_b = _text(turn.prompt), _text(turn.answer_a), _text(turn.answer_b)
    if prompt is None or answer_a is None or answer_b is None:
        return NOT_TEXT
    return TextTurn(prompt, answer_a, answer_b)


def _text(blocks: Blocks) -> str | None:
    return text_of(blocks) if all(block["type"] == "text" for block in blocks) else None


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}
