"""TRL's unpaired preferences, conversational, as KTOTrainer takes them: two rows a vote, model a's first.

The winner's label is true and the loser's false; both are false where both were bad. A tie says of neither that it is
good: it is left out, or, where that is asked for, both are true.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa

from app.releases.formats.format import NESTED_TYPES, Dropped, Format, Option, Row, ToRows, column, each_list
from app.releases.formats.texts import MESSAGES, TIE, Message, assistant, pair_of
from app.releases.record import VoteRecord

LABELS = {"model_a": (True, False), "model_b": (False, True), "both_bad": (False, False)}
WITH_TIES = {**LABELS, "tie": (True, True)}
LABEL = column("label", pa.bool_(), "whether the answer is a good one: it won")

ToRow = Callable[[Sequence[Message], str, bool], Row | Dropped]


def unpaired(to_row: ToRow, *, ties: bool) -> ToRows:
    """Two rows a vote, made of prompt, answer and label by to_row."""
    meanings = WITH_TIES if ties else LABELS

    def to_list(record: VoteRecord) -> Sequence[Row] | Dropped:
        return _rows_of(record, to_row, meanings)

    return each_list(to_list)


def _rows_of(record: VoteRecord, to_row: ToRow, meanings: dict[str, tuple[bool, bool]]) -> list[Row] | Dropped:
    labels = meanings.get(record.winner or "")
    if labels is None:
        return TIE
    pair = pair_of(record)
    if isinstance(pair, Dropped):
        return pair
    rows: list[Row] = []
    for answer, label in zip((pair.answer_a, pair.answer_b), labels, strict=True):
        row = to_row(pair.prompt, answer, label)
        if isinstance(row, Dropped):
            return row
        rows.append(row)
    return rows


def ties_option(to_row: ToRow) -> dict[str, Option]:
    def apply(form: Format) -> Format:
        return replace(form, to_rows=unpaired(to_row, ties=True))

    return {"ties": Option("give both answers of a tie the label true, where ties are otherwise left out", apply)}


def to_row(prompt: Sequence[Message], answer: str, label: bool) -> Row:
    return {"prompt": prompt, "completion": [assistant(answer)], "label": label}


KTO_USAGE = """\
```python
from trl import KTOConfig, KTOTrainer

trainer = KTOTrainer(model=MODEL, args=KTOConfig(output_dir="out"), train_dataset=dataset, processing_class=TOKENIZER)
trainer.train()
```"""

TRL_UNPAIRED = Format(
    name="trl-unpaired",
    title="TRL unpaired",
    description="prompt, completion and label for KTO, as lists of messages: two rows a vote that counts, the winner's "
    "true, the loser's false.",
    schema=pa.schema(
        [
            column("prompt", MESSAGES, "the conversation up to and with the last user message"),
            column("completion", MESSAGES, "one assistant's answer"),
            LABEL,
        ]
    ),
    to_rows=unpaired(to_row, ties=False),
    tags=("preference", "human-feedback", "trl", "kto"),
    usage=KTO_USAGE,
    file_types=NESTED_TYPES,
    options=ties_option(to_row),
)
