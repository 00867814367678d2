"""Ranking lists: one row a prompt, with all answers to it in the order of the votes on them."""

from collections.abc import Sequence
from hashlib import sha256

import orjson
import pyarrow as pa

from app.releases.formats.format import NESTED_TYPES, Converted, Format, Row, column
from app.releases.formats.ranked import RankedAnswer, Ranking, rank_answers
from app.releases.formats.texts import MESSAGES
from app.releases.record import VoteRecord

ANSWER = pa.struct(
    [
        pa.field("rank", pa.int32(), nullable=False),
        pa.field("model", pa.string(), nullable=False),
        pa.field("answer", pa.string(), nullable=False),
        pa.field("wins", pa.int32(), nullable=False),
        pa.field("ties", pa.int32(), nullable=False),
        pa.field("votes", pa.int32(), nullable=False),
    ]
)


def to_rows(records: Sequence[VoteRecord]) -> Converted:
    rankings, dropped = rank_answers(records)
    return Converted({"": [_row(ranking, records[0]) for ranking in rankings]}, dropped)


def _row(ranking: Ranking, record: VoteRecord) -> Row:
    return {
        "id": sha256(orjson.dumps([record.prompt, ranking.prompt])).hexdigest()[:32],
        "prompt": ranking.prompt,
        "answers": [_answer(answer) for answer in ranking.answers],
        "language": record.prompt_language,
        "tags": record.prompt_tags,
    }


def _answer(answer: RankedAnswer) -> Row:
    return {
        "rank": answer.rank,
        "model": answer.model,
        "answer": answer.text,
        "wins": answer.wins,
        "ties": answer.ties,
        "votes": answer.votes,
    }


RANKING = Format(
    name="ranking",
    title="Ranking lists",
    description="One row a prompt with all answers to it, ranked by the share of votes that each has won.",
    schema=pa.schema(
        [
            column("id", pa.string(), "the start of a hash of the prompt"),
            column("prompt", MESSAGES, "the conversation up to and with the last user message"),
            column(
                "answers",
                pa.list_(ANSWER),
                "the answers, the best first. rank counts from 1; answers with the same share of wins share it. A tie "
                "is half a win, a vote for neither none; votes counts all that the answer was in",
            ),
            column("language", pa.string(), "the prompt's language", nullable=True),
            column("tags", pa.list_(pa.string()), "the prompt's tags"),
        ]
    ),
    to_rows=to_rows,
    tags=("preference", "human-feedback", "ranking"),
    usage="""\
```python
pairs = [
    (row["prompt"], better["answer"], worse["answer"])
    for row in dataset
    for better in row["answers"]
    for worse in row["answers"]
    if better["rank"] < worse["rank"]
]
```""",
    group=lambda record: record.prompt,
    file_types=NESTED_TYPES,
)
