"""What is wrong with a slice as somebody typed it, in words that name the fields of the form."""

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_FIELDS = {
    "title": "Title",
    "slug": "Address",
    "tag": "Category",
    "language": "Language of the prompt",
    "prompt_characters": "Length of the question",
    "answer_characters": "Length of each answer",
    "turns": "Turns",
    "cast_from": "When the vote was cast",
    "cast_until": "When the vote was cast",
    "annotator_kind": "Cast by",
    "protocol_version": "Version of the protocol",
    "minimum_votes": "Least number of votes",
}
_COMPLAINTS = {
    "greater_than_equal": "must be {ge:,} or more",
    "less_than_equal": "must be {le:,} or less",
    "string_too_short": "must be filled in",
    "string_too_long": "must have at most {max_length:,} characters",
    "string_pattern_mismatch": "holds a character that cannot be stored",
    "value_error": "the least is more than the most",  # the one rule of a range that a form can break
}
_ENDS = {"least": "at least", "most": "at most"}


def problem_in_words(error: ValidationError) -> str:
    """The first problem, as a sentence."""
    return _sentence(error.errors()[0])


def _sentence(problem: ErrorDetails) -> str:
    where = [part for part in problem["loc"] if part != "definition"]
    if not where:  # of the definition as a whole: its one rule is the order of its times
        return _whole(problem)
    field = _FIELDS.get(str(where[0]), str(where[0]).replace("_", " ").capitalize())
    end = f", {_ENDS[str(where[-1])]}" if where[-1] in _ENDS else ""
    return f"{field}{end}: {_complaint(problem, where)}."


def _whole(problem: ErrorDetails) -> str:
    if "cast_from" in problem["msg"]:
        return "When the vote was cast: the first day is after the last."
    return "Address: \N{LEFT DOUBLE QUOTATION MARK}overall\N{RIGHT DOUBLE QUOTATION MARK} is the slice of all votes."


def _complaint(problem: ErrorDetails, where: Sequence[int | str]) -> str:
    kind = problem["type"]
    if where[0] == "slug" and kind.startswith("string"):
        return "small letters, digits and single hyphens between them, at most 63, such as long-questions"
    if kind.startswith("int_"):
        typed = str(problem["input"])[:60]
        return f"\N{LEFT DOUBLE QUOTATION MARK}{typed}\N{RIGHT DOUBLE QUOTATION MARK} is not a whole number"
    known = _COMPLAINTS.get(kind)
    if known is None:
        return f"{problem['msg'][:1].lower()}{problem['msg'][1:]}"
    return known.format(**problem.get("ctx", {}))
