"""Sound rows of every shape, and files of them."""

import csv
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]


def neutral(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "id": f"m{number}",
        "prompt": f"What is dish {number}?",
        "outputs": [{"model": "owl", "text": f"Soup {number}"}, {"model": "elk", "text": f"Stew {number}"}],
    }
    return row | changes


def conversation(prompt: str, answer: str) -> list[Row]:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def arena_33k(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "question_id": f"q{number}",
        "model_a": "owl",
        "model_b": "elk",
        "winner": "model_a",
        "judge": f"arena_user_{number}",
        "conversation_a": conversation(f"Dish {number}?", "Soup"),
        "conversation_b": conversation(f"Dish {number}?", "Stew"),
        "turn": 1,
        "anony": True,
        "language": "English",
        "tstamp": 1_682_351_591.5,
        "openai_moderation": {"flagged": False},
        "toxic_chat_tag": {"roberta-large": {"flagged": False}},
    }
    return row | changes


def arena_100k(number: int = 0, **changes: Any) -> Row:
    row = arena_33k(number)
    del row["judge"], row["openai_moderation"], row["toxic_chat_tag"]
    row |= {
        "judge_hash": f"hash{number}",
        "is_code": True,
        "is_refusal": False,
        "category_tag": {"math_v0.1": {"math": True}, "criteria_v0.1": {"creativity": False, "complexity": True}},
        "dedup_tag": {"high_freq": False, "sampled": True},
    }
    return row | changes


def arena_140k(number: int = 0, **changes: Any) -> Row:
    def blocks(text: str) -> list[Row]:
        return [{"type": "text", "text": text, "image": None, "mimeType": None}]

    def side(answer: str) -> list[Row]:
        return [
            {"role": "user", "content": blocks(f"Dish {number}?"), "num_tokens": 3},
            {"role": "assistant", "content": blocks(answer), "num_tokens": 1},
        ]

    row: Row = {
        "id": f"b{number}",
        "model_a": "owl",
        "model_b": "elk",
        "winner": "both_bad",
        "evaluation_session_id": f"session{number}",
        "evaluation_order": 1,
        "conversation_a": side("Soup"),
        "conversation_b": side("Stew"),
        "language": "en",
        "is_code": False,
        "timestamp": "2025-05-01 12:30:00.250000",
    }
    return row | changes


def arena_55k(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "id": str(30_000 + number),
        "model_a": "owl",
        "model_b": "elk",
        "prompt": json.dumps([f"Dish {number}?", "And then?"]),
        "response_a": json.dumps(["Soup", "Tea"]),
        "response_b": json.dumps(["Stew", None]),
        "winner_model_a": "0",
        "winner_model_b": "0",
        "winner_tie": "1",
    }
    return row | changes


def trl_preference(number: int = 0, **changes: Any) -> Row:
    return {"prompt": f"Dish {number}?", "chosen": "Soup", "rejected": "Stew"} | changes


def trl_unpaired(number: int = 0, **changes: Any) -> Row:
    return {"prompt": f"Dish {number}?", "completion": "Soup", "label": True} | changes


def ultrafeedback(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "prompt": f"Dish {number}?",
        "prompt_id": f"{number:064x}",
        "chosen": conversation(f"Dish {number}?", "Soup"),
        "rejected": conversation(f"Dish {number}?", "Stew"),
        "score_chosen": 8.5,
        "score_rejected": 4.0,
    }
    return row | changes


def helpsteer2(number: int = 0, **changes: Any) -> Row:
    row: Row = {"prompt": f"Dish {number}?", "response_1": "Soup", "response_2": "Stew", "preference_strength": -2}
    return row | changes


def helpsteer3(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "domain": "stem",
        "language": "english",
        "context": [{"role": "user", "content": f"Dish {number}?"}],
        "response1": "Soup",
        "response2": "Stew",
        "overall_preference": -1,
        "individual_preference": [{"score": -2, "reasoning": "hotter"}, {"score": 0}, {"score": 1}],
    }
    return row | changes


def ranking(number: int = 0, **changes: Any) -> Row:
    answers = [(1, "owl", "Soup"), (2, "elk", "Stew"), (2, "ant", "Tea")]
    row: Row = {
        "id": f"r{number}",
        "prompt": [{"role": "user", "content": f"Dish {number}?"}],
        "answers": [{"rank": rank, "model": model, "answer": text} for rank, model, text in answers],
    }
    return row | changes


def openassistant_flat(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "message_tree_id": f"t{number}",
        "message_id": f"t{number}",
        "parent_id": None,
        "text": f"Dish {number}?",
        "role": "prompter",
        "lang": "en",
        "rank": None,
        "model_name": None,
        "deleted": False,
    }
    return row | changes


def openassistant_tree(number: int = 0, **changes: Any) -> Row:
    replies = [
        openassistant_flat(number, message_id=f"{rank}", text=text, role="assistant", rank=rank, model_name=model)
        for rank, model, text in ((1, "elk", "Stew"), (0, "owl", "Soup"))
    ]
    prompt = openassistant_flat(number) | {"replies": replies}
    return {"message_tree_id": f"t{number}", "tree_state": "ready_for_export", "prompt": prompt} | changes


def arena_hard(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "uid": f"u{number}",
        "category": "hard_prompt",
        "prompt": f"Dish {number}?",
        "model": "elk",
        "baseline": "owl",
        "judge": "ant",
        "kind": "ant",
        "games": [{"score": "A>>B", "judgment": "hotter"}, {"score": "A=B", "judgment": "both hot"}],
        "answer": "Stew",
        "baseline_answer": "Soup",
    }
    return row | changes


def raw_vote(number: int = 0, **changes: Any) -> Row:
    row: Row = {
        "battle_id": str(uuid.UUID(int=number + 1)),
        "revision": 1,
        "current": True,
        "matchup_id": f"m{number}",
        "model_a": "owl",
        "model_b": "elk@v2",
        "winner": "model_a",
        "strength": None,
        "after_reveal": False,
        "annotator": f"reader-{number}",
        "annotator_kind": "human",
        "protocol_version": 1,
        "repeat": 0,
        "side_order": "ba",
        "sampler": "least-covered",
        "propensity": 0.125,
        "source": "web",
        "shown_at": "2025-05-01T12:29:00.000001+00:00",
        "cast_at": "2025-05-01T12:30:00.250001+00:00",
        "source_row": None,
        "exclusions": [],
        "prompt_language": "en",
        "prompt_tags": ["food"],
        "conversation_a": conversation(f"Dish {number}?", "Soup"),
        "conversation_b": conversation(f"Dish {number}?", "Stew"),
    }
    return row | changes


def write_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
    return path
