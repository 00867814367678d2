"""Arena-Hard v2: a judgement of a model's answer against a baseline's, joined by its reader with question and answers.

A game is a vote. In the first A is the baseline, in the second the model. What our own releases write as a second
game is no vote, and says so.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from app.accounts.tables import ANNOTATOR_KINDS
from app.imports.formats.conversations import read_list, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.pairs import exchange
from app.imports.formats.shape import Outcome, Shape
from app.imports.records import Contestant, ImportedMatchup, ImportedVote

COLUMNS = frozenset(
    {"uid", "category", "prompt", "model", "baseline", "judge", "kind", "games", "answer", "baseline_answer"}
)
_MIRRORED = "the same verdict as in the first game, seen from the other side"
_GENERAL = "general"
_FIRST = {
    "A>B": "model_a 1",
    "A>>B": "model_a 2",
    "B<A": "model_a 1",
    "B<<A": "model_a 2",
    "A=B": "tie 0",
    "B=A": "tie 0",
    "B>A": "model_b 1",
    "B>>A": "model_b 2",
    "A<B": "model_b 1",
    "A<<B": "model_b 2",
}
_SECOND = {score.translate(str.maketrans("AB", "BA")): meaning for score, meaning in _FIRST.items()}


def read_row(row: Mapping[str, Any]) -> Outcome:
    fields = Fields(row)
    uid, baseline, model = fields.name("uid"), Contestant(fields.name("baseline")), Contestant(fields.name("model"))
    if model == baseline:
        fields.note("model", "is the baseline; a model is not compared with itself")
    prompt = fields.text("prompt")
    sides = [exchange(prompt, fields.text(column)) for column in ("baseline_answer", "answer")]
    category = fields.optional_name("category")
    votes = tuple(_votes(fields))
    turns = to_turns(fields, ("baseline_answer", "answer"), *sides)
    names = sha256(f"{baseline}\0{model}".encode()).hexdigest()[:16] if not fields.faults else ""
    return fields.faults or (
        ImportedMatchup(
            f"{uid}/{names}",
            turns.prompts,
            turns.answers_a,
            turns.answers_b,
            baseline,
            model,
            tags=() if category in (None, _GENERAL) else (category,),
            votes=votes,
        ),
    )


def _votes(fields: Fields) -> Iterator[ImportedVote]:
    kind = fields.get("kind") if fields.get("kind") in ANNOTATOR_KINDS else "judge"
    annotator = fields.name("judge")
    for place, (game, meanings) in enumerate(zip(read_list(fields, "games"), (_FIRST, _SECOND), strict=False)):
        if game is None:
            continue
        if not isinstance(game, dict):
            fields.note(f"games[{place}]", "is not an object")
            continue
        part = fields.within(f"games[{place}]", game)
        if game.get("judgment") != _MIRRORED and game.get("score") is not None:
            winner, _, strength = part.choice("score", meanings).partition(" ")
            yield ImportedVote(annotator, winner, kind=str(kind), strength=int(strength or 0) or None)


SHAPE = Shape("arena-hard", marks=(COLUMNS,), columns=COLUMNS, read=read_row, repeats_matchups=True)
