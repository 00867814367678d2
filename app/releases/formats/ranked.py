"""The answers to one prompt, ranked by the votes on them, for formats that hold more than pairs.

An answer's score is the share of its votes that it won, a tie being half a win and a vote for neither none. Answers
with the same score share a rank, and the next rank counts them: 1, 1, 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from app.releases.formats.format import Dropped
from app.releases.formats.texts import Message, Pair, pair_of
from app.releases.record import VoteRecord


@dataclass
class _Count:
    wins: int = 0
    ties: int = 0
    votes: int = 0

    @property
    def score(self) -> Fraction:
        return Fraction(2 * self.wins + self.ties, 2 * self.votes)


class RankedAnswer(NamedTuple):
    """rank counts from 1."""

    rank: int
    model: str
    text: str
    wins: int
    ties: int
    votes: int


class Ranking(NamedTuple):
    """A conversation up to and with the last user message, and the answers to it, the best first."""

    prompt: Sequence[Message]
    answers: Sequence[RankedAnswer]


@dataclass
class _Conversation:
    prompt: Sequence[Message]
    counts: dict[tuple[str, str], _Count] = field(default_factory=dict)

    def add(self, record: VoteRecord, pair: Pair) -> None:
        for slot, model, text in (
            ("model_a", record.model_a, pair.answer_a),
            ("model_b", record.model_b, pair.answer_b),
        ):
            count = self.counts.setdefault((model, text), _Count())
            count.votes += 1
            count.wins += record.winner == slot
            count.ties += record.winner == "tie"


def rank_answers(records: Sequence[VoteRecord]) -> tuple[list[Ranking], list[Dropped | None]]:
    """A ranking of each conversation that the votes are on, in the order of their first votes; and what is in none."""
    conversations: dict[tuple[str, ...], _Conversation] = {}
    dropped: list[Dropped | None] = []
    for record in records:
        pair = pair_of(record)
        if isinstance(pair, Dropped):
            dropped.append(pair)
            continue
        key = tuple(message["content"] for message in pair.prompt)
        conversations.setdefault(key, _Conversation(pair.prompt)).add(record, pair)
        dropped.append(None)
    return [Ranking(one.prompt, _ranked(one.counts)) for one in conversations.values()], dropped


def _ranked(counts: Mapping[tuple[str, str], _Count]) -> list[RankedAnswer]:
    scores = {key: count.score for key, count in counts.items()}
    ranks = {key: 1 + sum(other > score for other in scores.values()) for key, score in scores.items()}
    return [
        RankedAnswer(ranks[key], *key, counts[key].wins, counts[key].ties, counts[key].votes)
        for key in sorted(counts, key=lambda key: (ranks[key], key))
    ]
