"""TRL's preference format with an explicit prompt, conversational, as DPOTrainer takes it.

`prompt` is the conversation up to and with the last user message; `chosen` and `rejected` hold only the answers to it.
TRL looks at the first row alone to tell which form a dataset has, so every row has this one, and no other columns.
"""

import pyarrow as pa

from app.battles.content import text_of
from app.releases.formats.format import Dropped, Format, Row, column
from app.releases.record import Blocks, Exchange, VoteRecord

MESSAGES = pa.list_(
    pa.struct([pa.field("role", pa.string(), nullable=False), pa.field("content", pa.string(), nullable=False)])
)
SCHEMA = pa.schema(
    [
        column("prompt", MESSAGES, "the conversation up to and with the last user message"),
        column("chosen", MESSAGES, "the assistant's answer that was preferred"),
        column("rejected", MESSAGES, "the assistant's answer that was not"),
    ]
)

SUPERSEDED = Dropped("replaced by a later revision")
TAKEN_BACK = Dropped("taken back")
AFTER_REVEAL = Dropped("cast after the names were seen")
EXCLUDED = Dropped("excluded")
TIE = Dropped("tie")
BOTH_BAD = Dropped("both bad")
NO_ANSWER = Dropped("an answer is missing")
NOT_TEXT = Dropped("not plain text")
DIFFERENT_PROMPTS = Dropped("conversations differ before the last turn")


def to_row(record: VoteRecord) -> Row | Dropped:
    """A decisive vote that counts, as prompt, chosen and rejected; otherwise why there is no row."""
    reason = _not_counted(record)
    if reason is not None:
        return reason
    if record.winner not in ("model_a", "model_b"):
        return TIE if record.winner == "tie" else BOTH_BAD
    prompt = _shared_prompt(record)
    if isinstance(prompt, Dropped):
        return prompt
    answers = _answers(record.turns[-1])
    if isinstance(answers, Dropped):
        return answers
    chosen, rejected = answers if record.winner == "model_a" else answers[::-1]
    return {"prompt": prompt, "chosen": [_assistant(chosen)], "rejected": [_assistant(rejected)]}


def _not_counted(record: VoteRecord) -> Dropped | None:
    if not record.is_current:
        return SUPERSEDED
    if record.winner is None:
        return TAKEN_BACK
    if record.after_reveal:
        return AFTER_REVEAL
    if any(exclusion.lifted_at is None for exclusion in record.exclusions):
        return EXCLUDED
    return None


def _shared_prompt(record: VoteRecord) -> list[dict[str, str]] | Dropped:
    """All messages before the last answers. Both models must have been answering the very same."""
    messages = []
    for place, turn in enumerate(record.turns, start=1):
        question = _text(turn.prompt)
        if question is None:
            return NOT_TEXT
        messages.append({"role": "user", "content": question})
        if place < len(record.turns):
            answers = _answers(turn)
            if isinstance(answers, Dropped):
                return answers
            if answers[0] != answers[1]:
                return DIFFERENT_PROMPTS
            messages.append(_assistant(answers[0]))
    return messages or NO_ANSWER


def _answers(turn: Exchange) -> tuple[str, str] | Dropped:
    if not turn.answer_a or not turn.answer_b:
        return NO_ANSWER
    answer_a, answer_b = _text(turn.answer_a), _text(turn.answer_b)
    return NOT_TEXT if answer_a is None or answer_b is None else (answer_a, answer_b)


def _text(blocks: Blocks) -> str | None:
    return text_of(blocks) if all(block["type"] == "text" for block in blocks) else None


def _assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


TRL_PREFERENCE = Format(
    name="trl-preference",
    title="TRL preference",
    description=(
        "prompt, chosen and rejected as lists of messages, for DPO and other trainers of TRL: one row a vote that "
        "counts and prefers one side."
    ),
    schema=SCHEMA,
    to_row=to_row,
    all_kinds=False,
    tags=("preference", "human-feedback", "trl", "dpo"),
    usage="""\
```python
from trl import DPOConfig, DPOTrainer

trainer = DPOTrainer(model=MODEL, args=DPOConfig(output_dir="out"), train_dataset=dataset, processing_class=TOKENIZER)
trainer.train()
```""",
)
