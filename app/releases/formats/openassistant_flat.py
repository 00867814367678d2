"""OpenAssistant's messages one a row, each tree's together, parents before their replies."""

from collections.abc import Sequence

import pyarrow as pa

from app.releases.formats.format import NESTED_TYPES, Converted, Format, column
from app.releases.formats.openassistant import FIELDS, READY, flattened, tree_of
from app.releases.record import VoteRecord


def to_rows(records: Sequence[VoteRecord]) -> Converted:
    root, dropped = tree_of(records)
    if root is None:
        return Converted({}, dropped)
    tree = {"message_tree_id": root["message_id"], "tree_state": READY}
    return Converted({"": [{**message, **tree} for message in flattened(root)]}, dropped)


OPENASSISTANT_FLAT = Format(
    name="openassistant-flat",
    title="OpenAssistant messages",
    description="The same as OpenAssistant trees, one message a row.",
    schema=pa.schema(
        [
            *(column(name, kind, words, nullable=nullable) for name, (kind, words, nullable) in FIELDS.items()),
            column("message_tree_id", pa.string(), "the id of the tree's first message"),
            column("tree_state", pa.string(), READY),
        ]
    ),
    to_rows=to_rows,
    tags=("preference", "human-feedback", "openassistant"),
    usage='```python\nbest = dataset.filter(lambda message: message["rank"] == 0)\n```',
    group=lambda record: record.prompt,
    file_types=NESTED_TYPES,
)
