"""HelpSteer2, as ratings and as preferences, and HelpSteer3."""

from app.linting.examples import Answer
from app.linting.shapes.conversations import check_roles, prompt_text
from app.linting.shapes.row import Row
from app.linting.shapes.rules import WRONG_TYPES
from app.linting.shapes.shape import Content, Shape, pair
from app.linting.shapes.verdicts import strength, votes

_RATINGS = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")


def _read_ratings(row: Row) -> Content:
    prompt, response = row.text("prompt", "prompt"), row.text("response", "answer")
    for column in _RATINGS:
        rating = row.number(column)
        if rating is not None and not 0 <= rating <= 4:
            row.note(WRONG_TYPES, column, f"is {rating:g}, not from 0 to 4")
    return Content("", True, prompt, () if response is None else (Answer("response", response),))


def _read_preference(row: Row) -> Content:
    columns = ("response_1", "response_2")
    verdict = strength(row, "preference_strength")
    prompt = row.text("prompt", "prompt")
    texts = row.text(columns[0], "answer"), row.text(columns[1], "answer")
    return Content("", True, prompt, pair(columns, texts), votes=votes(verdict, None), first_shown=0)


def _read_3(row: Row) -> Content:
    columns = ("response1", "response2")
    verdict = strength(row, "overall_preference")
    context = row.messages("context")
    if context is not None:
        check_roles(row, "context", context, ends_with="user")
    texts = row.text(columns[0], "answer"), row.text(columns[1], "answer")
    prompt = None if context is None else prompt_text(context)
    return Content("", True, prompt, pair(columns, texts), votes=votes(verdict, None), first_shown=0)


HELPSTEER2_RATINGS = Shape("HelpSteer2 ratings", frozenset({"prompt", "response", *_RATINGS}), _read_ratings)
HELPSTEER2 = Shape(
    "HelpSteer2 preference", frozenset({"prompt", "response_1", "response_2", "preference_strength"}), _read_preference
)
HELPSTEER3 = Shape("HelpSteer3", frozenset({"context", "response1", "response2", "overall_preference"}), _read_3)
