"""Code to copy: how a finished release is fetched and loaded."""

from typing import NamedTuple

_POLARS = {"jsonl": 'pl.read_ndjson("{}", infer_schema_length=None)', "parquet": 'pl.read_parquet("{}")'}


class Snippet(NamedTuple):
    """A few lines of code, and what they are for."""

    title: str
    code: str


def snippets(base_url: str, format_name: str, file_type: str) -> list[Snippet]:
    """For one data file. base_url is the address that its name is appended to."""
    name = f"{format_name}.{file_type}"
    made = [
        Snippet(
            "Download",
            f"mkdir -p {format_name} && cd {format_name}\n"
            f"for file in {name} README.md manifest.json; do\n"
            f'  curl -fO -H "Authorization: Bearer $PREFERENDUM_TOKEN" "{base_url}/$file"\n'
            "done",
        ),
        Snippet(
            "datasets",
            "from datasets import load_dataset\n\n"
            f'dataset = load_dataset("{format_name}", split="train")  # the folder',
        ),
    ]
    if format_name == "trl-preference":
        made.append(
            Snippet(
                "TRL",
                "from datasets import load_dataset\nfrom trl import DPOConfig, DPOTrainer\n\n"
                "trainer = DPOTrainer(\n"
                "    model=MODEL,\n"
                '    args=DPOConfig(output_dir="out"),\n'
                f'    train_dataset=load_dataset("{format_name}", split="train"),\n'
                ")\n"
                "trainer.train()",
            )
        )
    made.append(Snippet("polars", f"import polars as pl\n\nvotes = {_POLARS[file_type].format(name)}"))
    return made
