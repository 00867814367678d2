"""TRL's preference format with an explicit prompt, conversational, as DPOTrainer takes it.

`prompt` is the conversation up to and with the last user message; `chosen` and `rejected` hold only the answers to it.
TRL looks at the first row alone to tell which form a dataset has, so every row has this one, and no other columns.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from app.releases.formats.format import (
    NESTED_TYPES,
    Dropped,
    Format,
    Option,
    Row,
    ToRows,
    column,
    each,
    each_list,
    with_column,
)
from app.releases.formats.texts import MESSAGES, Choice, assistant, choice_of
from app.releases.record import VoteRecord

NO_STRENGTH = Dropped("no strength was asked")
MARGIN = column("margin", pa.float64(), "by how much it was preferred: the vote's strength, 1 to 3")


def paired(to_row: Callable[[Choice], Row | Dropped]) -> ToRows:
    """A row for each vote that prefers one side, made of its choice."""

    def of_record(record: VoteRecord) -> Row | Dropped:
        choice = choice_of(record)
        return choice if isinstance(choice, Dropped) else to_row(choice)

    return each(of_record)


def with_margin(form: Format) -> Format:
    """The format with the strength of each vote as `margin`. No row may lack it, so votes without one are left out."""

    def to_list(record: VoteRecord) -> Sequence[Row] | Dropped:
        made = form.to_rows([record])
        if made.dropped[0] is not None:
            return made.dropped[0]
        if record.strength is None:
            return NO_STRENGTH
        return [{**row, "margin": float(record.strength)} for row in made.rows[""]]

    return with_column(form, MARGIN, each_list(to_list))


MARGIN_OPTION = {
    "margin": Option("add the strength of each vote as the column margin, and leave out votes without one", with_margin)
}


def to_row(choice: Choice) -> dict[str, Any]:
    return {
        "prompt": choice.prompt,
        "chosen": [assistant(choice.chosen)],
        "rejected": [assistant(choice.rejected)],
    }


TRL_PREFERENCE = Format(
    name="trl-preference",
    title="TRL preference",
    description=(
        "prompt, chosen and rejected as lists of messages, for DPO and other trainers of TRL: one row a vote that "
        "counts and prefers one side."
    ),
    schema=pa.schema(
        [
            column("prompt", MESSAGES, "the conversation up to and with the last user message"),
            column("chosen", MESSAGES, "the assistant's answer that was preferred"),
            column("rejected", MESSAGES, "the assistant's answer that was not"),
        ]
    ),
    to_rows=paired(to_row),
    tags=("preference", "human-feedback", "trl", "dpo"),
    usage="""\
```python
from trl import DPOConfig, DPOTrainer

trainer = DPOTrainer(model=MODEL, args=DPOConfig(output_dir="out"), train_dataset=dataset, processing_class=TOKENIZER)
trainer.train()
```""",
    file_types=NESTED_TYPES,
    options=MARGIN_OPTION,
)
