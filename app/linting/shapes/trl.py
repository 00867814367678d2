"""What trainers take: chosen and rejected, prompt and completion, and what they are built from.

Anthropic HH is TRL's implicit shape with transcripts as texts; UltraFeedback has scores beside it.
"""

from typing import Any

from app.linting.examples import Answer, Message, Vote
from app.linting.shapes.conversations import answer_text, check_roles, parted, prompt_text, transcript
from app.linting.shapes.row import Row, kind_of
from app.linting.shapes.rules import MISSING_COLUMNS, SCORES_AGAINST_VERDICT, WRONG_TYPES
from app.linting.shapes.shape import Content, Shape, pair

_SIDES = ("chosen", "rejected")
_CHOSEN = (Vote(None, 0),)


def _read_preference(row: Row) -> Content:
    chosen, rejected = row.values["chosen"], row.values["rejected"]
    if chosen is not None and rejected is not None and isinstance(chosen, list) != isinstance(rejected, list):
        row.note(WRONG_TYPES, "rejected", f"is {kind_of(rejected)} where chosen is {kind_of(chosen)}")
        return Content("broken", trains=True)
    explicit = "explicit prompt" if "prompt" in row.values else "implicit prompt"
    if isinstance(chosen, list) or isinstance(rejected, list):
        prompt, texts = _from_messages(row)
        return Content(f"{explicit}, conversational", True, prompt, pair(_SIDES, texts), votes=_CHOSEN)
    return _from_texts(row, explicit)


def _from_messages(row: Row) -> tuple[str | None, tuple[str | None, str | None]]:
    chosen, rejected = row.messages("chosen"), row.messages("rejected")
    if chosen is None or rejected is None:
        return None, (None, None)
    if "prompt" not in row.values:
        return _whole_conversations(row, chosen, rejected)
    prompt = row.messages("prompt") if isinstance(row.values["prompt"], list) else None
    if prompt is None:
        asked = row.text("prompt", "prompt")
        if asked is not None:
            row.note(WRONG_TYPES, "prompt", "is a text where chosen is a list")
    else:
        check_roles(row, "prompt", prompt, ends_with="user")
        asked = prompt_text(prompt)
    for column, messages in zip(_SIDES, (chosen, rejected), strict=True):
        check_roles(row, column, messages, begins_with="assistant", ends_with="assistant")
    return asked, (answer_text(chosen), answer_text(rejected))


def _whole_conversations(
    row: Row, chosen: list[Message], rejected: list[Message]
) -> tuple[str, tuple[str | None, str | None]]:
    for column, messages in zip(_SIDES, (chosen, rejected), strict=True):
        check_roles(row, column, messages, ends_with="assistant")
    prompt, *texts = parted(row, "rejected", chosen, rejected)
    return prompt, (texts[0], texts[1])


def _from_texts(row: Row, explicit: str) -> Content:
    prompt = row.text("prompt", "prompt") if "prompt" in row.values else None
    texts: tuple[str | None, str | None] = row.text("chosen", "answer"), row.text("rejected", "answer")
    sides = [transcript(text or "") for text in texts]
    if prompt is None and sides[0] is not None and sides[1] is not None:
        prompt, texts = _whole_conversations(row, sides[0], sides[1])
        return Content("transcripts", True, prompt, pair(_SIDES, texts), votes=_CHOSEN)
    return Content(f"{explicit}, plain", True, prompt, pair(_SIDES, texts), votes=_CHOSEN)


def _read_ultrafeedback(row: Row) -> Content:
    prompt = row.text("prompt", "prompt")
    chosen, rejected = row.messages("chosen"), row.messages("rejected")
    scores = row.number("score_chosen"), row.number("score_rejected")
    if scores[0] is not None and scores[1] is not None and scores[0] < scores[1]:
        row.note(SCORES_AGAINST_VERDICT, "score_chosen", f"is {scores[0]:g}, below score_rejected with {scores[1]:g}")
    if chosen is None or rejected is None:
        return Content(trains=True, prompt=prompt)
    _, texts = _whole_conversations(row, chosen, rejected)
    return Content("", True, prompt, pair(_SIDES, texts), votes=_CHOSEN)


def _read_unpaired(row: Row) -> Content:
    label = row.flag("label", missing=False) if row.has("label") else None
    if label is None:
        row.note(MISSING_COLUMNS, "label", "is missing")
    prompt, prompt_kind = _asked(row)
    completion, completion_kind = _said(row, "completion")
    answers = () if completion is None else (Answer("completion", completion),)
    if prompt is not None and completion is not None and prompt_kind != completion_kind:
        row.note(WRONG_TYPES, "completion", "is a text where prompt is a list, or the other way round")
    return Content(prompt_kind, True, prompt, answers, label=label)


def _asked(row: Row) -> tuple[str | None, str]:
    if not isinstance(row.values.get("prompt"), list):
        return row.text("prompt", "prompt"), "plain"
    messages = row.messages("prompt") or []
    check_roles(row, "prompt", messages, ends_with="user")
    return prompt_text(messages), "conversational"


def _said(row: Row, column: str) -> tuple[str | None, str]:
    if not isinstance(row.values.get(column), list):
        return row.text(column, "answer"), "plain"
    messages = row.messages(column) or []
    check_roles(row, column, messages, begins_with="assistant", ends_with="assistant")
    return answer_text(messages), "conversational"


def _read_stepwise(row: Row) -> Content:
    prompt = row.text("prompt", "prompt")
    steps, labels = row.items("completions"), row.items("labels")
    texts = [row.checked(f"completions[{place}]", step, "answer") for place, step in enumerate(steps or ())]
    if steps is not None and labels is not None and len(steps) != len(labels):
        row.note(WRONG_TYPES, "labels", f"holds {len(labels)} labels for {len(steps)} completions")
    wrong: Any = next((label for label in labels or () if not isinstance(label, bool)), None)
    if wrong is not None:
        row.note(WRONG_TYPES, "labels", f"holds {kind_of(wrong)}, not true or false")
    return Content("", True, prompt, (Answer("completions", "\n".join(text or "" for text in texts)),))


def _read_prompt(row: Row) -> Content:
    prompt, variant = _asked(row)
    return Content(variant, True, prompt)


PREFERENCE = Shape("TRL preference", frozenset(_SIDES), _read_preference)
ULTRAFEEDBACK = Shape(
    "UltraFeedback", frozenset({"prompt", *_SIDES, "score_chosen", "score_rejected"}), _read_ultrafeedback
)
UNPAIRED = Shape("TRL unpaired", frozenset({"prompt", "completion", "label"}), _read_unpaired)
STEPWISE = Shape("TRL stepwise", frozenset({"prompt", "completions", "labels"}), _read_stepwise)
PROMPTS = Shape("prompts", frozenset({"prompt"}), _read_prompt)
