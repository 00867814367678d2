"""Our own raw votes: one row a revision of a vote, with all that is known of its battle."""

import uuid
from collections.abc import Mapping
from typing import Any

from app.imports.formats.conversations import read_list, read_messages, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.shape import Outcome, Shape
from app.imports.formats.votes_file import KINDS
from app.imports.records import BattleFacts, Contestant, ImportedExclusion, ImportedMatchup, ImportedVote
from app.votes.tables import WINNERS

_WINNERS = {winner: winner for winner in WINNERS}
_MARKS = frozenset({"battle_id", "revision", "matchup_id", "annotator", "winner", "model_a", "model_b"})
_OTHERS = frozenset({
    *("current", "strength", "after_reveal", "annotator_kind", "repeat", "side_order", "sampler", "propensity"),
    *("shown_at", "cast_at", "source_row", "exclusions", "prompt_language", "prompt_tags"),
    *("conversation_a", "conversation_b"),
})  # fmt: skip
_SMALLEST, _LARGEST = 0, 32_767
_SMALLEST_ROW, _LARGEST_ROW = -(2**63), 2**63 - 1


def read_row(row: Mapping[str, Any]) -> Outcome:
    fields = Fields(row)
    side_a, side_b = read_messages(fields, "conversation_a"), read_messages(fields, "conversation_b")
    turns = to_turns(fields, ("conversation_a", "conversation_b"), side_a, side_b)
    model_a, model_b = _contestant(fields, "model_a"), _contestant(fields, "model_b")
    if model_a == model_b:
        fields.note("model_b", "is model_a again; a model is not compared with itself")
    matchup = ImportedMatchup(
        fields.name("matchup_id"),
        turns.prompts,
        turns.answers_a,
        turns.answers_b,
        model_a,
        model_b,
        language=fields.optional_name("prompt_language"),
        tags=_tags(fields),
        votes=(_vote(fields),),
    )
    return fields.faults or (matchup,)


def _contestant(fields: Fields, column: str) -> Contestant:
    """`name@label`, or a name alone. Where a name itself holds an @, what follows its last one is the label."""
    name = fields.name(column)
    model, _, label = name.rpartition("@")
    return Contestant(model, label) if model and label else Contestant(name)


def _vote(fields: Fields) -> ImportedVote:
    return ImportedVote(
        annotator=fields.name("annotator"),
        winner=fields.choice("winner", _WINNERS) if fields.has("winner") else None,
        kind=fields.choice("annotator_kind", KINDS),
        cast_at=fields.time("cast_at"),
        strength=fields.whole("strength", 1, 3),
        exclusions=_exclusions(fields),
        battle=_battle(fields),
    )


def _battle(fields: Fields) -> BattleFacts:
    fields.require(("current", "revision", "repeat"))
    return BattleFacts(
        battle_id=_uuid(fields, "battle_id"),
        revision=fields.whole("revision", 1, _LARGEST) or 1,
        is_current=fields.flag("current", missing=False),
        repeat=fields.whole("repeat", _SMALLEST, _LARGEST) or 0,
        after_reveal=fields.flag("after_reveal", missing=False),
        side_order=fields.choice("side_order", {"ab": "ab", "ba": "ba"}) if fields.has("side_order") else None,
        sampler=fields.optional_name("sampler"),
        propensity=_propensity(fields),
        shown_at=fields.time("shown_at"),
        source_row=fields.whole("source_row", _SMALLEST_ROW, _LARGEST_ROW),
    )


def _tags(fields: Fields) -> tuple[str, ...]:
    found = read_list(fields, "prompt_tags") if fields.has("prompt_tags") else []
    return Fields({"prompt_tags": found}, fields.prefix, fields.faults).names("prompt_tags")


def _uuid(fields: Fields, column: str) -> str:
    text = fields.text(column)
    try:
        return str(uuid.UUID(text))
    except ValueError:
        fields.note(column, f"is {text!r:.80}, not a UUID")
        return text


def _propensity(fields: Fields) -> float | None:
    propensity = fields.real("propensity")
    if propensity is not None and not 0 < propensity <= 1:
        fields.note("propensity", f"is {propensity}, not above 0 and at most 1")
    return propensity


def _exclusions(fields: Fields) -> tuple[ImportedExclusion, ...]:
    found = read_list(fields, "exclusions") if fields.has("exclusions") else []
    exclusions: list[ImportedExclusion] = []
    for place, item in enumerate(found):
        if not isinstance(item, dict):
            fields.note(f"exclusions[{place}]", "is not an object")
            continue
        part = fields.within(f"exclusions[{place}]", item)
        times = part.time("created_at"), part.time("lifted_at")
        exclusions.append(ImportedExclusion(part.text("reason"), part.text("excluded_by"), *times))
    return tuple(exclusions)


SHAPE = Shape("raw-votes", marks=(_MARKS,), columns=_MARKS | _OTHERS, read=read_row, repeats_matchups=True)
