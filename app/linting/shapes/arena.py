"""Votes of arenas with both conversations: our own raw votes, and the public datasets of 33 to 140 thousand."""

from app.linting.examples import Message, Part
from app.linting.shapes.conversations import alternating, check_roles
from app.linting.shapes.row import Row
from app.linting.shapes.rules import WRONG_TYPES
from app.linting.shapes.shape import Content, Shape, pair
from app.linting.shapes.verdicts import annotator, first_shown, flagged, votes, winner

_SIDES = ("conversation_a", "conversation_b")
_BATTLE = frozenset({"model_a", "model_b", "winner", *_SIDES})
_RAW = frozenset({"battle_id", "revision", "matchup_id", "annotator", "winner", "model_a", "model_b"})


def _read_battle(row: Row) -> Content:
    """The public datasets: model_a stood on the left."""
    verdict, who = winner(row), annotator(row)
    counts = row.flag("anony", missing=True)
    prompt, answers = _conversations(row)
    answered = pair(_SIDES, answers, (row.name("model_a"), row.name("model_b")))
    return Content("", False, prompt, answered, votes=votes(verdict if counts else None, who), first_shown=0)


def _conversations(row: Row) -> tuple[str | None, tuple[str | None, str | None]]:
    sides: list[list[Message]] = []
    for column in _SIDES:
        messages = row.messages(column)
        if messages is not None:
            check_roles(row, column, messages, ends_with="assistant")
            sides.append(messages)
    if len(sides) < 2:
        return None, (None, None)
    prompt, *texts = alternating(row, _SIDES[1], *sides)
    return prompt, (texts[0], texts[1])


def _read_raw_vote(row: Row) -> Content:
    """Of our own rows only those count that a board counts; the others are looked at for their texts."""
    verdict = winner(row) if row.has("winner") else None
    who = annotator(row)
    exclusions = row.items("exclusions") if row.has("exclusions") else ()
    is_set_aside = any(isinstance(one, dict) and one.get("lifted_at") is None for one in exclusions or ())
    if not row.flag("current", missing=True) or row.flag("after_reveal", missing=False) or is_set_aside:
        verdict = None
    models = row.name("model_a"), row.name("model_b")
    has_texts = any(column in row.values for column in _SIDES)
    prompt, answers = _conversations(row) if has_texts else (row.name("matchup_id"), ("", ""))
    return Content(
        prompt=prompt,
        answers=pair(_SIDES, answers, models),
        has_texts=has_texts,
        votes=votes(verdict, who),
        occasion=row.name("repeat") or "",
        first_shown=first_shown(row),
    )


def _read_55k(row: Row) -> Content:
    verdict = flagged(row)
    prompts = _turns(row, "prompt", "prompt")
    answers = _turns(row, "response_a", "answer"), _turns(row, "response_b", "answer")
    for column, given in zip(("response_a", "response_b"), answers, strict=True):
        if prompts is not None and given is not None and len(given) != len(prompts):
            row.note(WRONG_TYPES, column, f"holds {len(given)} answers to {len(prompts)} prompts")
    texts = [None if given is None else "\n\n".join(given) for given in answers]
    models = row.name("model_a"), row.name("model_b")
    return Content(
        prompt=None if prompts is None else "\n\n".join(prompts),
        answers=pair(("response_a", "response_b"), (texts[0], texts[1]), models),
        votes=votes(verdict, None),
        first_shown=0,
    )


def _turns(row: Row, column: str, part: Part) -> list[str] | None:
    """A list of texts. An answer that never came is null there: that is an empty one."""
    items = row.items(column)
    if items is None:
        return None
    texts = ["" if item is None else item for item in items]
    return [row.checked(f"{column}[{place}]", text, part) or "" for place, text in enumerate(texts)]


RAW_VOTES = Shape("raw votes", _RAW, _read_raw_vote)
ARENA_140K = Shape("arena 140k", _BATTLE | {"evaluation_session_id"}, _read_battle)
ARENA_100K = Shape("arena 100k", _BATTLE | {"judge_hash"}, _read_battle)
ARENA_33K = Shape("arena 33k", _BATTLE | {"judge"}, _read_battle)
BATTLES = Shape("arena", _BATTLE, _read_battle)
ARENA_55K = Shape(
    "arena 55k",
    frozenset(
        {"model_a", "model_b", "prompt", "response_a", "response_b", "winner_model_a", "winner_model_b", "winner_tie"}
    ),
    _read_55k,
)
