"""The neutral shape: `id, prompt, outputs`, as docs/imports.md has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from app.imports.formats.conversations import Message, Turns, read_content, read_messages, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.shape import Outcome, Shape, renamed
from app.imports.formats.votes_file import read_inline_votes
from app.imports.records import Blocks, Contestant, ImportedMatchup

_MAX_OUTPUTS = 16
_FLAT_COLUMNS = {"model": "model", "version": "version", "text": "output"}
_FLAT_NAMES = {
    f"outputs[{place}].{part}": f"{column}_{slot}"
    for place, slot in enumerate("ab")
    for part, column in _FLAT_COLUMNS.items()
}


@dataclass(frozen=True, slots=True)
class _Output:
    """A model's part: its place among the outputs, from 1, and one answer or one to each of the user's messages."""

    place: int
    contestant: Contestant
    answers: tuple[Blocks, ...]

    @property
    def column(self) -> str:
        return f"outputs[{self.place - 1}].text"


def read_row(row: Mapping[str, Any]) -> Outcome:
    """The matchup of a row; of more than two outputs a matchup for each pair, `id/1-2`, `id/1-3` and so on.

    Where a file cannot nest, as CSV, the outputs are the columns `model_a, output_a, model_b, output_b`.
    """
    if row.get("outputs") is None and "output_a" in row:
        outputs = [{part: row.get(f"{column}_{slot}") for part, column in _FLAT_COLUMNS.items()} for slot in "ab"]
        return renamed(_read({**row, "outputs": outputs}), _FLAT_NAMES)
    return _read(row)


def _read(row: Mapping[str, Any]) -> Outcome:
    fields = Fields(row)
    external_id, prompt, outputs = fields.name("id"), _prompt(fields), _outputs(fields)
    category, tags = fields.optional_name("category"), fields.names("tags")
    language, votes = fields.optional_name("language"), read_inline_votes(fields)
    if len(outputs) > 2 and votes:
        fields.note("votes", "a row of more than two outputs is several matchups: put its votes into a file of votes")
    if fields.faults:
        return fields.faults
    matchups: list[ImportedMatchup] = []
    for a, b in combinations(outputs, 2):
        sides = _joined(fields, a, prompt), _joined(fields, b, prompt)
        turns = Turns((), (), ()) if fields.faults else to_turns(fields, (a.column, b.column), *sides)
        matchups.append(
            ImportedMatchup(
                external_id if len(outputs) == 2 else f"{external_id}/{a.place}-{b.place}",
                turns.prompts,
                turns.answers_a,
                turns.answers_b,
                a.contestant,
                b.contestant,
                language=language,
                tags=tuple(dict.fromkeys((category, *tags) if category else tags)),
                votes=votes,
            )
        )
    return fields.faults or tuple(matchups)


def _prompt(fields: Fields) -> list[Message]:
    """A text, or the conversation up to the answer."""
    value = fields.get("prompt")
    messages = (
        read_messages(fields, "prompt") if isinstance(value, list) else [Message("user", (fields.text("prompt"),))]
    )
    if not any(text.strip() for message in messages for text in message.blocks):
        fields.note("prompt", "is empty")
    elif messages[-1].role == "assistant":
        fields.note("prompt", "ends with the assistant's message; it must end with the one that the outputs answer")
    return messages


def _outputs(fields: Fields) -> list[_Output]:
    found = fields.get("outputs")
    if not isinstance(found, list) or not all(isinstance(output, dict) for output in found):
        fields.note("outputs", "is missing" if found is None else 'is not a list of {"model", "text"}')
        return []
    if not 2 <= len(found) <= _MAX_OUTPUTS:
        fields.note("outputs", f"holds {len(found)}; a comparison has from 2 to {_MAX_OUTPUTS}")
        return []
    parts = [fields.within(f"outputs[{place}]", output) for place, output in enumerate(found)]
    outputs = [_output(place, part) for place, part in enumerate(parts, start=1)]
    for output, part in zip(outputs, parts, strict=True):
        if any(output.contestant == earlier.contestant for earlier in outputs[: output.place - 1]):
            part.note("model", f"is {output.contestant} again; a model is not compared with itself")
    return outputs


def _output(place: int, part: Fields) -> _Output:
    contestant = Contestant(part.name("model"), part.optional_name("version") or "")
    text = part.get("text")
    if not isinstance(text, list):
        return _Output(place, contestant, ((part.text("text"),),))
    answers: list[Blocks] = []
    for turn, item in enumerate(text):
        if isinstance(item, dict) and item.get("role", "assistant") != "assistant":
            part.note(f"text[{turn}]", "is not by the assistant; an output holds the model's answers alone")
        content = item.get("content") if isinstance(item, dict) else item
        answers.append(read_content(part, f"text[{turn}]", content))
    return _Output(place, contestant, tuple(answers))


def _joined(fields: Fields, output: _Output, prompt: Sequence[Message]) -> list[Message]:
    """The conversation with an output's answers in their places."""
    replies = [Message("assistant", answer) for answer in output.answers]
    if all(message.role == "user" for message in prompt) and len(replies) == len(prompt):
        return [message for pair in zip(prompt, replies, strict=True) for message in pair]
    if any(message.role == "assistant" for message in prompt) and len(replies) == 1:
        return [*prompt, *replies]
    fields.note(output.column, f"holds {len(replies)} answers; it needs one, or one to each of the user's messages")
    return []


SHAPE = Shape(
    "neutral",
    marks=(frozenset({"prompt", "outputs"}), frozenset({"prompt", "output_a", "output_b"})),
    columns=frozenset({"id", "prompt", "language", "category", "tags", "outputs", "votes", *_FLAT_NAMES.values()}),
    read=read_row,
)
