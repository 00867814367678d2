"""What the public arena datasets share: two conversations, two models, a winner."""

from collections.abc import Mapping
from typing import Any

from app.imports.formats.conversations import Turns, read_messages, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.shape import Outcome
from app.imports.records import Contestant, ImportedExclusion, ImportedMatchup, ImportedVote

WINNERS = {
    "model_a": "model_a",
    "model_b": "model_b",
    "tie": "tie",
    "tie (bothbad)": "both_bad",
    "both_bad": "both_bad",
}


def read_battle(row: Mapping[str, Any], *, key: str, annotator: str, time: str) -> Outcome:
    """A row with `conversation_a` and `conversation_b`; the arguments name the columns in which the datasets differ."""
    fields = Fields(row)
    side_a, side_b = read_messages(fields, "conversation_a"), read_messages(fields, "conversation_b")
    turns = to_turns(fields, ("conversation_a", "conversation_b"), side_a, side_b)
    vote = ImportedVote(
        annotator=fields.name(annotator),
        winner=fields.choice("winner", WINNERS),
        cast_at=fields.time(time),
        exclusions=() if fields.flag("anony", missing=True) else (ImportedExclusion("not anonymous"),),
    )
    return matchup_of(fields, key=key, turns=turns, tags=_tags(fields), votes=(vote,))


def matchup_of(
    fields: Fields, *, key: str, turns: Turns, votes: tuple[ImportedVote, ...], tags: tuple[str, ...] = ()
) -> Outcome:
    """The matchup of a row with the columns model_a, model_b and perhaps language."""
    model_a, model_b = Contestant(fields.name("model_a")), Contestant(fields.name("model_b"))
    if model_a == model_b:
        fields.note("model_b", "is model_a again; a model is not compared with itself")
    external_id, language = fields.name(key), fields.optional_name("language")
    return fields.faults or (
        ImportedMatchup(
            external_id,
            turns.prompts,
            turns.answers_a,
            turns.answers_b,
            model_a,
            model_b,
            language=language,
            tags=tags,
            votes=votes,
        ),
    )


def _tags(fields: Fields) -> tuple[str, ...]:
    """What the dataset's own classifiers found true: {"math_v0.1": {"math": true}} is `math`; is_code is `code`."""
    found = ["code"] if fields.flag("is_code", missing=False) else []
    groups = fields.get("category_tag")
    for group in groups.values() if isinstance(groups, dict) else ():
        if isinstance(group, dict):
            found += [name for name, is_so in group.items() if is_so is True]
    return tuple(dict.fromkeys(found))
