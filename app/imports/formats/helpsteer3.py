"""HelpSteer3's preferences: `context, response1, response2`, an overall preference and those of each annotator.

Each individual preference is a vote; where there are none, the overall one is. The domain becomes a tag.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.imports.formats.conversations import Message, Turns, read_list, read_messages, to_turns
from app.imports.formats.fields import Fields
from app.imports.formats.helpsteer2 import read_strength
from app.imports.formats.pairs import RESPONSES, PairOptions, pair_matchup
from app.imports.formats.shape import Outcome, Shape

_MARKS = frozenset({"context", "response1", "response2", "overall_preference"})
_GENERAL = "general"


def shape_with(options: PairOptions) -> Shape:
    return Shape(
        "helpsteer3",
        marks=(_MARKS,),
        columns=_MARKS | {"domain", "language", "individual_preference"},
        read=lambda row: read_row(row, options),
        repeats_matchups=True,
    )


def read_row(row: Mapping[str, Any], options: PairOptions) -> Outcome:
    fields = Fields(row)
    context = read_messages(fields, "context")
    sides = [[*context, Message("assistant", (fields.text(column),))] for column in ("response1", "response2")]
    domain, language = fields.optional_name("domain"), fields.optional_name("language")
    verdicts = _verdicts(fields)
    turns = Turns((), (), ()) if fields.faults else to_turns(fields, ("response1", "response2"), *sides)
    if fields.faults:
        return fields.faults
    matchup = pair_matchup(turns, RESPONSES, options.votes(*verdicts))
    return (replace(matchup, language=language, tags=() if domain in (None, _GENERAL) else (domain,)),)


def _verdicts(fields: Fields) -> list[tuple[str, int | None]]:
    found = read_list(fields, "individual_preference") if fields.has("individual_preference") else []
    if not found:
        return [read_strength(fields, "overall_preference")]
    verdicts = []
    for place, item in enumerate(found):
        if isinstance(item, dict):
            verdicts.append(read_strength(fields.within(f"individual_preference[{place}]", item), "score"))
        else:
            fields.note(f"individual_preference[{place}]", "is not an object")
    return verdicts
