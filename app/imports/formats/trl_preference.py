"""TRL's preference type: `chosen, rejected`, with or without `prompt`, as texts or as messages.

Nothing in it names a model, an annotator or even a row. So the names are options, the id is a hash of the content, and
the preference is a vote only where somebody says whose judgement it was.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from app.imports.formats.arena_55k import UNKNOWN
from app.imports.formats.conversations import Message, Turns, read_messages, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.shape import Outcome, Shape
from app.imports.records import Contestant, ImportedMatchup, ImportedVote

_FIRST_SPEAKER = "\n\nHuman:"
_SPEAKERS = re.compile(r"\n\n(Human|Assistant):")
_ROLES = {"Human": "user", "Assistant": "assistant"}


@dataclass(frozen=True)
class TrlOptions:
    """chosen_by is the kind of annotator whose judgement the file holds; None leaves the preference out."""

    chosen_model: str = "chosen"
    rejected_model: str = "rejected"
    chosen_by: str | None = None


def shape_with(options: TrlOptions) -> Shape:
    return Shape(
        "trl-preference",
        marks=(frozenset({"chosen", "rejected"}),),
        columns=frozenset({"prompt", "chosen", "rejected"}),
        read=lambda row: read_row(row, options),
        repeats_matchups=True,
    )


def read_row(row: Mapping[str, Any], options: TrlOptions) -> Outcome:
    fields = Fields(row)
    turns = _turns(fields)
    if fields.faults:
        return fields.faults
    votes = (ImportedVote(UNKNOWN, "model_a", kind=options.chosen_by),) if options.chosen_by else ()
    return (
        ImportedMatchup(
            _external_id(turns),
            turns.prompts,
            turns.answers_a,
            turns.answers_b,
            Contestant(options.chosen_model),
            Contestant(options.rejected_model),
            votes=votes,
        ),
    )


def _turns(fields: Fields) -> Turns:
    kinds = {type(fields.get(column)) for column in ("prompt", "chosen", "rejected") if fields.get(column) is not None}
    if not fields.require(("chosen", "rejected")):
        return Turns((), (), ())
    if len(kinds) != 1 or not kinds <= {str, list}:
        fields.note("chosen", "the columns must be all texts or all lists of messages")
        return Turns((), (), ())
    sides = _message_sides(fields) if kinds == {list} else _text_sides(fields)
    return Turns((), (), ()) if fields.faults else to_turns(fields, ("chosen", "rejected"), *sides)


def _message_sides(fields: Fields) -> tuple[list[Message], list[Message]]:
    """With a prompt, the two sides go on from it; without, each holds the whole conversation."""
    prompt = read_messages(fields, "prompt") if fields.get("prompt") is not None else []
    return [*prompt, *read_messages(fields, "chosen")], [*prompt, *read_messages(fields, "rejected")]


def _text_sides(fields: Fields) -> tuple[list[Message], list[Message]]:
    chosen, rejected = fields.text("chosen"), fields.text("rejected")
    if fields.get("prompt") is not None:
        prompt = fields.text("prompt")
        return _exchange(prompt, chosen), _exchange(prompt, rejected)
    if chosen.startswith(_FIRST_SPEAKER) and rejected.startswith(_FIRST_SPEAKER):
        return _transcript(chosen), _transcript(rejected)
    prompt = _opening(chosen, rejected)
    if not prompt:
        fields.note("prompt", "is missing, and chosen and rejected have no common beginning that could be it")
    return _exchange(prompt, chosen[len(prompt) :]), _exchange(prompt, rejected[len(prompt) :])


def _exchange(prompt: str, answer: str) -> list[Message]:
    return [Message("user", (prompt,)), Message("assistant", (answer,))]


def _opening(chosen: str, rejected: str) -> str:
    """What both begin with, up to the end of its last whole word: where the two part is rarely between words."""
    parting = next((place for place, (a, b) in enumerate(zip(chosen, rejected, strict=False)) if a != b), None)
    shared = re.match(r".*\s", chosen[:parting] if parting is not None else min(chosen, rejected, key=len), re.DOTALL)
    return shared[0] if shared else ""


def _transcript(text: str) -> list[Message]:
    r"""`\n\nHuman: …\n\nAssistant: …`, the form of Anthropic's dataset, as messages."""
    parts = _SPEAKERS.split(text)[1:]
    return [Message(_ROLES[speaker], (said.strip(),)) for speaker, said in zip(parts[0::2], parts[1::2], strict=True)]


def _external_id(turns: Turns) -> str:
    return sha256(orjson.dumps([turns.prompts, turns.answers_a, turns.answers_b])).hexdigest()[:32]
