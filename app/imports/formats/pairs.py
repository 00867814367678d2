"""What the formats share that hold pairs of answers and say neither which models wrote them nor who judged.

So the names are options, the id is a hash of the content, and a preference is a vote only where somebody says whose
judgement it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

import orjson

from app.imports.formats.arena_55k import UNKNOWN
from app.imports.formats.conversations import Message, Turns, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.shape import Outcome
from app.imports.records import Blocks, Contestant, ImportedMatchup, ImportedVote

RESPONSES = ("response-1", "response-2")
MAX_ANSWERS = 64
"""Answers to one prompt; they make a matchup for each pair."""


@dataclass(frozen=True)
class PairOptions:
    """chosen_by is the kind of annotator whose judgement the file holds; None leaves the preference out.

    strength_from_margin: whether `margin` is the strength of a vote, as in our own releases.
    """

    chosen_model: str = "chosen"
    rejected_model: str = "rejected"
    chosen_by: str | None = None
    strength_from_margin: bool = False

    def votes(self, *verdicts: tuple[str, int | None]) -> tuple[ImportedVote, ...]:
        """Votes of nobody known, each (winner, strength); none where nobody said whose judgement it is."""
        kind = self.chosen_by
        if kind is None:
            return ()
        return tuple(ImportedVote(UNKNOWN, winner, kind=kind, strength=strength) for winner, strength in verdicts)


def exchange(prompt: str, answer: str) -> list[Message]:
    return [Message("user", (prompt,)), Message("assistant", (answer,))]


def pair_matchup(turns: Turns, models: tuple[str, str], votes: tuple[ImportedVote, ...]) -> ImportedMatchup:
    """A matchup that is known by its content alone."""
    return ImportedMatchup(
        external_id(turns),
        turns.prompts,
        turns.answers_a,
        turns.answers_b,
        Contestant(models[0]),
        Contestant(models[1]),
        votes=votes,
    )


def external_id(turns: Turns) -> str:
    return sha256(orjson.dumps([turns.prompts, turns.answers_a, turns.answers_b])).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Answer:
    """One of several answers to the same conversation. The lower rank is the better; place counts from 1."""

    place: int
    model: str
    blocks: Blocks
    rank: int


def ranked_matchups(
    fields: Fields,
    key: str,
    prompt: Sequence[Message],
    answers: Sequence[Answer],
    options: PairOptions,
    *,
    language: str | None = None,
    tags: tuple[str, ...] = (),
) -> Outcome:
    """A matchup `key/1-2` for each pair of answers of different models, with a vote where that is asked for."""
    if len(answers) > MAX_ANSWERS:
        fields.note("", f"holds {len(answers)} answers to one prompt; {MAX_ANSWERS} are the most")
        return fields.faults
    matchups = []
    for a, b in combinations(answers, 2):
        if a.model == b.model:
            continue
        sides = [[*prompt, Message("assistant", answer.blocks)] for answer in (a, b)]
        turns = to_turns(fields, ("prompt", "prompt"), *sides)
        winner = "tie" if a.rank == b.rank else "model_a" if a.rank < b.rank else "model_b"
        matchups.append(
            ImportedMatchup(
                f"{key}/{a.place}-{b.place}",
                turns.prompts,
                turns.answers_a,
                turns.answers_b,
                Contestant(a.model),
                Contestant(b.model),
                language=language,
                tags=tags,
                votes=options.votes((winner, None)),
            )
        )
    return fields.faults or tuple(matchups)
