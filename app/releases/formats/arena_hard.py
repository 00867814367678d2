"""Arena-Hard v2: a folder of questions, each model's answers, and judgements of them against a baseline.

Here every vote is a judgement of slot b's model against that of slot a, its baseline. Arena-Hard plays two games with
the order swapped, and its tools want both; a vote is one, so the second game is the same verdict seen from the other
side, and says so. Judgements stand in a folder for each kind of annotator; `judge` is the annotator's pseudonym.
"""

import re
import uuid
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pyarrow as pa

from app.releases.formats.format import Converted, Dropped, Format, Row, column
from app.releases.formats.markdown_counts import BOLD, HEADERS, LISTS, markdown_counts
from app.releases.formats.texts import BOTH_BAD, MANY_TURNS, Pair, pair_of
from app.releases.record import VoteRecord

OTHER_ANSWER = Dropped("another answer of the same model to the same prompt")
MIRRORED = "the same verdict as in the first game, seen from the other side"
GENERAL = "general"
_NAMESPACE = uuid.UUID("5a0f0a7e-8d0c-4c53-9c07-0b5f0f5d4a10")
_WEAK, _STRONG = (
    {"model_a": "A>B", "tie": "A=B", "model_b": "B>A"},
    {"model_a": "A>>B", "tie": "A=B", "model_b": "B>>A"},
)
_MIRROR = {"A>B": "B>A", "A>>B": "B>>A", "A=B": "A=B", "B>A": "A>B", "B>>A": "A>>B"}
_UNSAFE = re.compile(r"[^A-Za-z0-9.@+_-]")
_LONGEST = 100

METADATA = pa.struct(
    [("token_len", pa.int64()), ("header_count", HEADERS), ("list_count", LISTS), ("bold_count", BOLD)]
)
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.struct([("answer", pa.string())]))])
GAME = pa.struct([("score", pa.string()), ("judgment", pa.string())])
_UID = column("uid", pa.string(), "the prompt's UUID")
_CATEGORY = column("category", pa.string(), "the prompt's first tag, or general")
PARTS = {
    "question": pa.schema(
        [
            _UID,
            _CATEGORY,
            column("subcategory", pa.string(), "the prompt's second tag, or empty"),
            column("prompt", pa.string(), "what the user asked"),
        ]
    ),
    "model_answer": pa.schema(
        [
            _UID,
            column("ans_id", pa.string(), "made from the prompt, the model and the answer"),
            column("model", pa.string(), "the model's name"),
            column("messages", pa.list_(MESSAGE), "the user's message, a text, and the assistant's, {answer}"),
            column("tstamp", pa.float64(), "not known", nullable=True),
            column("metadata", METADATA, "the marks of Markdown in the answer; no tokens"),
        ]
    ),
    "model_judgment": pa.schema(
        [
            _UID,
            _CATEGORY,
            column("judge", pa.string(), "the annotator's pseudonym, the same within this release and in no other"),
            column("model", pa.string(), "the model in slot b"),
            column("baseline", pa.string(), "the model in slot a"),
            column(
                "games",
                pa.list_(GAME),
                "two: in the first A is the baseline, in the second the model; A>B, A>>B (strength 2 or 3), A=B, …",
            ),
        ]
    ),
}


def to_rows(records: Sequence[VoteRecord]) -> Converted:
    """All votes on one prompt."""
    answers: dict[str, str] = {}
    files: dict[str, list[Row]] = {}
    dropped: list[Dropped | None] = []
    for record in records:
        pair = _pair(record)
        if isinstance(pair, Dropped):
            dropped.append(pair)
            continue
        said = {record.model_a: pair.answer_a, record.model_b: pair.answer_b}
        if any(answers.get(model, text) != text for model, text in said.items()):
            dropped.append(OTHER_ANSWER)
            continue
        dropped.append(None)
        question = pair.prompt[0]["content"]
        if not answers:
            files["question"] = [_question(record, question)]
        for model in said.keys() - answers.keys():
            files[f"model_answer/{file_name(model)}"] = [_answer(record, question, model, said[model])]
        answers |= said
        judgements = f"model_judgment/{record.annotator_kind}/{file_name(record.model_b)}"
        files.setdefault(judgements, []).append(_judgement(record))
    return Converted(files, dropped)


def _pair(record: VoteRecord) -> Pair | Dropped:
    if record.winner == "both_bad":
        return BOTH_BAD
    pair = pair_of(record)
    return MANY_TURNS if isinstance(pair, Pair) and len(pair.prompt) > 1 else pair


def file_name(model: str) -> str:
    """A name that every file system takes, another one for every model."""
    safe = _UNSAFE.sub("_", model)[:_LONGEST]
    return safe if safe == model else f"{safe}-{sha256(model.encode()).hexdigest()[:8]}"


def _tags(record: VoteRecord) -> tuple[str, str]:
    category, subcategory = [*record.prompt_tags, "", ""][:2]
    return category or GENERAL, subcategory


def _question(record: VoteRecord, question: str) -> Row:
    category, subcategory = _tags(record)
    return {"uid": record.prompt, "category": category, "subcategory": subcategory, "prompt": question}


def _answer(record: VoteRecord, question: str, model: str, text: str) -> Row:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": {"answer": text}},
    ]
    return {
        "uid": record.prompt,
        "ans_id": str(uuid.uuid5(_NAMESPACE, f"{record.prompt}\0{model}\0{text}")),
        "model": model,
        "messages": messages,
        "tstamp": None,
        "metadata": {"token_len": None, **markdown_counts([text])},
    }


def _judgement(record: VoteRecord) -> Row:
    score = (_STRONG if (record.strength or 1) > 1 else _WEAK)[record.winner or ""]
    return {
        "uid": record.prompt,
        "category": _tags(record)[0],
        "judge": record.annotator,
        "model": record.model_b,
        "baseline": record.model_a,
        "games": [
            {"score": score, "judgment": ""},
            {"score": _MIRROR[score], "judgment": MIRRORED},
        ],
    }


ARENA_HARD = Format(
    name="arena-hard",
    title="Arena-Hard v2",
    description="A folder of questions, answers by model and judgements by kind of annotator: all votes that count "
    "and do not call both bad, of conversations of one turn.",
    schema=PARTS["model_judgment"],
    to_rows=to_rows,
    tags=("preference", "human-feedback", "arena-hard"),
    usage='```python\njudgements = load_dataset("FOLDER", "model_judgment", split="train")\n```',
    group=lambda record: record.prompt,
    file_types=("jsonl",),
    parts=PARTS,
    is_loose=True,
)
