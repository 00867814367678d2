"""TRL's preference type: `chosen, rejected`, with or without `prompt`, as texts or as messages; and Anthropic's HH."""

import re
from collections.abc import Mapping
from typing import Any

from app.imports.formats.conversations import Message, Turns, read_messages, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.pairs import PairOptions, exchange, pair_matchup
from app.imports.formats.shape import Outcome, Shape

_FIRST_SPEAKER = "\n\nHuman:"
_SPEAKERS = re.compile(r"\n\n(Human|Assistant):")
_ROLES = {"Human": "user", "Assistant": "assistant"}


def shape_with(options: PairOptions) -> Shape:
    return Shape(
        "trl-preference",
        marks=(frozenset({"chosen", "rejected"}),),
        columns=frozenset({"prompt", "chosen", "rejected", "margin"}),
        read=lambda row: read_row(row, options),
        repeats_matchups=True,
    )


def read_row(row: Mapping[str, Any], options: PairOptions) -> Outcome:
    fields = Fields(row)
    turns = read_pair(fields)
    strength = fields.whole("margin", 1, 3) if options.strength_from_margin else None
    if fields.faults:
        return fields.faults
    models = (options.chosen_model, options.rejected_model)
    return (pair_matchup(turns, models, options.votes(("model_a", strength))),)


def read_pair(fields: Fields) -> Turns:
    """The turns of a row; chosen is side a."""
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
        return exchange(prompt, chosen), exchange(prompt, rejected)
    if chosen.startswith(_FIRST_SPEAKER) and rejected.startswith(_FIRST_SPEAKER):
        return _transcript(chosen), _transcript(rejected)
    prompt = _opening(chosen, rejected)
    if not prompt:
        fields.note("prompt", "is missing, and chosen and rejected have no common beginning that could be it")
    return exchange(prompt, chosen[len(prompt) :]), exchange(prompt, rejected[len(prompt) :])


def _opening(chosen: str, rejected: str) -> str:
    """What both begin with, up to the end of its last whole word: where the two part is rarely between words."""
    parting = next((place for place, (a, b) in enumerate(zip(chosen, rejected, strict=False)) if a != b), None)
    shared = re.match(r".*\s", chosen[:parting] if parting is not None else min(chosen, rejected, key=len), re.DOTALL)
    return shared[0] if shared else ""


def _transcript(text: str) -> list[Message]:
    r"""`\n\nHuman: …\n\nAssistant: …`, the form of Anthropic's dataset, as messages. The mark's space is no text."""
    parts = _SPEAKERS.split(text)[1:]
    pairs = zip(parts[0::2], parts[1::2], strict=True)
    return [Message(_ROLES[speaker], (said.removeprefix(" "),)) for speaker, said in pairs]
