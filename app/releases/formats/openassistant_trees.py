"""OpenAssistant's trees: one tree a line, each message with its replies within it."""

from collections.abc import Sequence

import pyarrow as pa

from app.releases.formats.format import Converted, Format, column
from app.releases.formats.openassistant import FIELDS, READY, tree_of
from app.releases.record import VoteRecord

MESSAGE = [pa.field(name, kind, nullable=nullable) for name, (kind, _, nullable) in FIELDS.items()]


def to_rows(records: Sequence[VoteRecord]) -> Converted:
    root, dropped = tree_of(records)
    rows = [{"message_tree_id": root["message_id"], "tree_state": READY, "prompt": root}] if root else []
    return Converted({"": rows}, dropped)


OPENASSISTANT_TREES = Format(
    name="openassistant-trees",
    title="OpenAssistant trees",
    description="One conversation tree a line: all answers to a prompt as ranked replies. JSON lines only, since a "
    "tree is as deep as it likes.",
    schema=pa.schema(
        [
            column("message_tree_id", pa.string(), "the id of the first message"),
            column("tree_state", pa.string(), READY),
            column(
                "prompt",
                pa.struct([*MESSAGE, pa.field("replies", pa.list_(pa.struct(MESSAGE)))]),
                "the first message, with the answers to it as replies, which have replies themselves",
            ),
        ]
    ),
    to_rows=to_rows,
    tags=("preference", "human-feedback", "openassistant"),
    usage='```python\nimport json\n\nwith open("openassistant-trees.jsonl") as file:\n'
    "    trees = [json.loads(line) for line in file]\n```",
    group=lambda record: record.prompt,
    file_types=("jsonl",),
    is_loose=True,
)
