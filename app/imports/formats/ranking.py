"""Ranking lists, our own shape: `id, prompt, answers`, where an answer is `rank`, `model` and its text, `answer`."""

from collections.abc import Mapping
from typing import Any

from app.imports.formats.conversations import Message, read_list, read_messages
from app.imports.formats.fields import Fields
from app.imports.formats.pairs import Answer, PairOptions, ranked_matchups
from app.imports.formats.shape import Outcome, Shape

_MARKS = frozenset({"id", "prompt", "answers"})
_LARGEST = 2**31 - 1


def shape_with(options: PairOptions) -> Shape:
    return Shape(
        "ranking", marks=(_MARKS,), columns=_MARKS | {"language", "tags"}, read=lambda row: read_row(row, options)
    )


def read_row(row: Mapping[str, Any], options: PairOptions) -> Outcome:
    fields = Fields(row)
    key, prompt = fields.name("id"), _prompt(fields)
    language, tags = fields.optional_name("language"), fields.names("tags")
    answers = [_answer(fields, place, item) for place, item in enumerate(read_list(fields, "answers"), start=1)]
    if fields.faults:
        return fields.faults
    return ranked_matchups(fields, key, prompt, answers, options, language=language, tags=tags)


def _prompt(fields: Fields) -> list[Message]:
    if isinstance(fields.get("prompt"), list):
        return read_messages(fields, "prompt")
    return [Message("user", (fields.text("prompt"),))]


def _answer(fields: Fields, place: int, item: Any) -> Answer:
    column = f"answers[{place - 1}]"
    if not isinstance(item, dict):
        fields.note(column, 'is not an answer {"rank", "model", "answer"}')
        return Answer(place, "", ("",), 0)
    part = fields.within(column, item)
    part.require(("rank",))
    return Answer(place, part.name("model"), (part.text("answer"),), part.whole("rank", 0, _LARGEST) or 0)
