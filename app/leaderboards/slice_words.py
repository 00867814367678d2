"""What a slice holds, in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from app.leaderboards.slices import Range, SliceDefinition

_KINDS = {"human": "people", "simulated": "simulated annotators", "judge": "model judges"}


def definition_in_words(definition: SliceDefinition) -> str:
    """All conditions in one sentence."""
    conditions = list(_conditions(definition))
    return f"Votes {'; '.join(conditions)}." if conditions else "All votes."


def _conditions(definition: SliceDefinition) -> Iterator[str]:
    yield from _of_the_prompt(definition)
    if definition.cast_from is not None or definition.cast_until is not None:
        yield _period(definition.cast_from, definition.cast_until)
    if definition.annotator_kind is not None:
        yield f"by {_KINDS[definition.annotator_kind]}"
    if definition.protocol_version is not None:
        yield f"by version {definition.protocol_version} of the protocol"
    if definition.exclude_ties:
        yield "that prefer one of the two"
    if definition.one_vote_a_day:
        yield "that are the first of a person on a day (UTC)"


def _of_the_prompt(definition: SliceDefinition) -> Iterator[str]:
    if definition.tag is not None:
        yield f"on prompts of the category {_quoted(definition.tag)}"
    if definition.language is not None:
        yield f"on prompts in the language {_quoted(definition.language)}"
    if definition.prompt_characters is not None:
        yield f"on questions of {_range(definition.prompt_characters, 'character')}"
    if definition.answer_characters is not None:
        yield f"where both answers have {_range(definition.answer_characters, 'character')}"
    if definition.turns is not None:
        yield f"on conversations of {_range(definition.turns, 'turn')}"


def _quoted(word: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{word}\N{RIGHT DOUBLE QUOTATION MARK}"


def _range(wanted: Range, unit: str) -> str:
    if wanted.least == wanted.most:
        return f"exactly {wanted.least:,} {unit}{'' if wanted.least == 1 else 's'}"
    if wanted.least is None:
        return f"at most {wanted.most:,} {unit}{'' if wanted.most == 1 else 's'}"
    if wanted.most is None:
        return f"at least {wanted.least:,} {unit}{'' if wanted.least == 1 else 's'}"
    return f"{wanted.least:,} to {wanted.most:,} {unit}s"


def _period(start: datetime | None, end: datetime | None) -> str:
    """Whole days by their names, both included; else moments, of which the second is not included."""
    words = ["cast"]
    if start is not None:
        words.append(f"from {_moment(start)}")
    if end is not None:
        end = end.astimezone(UTC)
        is_midnight = (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)
        words.append(f"through {_moment(end - timedelta(days=1))}" if is_midnight else f"before {_moment(end)}")
    return " ".join(words) + " (UTC)"


def _moment(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    is_midnight = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    return f"{at.day} {at:%B %Y}" if is_midnight else f"{at.day} {at:%B %Y, %H:%M:%S}"
