"""TRL's preference format without a prompt, conversational: both columns hold the whole conversation."""

import pyarrow as pa

from app.releases.formats.format import NESTED_TYPES, Format, Row, column
from app.releases.formats.texts import MESSAGES, Choice, assistant
from app.releases.formats.trl_preference import MARGIN_OPTION, paired

REWARD_USAGE = """\
```python
from trl import RewardConfig, RewardTrainer

trainer = RewardTrainer(model=MODEL, args=RewardConfig(output_dir="out"), train_dataset=dataset)
trainer.train()
```"""


def to_row(choice: Choice) -> Row:
    return {
        "chosen": [*choice.prompt, assistant(choice.chosen)],
        "rejected": [*choice.prompt, assistant(choice.rejected)],
    }


TRL_IMPLICIT = Format(
    name="trl-preference-implicit",
    title="TRL preference, implicit prompt",
    description="chosen and rejected as whole conversations, for reward models: one row a vote that counts and prefers "
    "one side.",
    schema=pa.schema(
        [
            column("chosen", MESSAGES, "the conversation with the answer that was preferred"),
            column("rejected", MESSAGES, "the same conversation with the other answer"),
        ]
    ),
    to_rows=paired(to_row),
    tags=("preference", "human-feedback", "trl", "reward-model"),
    usage=REWARD_USAGE,
    file_types=NESTED_TYPES,
    options=MARGIN_OPTION,
)
