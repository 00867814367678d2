"""A slice's definition as SQL: which joins it needs, and what must be true of a vote.

The statements around it name the battle t, its vote v and the annotator n, and take the parameters of `Selection`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.leaderboards.slices import Range, SliceDefinition

_MATCHUP = "JOIN matchup mu ON mu.id = t.matchup_id AND mu.arena_id = t.arena_id"
_PROMPT = "JOIN prompt p ON p.id = mu.prompt_id AND p.arena_id = t.arena_id"
_TURNS = "(SELECT count(*) FROM turn u WHERE u.matchup_id = t.matchup_id AND u.arena_id = t.arena_id)"
_TAGGED = """EXISTS (
    SELECT FROM prompt_tag g WHERE g.prompt_id = mu.prompt_id AND g.arena_id = t.arena_id AND g.tag = :tag{as_seen})"""
# Both models' answers lie in the range: the shortest and the longest of them do.
_ANSWER = """(
    SELECT {extreme}(s.characters) FROM (
        SELECT sum(r.characters) AS characters FROM response r
        WHERE r.matchup_id = t.matchup_id AND r.arena_id = t.arena_id GROUP BY r.slot
    ) s)"""


@dataclass(frozen=True)
class Selection:
    """Joins and conditions to append to a statement, and the values that they are bound to."""

    joins: str
    conditions: str
    parameters: Mapping[str, Any]


def select_by(definition: SliceDefinition, *, as_seen: Callable[[str], str] | None = None) -> Selection:
    """Everything of a definition but `one_vote_a_day`, which is not a condition on a single vote.

    `as_seen(column)` restricts to what another snapshot saw, given the column of a transaction's id: without it, to
    what this one sees. Of all that a definition looks at only tags are added later than the vote.
    """
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if definition.tag is not None:
        seen = f" AND {as_seen('g.recorded_xid')}" if as_seen else ""
        conditions.append(_TAGGED.format(as_seen=seen))
        values["tag"] = definition.tag
    for name, column in (("language", "p.language"), ("protocol_version", "t.protocol_version")):
        value = getattr(definition, name)
        if value is not None:
            conditions.append(f"{column} = :{name}")
            values[name] = value
    if definition.annotator_kind is not None:
        conditions.append("n.kind = :annotator_kind")
        values["annotator_kind"] = definition.annotator_kind
    if definition.exclude_ties:
        conditions.append("v.winner IN ('model_a', 'model_b')")
    for name, comparison in (("cast_from", ">="), ("cast_until", "<")):
        if getattr(definition, name) is not None:
            conditions.append(f"v.cast_at {comparison} :{name}")
            values[name] = getattr(definition, name)
    _add_range("prompt_characters", "char_length(p.text)", definition.prompt_characters, conditions, values)
    _add_range("turns", _TURNS, definition.turns, conditions, values)
    answers = definition.answer_characters
    if answers is not None:
        _add_ends("answer_characters", _ANSWER.format(extreme="min"), answers.least, None, conditions, values)
        _add_ends("answer_characters", _ANSWER.format(extreme="max"), None, answers.most, conditions, values)
    needs_prompt = definition.language is not None or definition.prompt_characters is not None
    joins = [_MATCHUP] * (needs_prompt or definition.tag is not None) + [_PROMPT] * needs_prompt
    return Selection("\n".join(joins), "".join(f"\nAND {condition}" for condition in conditions), values)


def _add_range(name: str, expression: str, wanted: Range | None, conditions: list[str], values: dict[str, Any]) -> None:
    if wanted is not None:
        _add_ends(name, expression, wanted.least, wanted.most, conditions, values)


def _add_ends(
    name: str, expression: str, least: int | None, most: int | None, conditions: list[str], values: dict[str, Any]
) -> None:
    for end, comparison, value in (("least", ">=", least), ("most", "<=", most)):
        if value is not None:
            conditions.append(f"{expression} {comparison} :{name}_{end}")
            values[f"{name}_{end}"] = value
