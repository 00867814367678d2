"""Code to copy: how a finished release is fetched and loaded."""

from collections.abc import Sequence
from typing import NamedTuple

from app.releases.formats import FORMATS

_POLARS = {
    "jsonl": 'pl.read_ndjson("{}", infer_schema_length=None)',
    "parquet": 'pl.read_parquet("{}")',
    "csv": 'pl.read_csv("{}", infer_schema_length=None)',
    "arrow": 'pl.read_ipc("{}")',
}
_FENCE = "```python\n"


class Snippet(NamedTuple):
    """A few lines of code, and what they are for."""

    title: str
    code: str


def snippets(base_url: str, format_name: str, names: Sequence[str]) -> list[Snippet]:
    """For the data files of one release. base_url is the address that their names are appended to."""
    form = FORMATS[format_name]
    made = [
        Snippet(
            "Download",
            f"mkdir -p {format_name} && cd {format_name}\n"
            f"for file in {' '.join(names)} README.md manifest.json; do\n"
            '  curl -f --create-dirs --output "$file" -H "Authorization: Bearer $PREFERENDUM_TOKEN" '
            f'"{base_url}/$file"\n'
            "done",
        )
    ]
    if form.parts:
        return made
    load = f'load_dataset("{format_name}", split="train")'
    made.append(Snippet("datasets", f"from datasets import load_dataset\n\ndataset = {load}  # the folder"))
    if "trl" in form.tags:
        code = form.usage.removeprefix(_FENCE).removesuffix("\n```")
        made.append(Snippet("TRL", f"from datasets import load_dataset\n\ndataset = {load}\n\n{code}"))
    if names:
        kind = names[0].removesuffix(".gz").rpartition(".")[2]
        made.append(Snippet("polars", f"import polars as pl\n\nvotes = {_POLARS[kind].format(names[0])}"))
    return made
