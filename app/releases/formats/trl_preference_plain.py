"""TRL's preference format with an explicit prompt, as plain texts. A conversation of several turns is no plain text."""

import pyarrow as pa

from app.releases.formats.format import Dropped, Format, Row, column
from app.releases.formats.texts import MANY_TURNS, Choice
from app.releases.formats.trl_preference import MARGIN_OPTION, paired


def to_row(choice: Choice) -> Row | Dropped:
    if len(choice.prompt) > 1:
        return MANY_TURNS
    return {"prompt": choice.prompt[0]["content"], "chosen": choice.chosen, "rejected": choice.rejected}


TRL_PREFERENCE_PLAIN = Format(
    name="trl-preference-plain",
    title="TRL preference, plain",
    description="prompt, chosen and rejected as texts, for models without a chat template: one row a vote that counts "
    "and prefers one side, of conversations of one turn.",
    schema=pa.schema(
        [
            column("prompt", pa.string(), "what the user asked"),
            column("chosen", pa.string(), "the answer that was preferred"),
            column("rejected", pa.string(), "the answer that was not"),
        ]
    ),
    to_rows=paired(to_row),
    tags=("preference", "human-feedback", "trl", "dpo"),
    usage="```python\nfrom trl import DPOConfig, DPOTrainer\n\n"
    'trainer = DPOTrainer(model=MODEL, args=DPOConfig(output_dir="out"), train_dataset=dataset)\n```',
    options=MARGIN_OPTION,
)
