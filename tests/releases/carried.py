"""What each format can carry of a vote, said once more and in another way than the formats themselves do.

Each function takes records, prompt by prompt, and gives the matchups that an import of the format must find.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from app.imports.records import Blocks, ImportedMatchup
from app.releases.record import VoteRecord

Texts = tuple[Blocks, ...]
GROUPS = ("creative_writing", "complexity", "creativity", "domain_knowledge", "problem_solving", "real_world")
KNOWN_TAGS = ("code", *GROUPS, "specificity", "technical_accuracy", "if", "math")
FLIPPED = {"model_a": "model_b", "model_b": "model_a"}


class Seen(NamedTuple):
    """A matchup with its votes, each (annotator, winner, kind, cast_at, strength)."""

    prompts: Texts
    answers_a: Texts
    answers_b: Texts
    models: tuple[str, str] = ("chosen", "rejected")
    votes: tuple[tuple[object, ...], ...] = ()
    language: str | None = None
    tags: tuple[str, ...] = ()


def seen(matchup: ImportedMatchup) -> Seen:
    return Seen(
        matchup.prompts,
        matchup.answers_a,
        matchup.answers_b,
        (str(matchup.model_a), str(matchup.model_b)),
        tuple((vote.annotator, vote.winner, vote.kind, vote.cast_at, vote.strength) for vote in matchup.votes),
        matchup.language,
        matchup.tags,
    )


def said(winner: str, strength: int | None = None) -> tuple[tuple[object, ...], ...]:
    """The vote of nobody known."""
    return (("unknown", winner, "human", None, strength),)


def named(record: VoteRecord) -> tuple[tuple[object, ...], ...]:
    return ((record.annotator, record.winner, "human", record.cast_at, None),)


def whole(record: VoteRecord) -> Seen:
    """The conversations, message by message with their blocks."""
    sides = [[tuple(block["text"] for block in turn[place]) for turn in record.turns] for place in range(3)]
    prompts, answers_a, answers_b = map(tuple, sides)
    return Seen(prompts, answers_a, answers_b, (record.model_a, record.model_b))


def joined(record: VoteRecord) -> Seen:
    """The same with each message as one text."""
    found = whole(record)
    sides = (tuple(("\n\n".join(blocks),) for blocks in side) for side in found[:3])
    return Seen(*sides, found.models)


def is_shared(record: VoteRecord) -> bool:
    found = joined(record)
    return found.answers_a[:-1] == found.answers_b[:-1]


def decided(records: Sequence[VoteRecord], *, margin: bool = False) -> Iterator[Seen]:
    for record in records:
        if record.winner in FLIPPED and is_shared(record) and not (margin and record.strength is None):
            found, votes = joined(record), said("model_a", record.strength if margin else None)
            answers = (found.answers_a, found.answers_b) if record.winner == "model_a" else found[2:0:-1]
            yield Seen(found.prompts, *answers, votes=votes)


def of_one_turn(found: Iterator[Seen]) -> Iterator[Seen]:
    return (one for one in found if len(one.prompts) == 1)


def run_together(found: Iterator[Seen]) -> Iterator[Seen]:
    """Where question and answer are one text, which of it is the question is not told."""
    for one in of_one_turn(found):
        question = one.prompts[0][0]
        if not f"{question}\n\n".startswith("\n\nHuman:"):
            sides = (((f"{question}\n\n{side[0][0]}",),) for side in (one.answers_a, one.answers_b))
            yield Seen((("",),), *sides, votes=one.votes)


def without_marks(found: Iterator[Seen]) -> Iterator[Seen]:
    for one in found:
        messages = [text for side in one[:3] for (text,) in side]
        if not any(mark in text for text in messages for mark in ("\n\nHuman:", "\n\nAssistant:")):
            yield one


def unpaired(records: Sequence[VoteRecord], *, ties: bool = False) -> Iterator[Seen]:
    for record in records:
        if is_shared(record) and (ties or record.winner != "tie"):
            yield joined(record)._replace(models=("response-1", "response-2"), votes=said(str(record.winner)))


def arena(records: Sequence[VoteRecord], *, tags: bool, form: Callable[[VoteRecord], Seen] = joined) -> Iterator[Seen]:
    for record in records:
        known = tuple(tag for tag in KNOWN_TAGS if tags and tag in record.prompt_tags)
        yield form(record)._replace(votes=named(record), language=record.prompt_language, tags=known)


def arena_55k(records: Sequence[VoteRecord]) -> Iterator[Seen]:
    for record in records:
        if record.winner != "both_bad":
            yield joined(record)._replace(votes=said(str(record.winner)))


def strength(record: VoteRecord) -> int | None:
    return None if record.winner == "tie" else record.strength or 1


def helpsteer2(records: Sequence[VoteRecord]) -> Iterator[Seen]:
    for record in records:
        if record.winner != "both_bad" and len(record.turns) == 1:
            votes = said(str(record.winner), strength(record))
            yield joined(record)._replace(models=("response-1", "response-2"), votes=votes)


def helpsteer3(records: Sequence[VoteRecord]) -> Iterator[Seen]:
    matchups: dict[str, list[VoteRecord]] = defaultdict(list)
    for record in records:
        if record.winner != "both_bad" and is_shared(record):
            matchups[record.matchup].append(record)
    for votes in matchups.values():
        verdicts = [said(str(vote.winner), strength(vote))[0] for vote in votes]
        yield joined(votes[0])._replace(
            models=("response-1", "response-2"),
            votes=tuple(verdicts),
            language=votes[0].prompt_language,
            tags=tuple(votes[0].prompt_tags[:1]),
        )


def ranked(records: Sequence[VoteRecord], *, tags: bool) -> Iterator[Seen]:
    """Each pair of answers to the same conversation, with the winner by the share of votes won."""
    votes: dict[object, dict[tuple[str, str], list[Fraction]]] = {}
    first: dict[object, VoteRecord] = {}
    for record in records:
        if is_shared(record):
            found = joined(record)
            key = (found.prompts, found.answers_a[:-1])
            first.setdefault(key, record)
            won = {"model_a": (1, 0), "model_b": (0, 1), "tie": (Fraction(1, 2),) * 2}.get(str(record.winner), (0, 0))
            sides = zip(found.models, (found.answers_a, found.answers_b), won, strict=True)
            for model, answers, points in sides:
                votes.setdefault(key, {}).setdefault((model, answers[-1][0]), []).append(Fraction(points))
    for key, answers in votes.items():
        share = {answer: sum(points) / len(points) for answer, points in answers.items()}
        prompts, before = key
        for a in sorted(answers):
            for b in (answer for answer in sorted(answers) if answer > a and answer[0] != a[0]):
                winner = "tie" if share[a] == share[b] else "model_a" if share[a] > share[b] else "model_b"
                yield Seen(
                    *(prompts, (*before, (a[1],)), (*before, (b[1],)), (a[0], b[0])),
                    votes=said(winner),
                    language=first[key].prompt_language,
                    tags=tuple(first[key].prompt_tags) if tags else (),
                )


def in_order(one: Seen) -> Seen:
    """The sides in the order of models and answers, since a ranking has no sides."""
    if (one.models[0], one.answers_a[-1]) < (one.models[1], one.answers_b[-1]):
        return one
    [(annotator, winner, *rest)] = one.votes
    votes = ((annotator, FLIPPED.get(str(winner), winner), *rest),)
    return one._replace(answers_a=one.answers_b, answers_b=one.answers_a, models=one.models[::-1], votes=votes)


def arena_hard(records: Sequence[VoteRecord]) -> Iterator[Seen]:
    known: dict[tuple[str, str], str] = {}
    for record in records:
        found = joined(record)
        answers = {model: side[0][0] for model, side in zip(found.models, found[1:3], strict=True)}
        if record.winner == "both_bad" or len(record.turns) > 1:
            continue
        if any(known.get((record.prompt, model), text) != text for model, text in answers.items()):
            continue
        known |= {(record.prompt, model): text for model, text in answers.items()}
        strong = None if record.winner == "tie" else min(record.strength or 1, 2)
        votes = ((record.annotator, record.winner, "human", None, strong),)
        yield found._replace(votes=votes, tags=tuple(record.prompt_tags[:1]))
