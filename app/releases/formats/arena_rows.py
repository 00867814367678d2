"""What our rows in the shapes of the public arena datasets share: their metadata, tags and types.

Tokens are counted by no model here, so their numbers are empty; and no classifier has looked at the prompts: a field of
category_tag is true where the prompt has a tag of that name, and empty everywhere else, since nobody said so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from app.releases.formats.format import column
from app.releases.formats.markdown_counts import BOLD, HEADERS, LISTS, markdown_counts
from app.releases.formats.texts import TextTurn, assistant, user
from app.releases.record import VoteRecord

_BOOL, _INT = pa.bool_(), pa.int64()
CRITERIA = (
    *("complexity", "creativity", "domain_knowledge", "problem_solving", "real_world", "specificity"),
    "technical_accuracy",
)
_GROUPS: dict[str, dict[str, pa.DataType]] = {
    "creative_writing_v0.1": {"creative_writing": _BOOL, "score": pa.string()},
    "criteria_v0.1": dict.fromkeys(CRITERIA, _BOOL),
    "if_v0.1": {"if": _BOOL, "score": _INT},
    "math_v0.1": {"math": _BOOL},
}
TAGS = tuple(name for group in _GROUPS.values() for name, kind in group.items() if kind == _BOOL)
CODE = "code"
CATEGORY_TAG = pa.struct([pa.field(name, pa.struct(list(group.items()))) for name, group in _GROUPS.items()])
CONV_METADATA = pa.struct(
    [
        *((name, _INT) for name in ("sum_user_tokens", "sum_assistant_a_tokens", "sum_assistant_b_tokens")),
        *((name, _INT) for name in ("context_a_tokens", "context_b_tokens", "turns")),
        *((f"header_count_{slot}", HEADERS) for slot in "ab"),
        *((f"list_count_{slot}", LISTS) for slot in "ab"),
        *((f"bold_count_{slot}", BOLD) for slot in "ab"),
    ]
)
_UNKNOWN = dict.fromkeys(field.name for field in CONV_METADATA)
LANGUAGE = column("language", pa.string(), "the prompt's language", nullable=True)
METADATA = column("conv_metadata", CONV_METADATA, "turns, and the marks of Markdown in each side's answers; no tokens")
CATEGORIES = column("category_tag", CATEGORY_TAG, "true where the prompt has a tag of that name; empty: nobody said")
IS_CODE = column("is_code", pa.bool_(), "whether the prompt has the tag code")
SIDES = (
    column("model_a", pa.string(), "the model in slot a: its name, with @label for a version that has one"),
    column("model_b", pa.string(), "the model in slot b"),
)


def conversation(turns: Sequence[TextTurn], slot: str) -> list[dict[str, str]]:
    """The messages with one slot's answers."""
    return [message for turn in turns for message in (user(turn.prompt), assistant(answer_of(turn, slot)))]


def answer_of(turn: TextTurn, slot: str) -> str:
    return turn.answer_a if slot == "a" else turn.answer_b


def conv_metadata(turns: Sequence[TextTurn]) -> dict[str, Any]:
    made: dict[str, Any] = dict(_UNKNOWN)
    made["turns"] = len(turns)
    for slot in "ab":
        counts = markdown_counts([answer_of(turn, slot) for turn in turns])
        made |= {f"{name}_{slot}": count for name, count in counts.items()}
    return made


def category_tag(record: VoteRecord) -> Mapping[str, Any]:
    tags = set(record.prompt_tags)
    return {group: dict(_marked(names, tags)) for group, names in _GROUPS.items()}


def _marked(names: Mapping[str, pa.DataType], tags: set[str]) -> Iterator[tuple[str, bool | None]]:
    for name, kind in names.items():
        yield name, True if kind == _BOOL and name in tags else None


def is_code(record: VoteRecord) -> bool:
    return CODE in record.prompt_tags
