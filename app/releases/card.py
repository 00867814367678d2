"""The dataset card: README.md whose front matter lets the `datasets` library load the folder."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.releases.formats import FORMATS

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_ANNOTATORS = {"human": "crowdsourced", "judge": "machine-generated", "simulated": "machine-generated"}
CAUTION = (
    "The texts were written by people and models and are shipped as they are: they may hold personal data, mistakes, "
    "markup, or instructions meant for a model that reads them. Annotators appear under pseudonyms whose key was "
    "thrown away; the same person has another pseudonym in another release."
)


def dataset_card(manifest: Mapping[str, Any]) -> str:
    """The card of a finished manifest."""
    return f"---\n{_front_matter(manifest)}---\n\n{_body(manifest)}"


def _front_matter(manifest: Mapping[str, Any]) -> str:
    """YAML, with every text quoted as JSON, which YAML reads as well.

    The features stand in it because a reader of JSON lines guesses types from the first rows, and a column that is
    empty there would get the wrong one.
    """
    form = FORMATS[manifest["format"]]
    lines = [
        f"pretty_name: {_quoted(manifest['arena']['title'] + ': ' + form.title)}",
        f"size_categories: [{_quoted(_size(manifest['rows']))}]",
        f"annotations_creators: [{', '.join(sorted({_ANNOTATORS[kind] for kind in manifest['kinds']}))}]",
        f"tags: [{', '.join(form.tags)}]",
        "configs:",
    ]
    configs = list(_configs(manifest))
    for name, files, _ in configs:
        lines += [f"- config_name: {name}", "  data_files:"]
        for file in files:
            lines += [f"  - split: {file.get('split', 'train')}", f"    path: {_quoted(file['name'])}"]
    lines += [] if form.is_loose else ["dataset_info:"]
    for name, _, columns in [] if form.is_loose else configs:
        lines += [f"- config_name: {name}", "  features:"]
        lines += [f"  {line}" for item in columns for line in _feature(item["name"], item["type"])]
    return "".join(f"{line}\n" for line in lines)


def _configs(manifest: Mapping[str, Any]) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Each set of files that can be loaded as one: its name, its files, its columns."""
    parts = dict.fromkeys(column.get("file") for column in manifest["columns"])
    for part in parts:
        files = [file for file in manifest["files"] if part is None or file["name"].split("/")[0].split(".")[0] == part]
        if files:
            columns = [column for column in manifest["columns"] if column.get("file") == part]
            yield part or manifest["format"], files, columns


def _feature(name: str, kind: Any) -> Iterator[str]:
    yield f"- name: {name if name.isidentifier() else _quoted(name)}"
    if isinstance(kind, str):
        yield f"  dtype: {kind}"
    elif isinstance(kind, Mapping):
        yield "  struct:"
        yield from _features(kind)
    elif isinstance(kind[0], str):
        yield f"  list: {kind[0]}"
    else:
        yield "  list:"
        yield from _features(kind[0])


def _features(fields: Mapping[str, Any]) -> Iterator[str]:
    for field, kind in fields.items():
        yield from (f"  {line}" for line in _feature(field, kind))


def _quoted(text: str) -> str:
    """YAML takes no unprintable characters, not even quoted."""
    return json.dumps("".join(letter for letter in text if letter.isprintable()), ensure_ascii=False)


def _size(rows: int) -> str:
    return next((words for limit, words in _SIZES if rows < limit), "n>1M")


def _body(manifest: Mapping[str, Any]) -> str:
    form, arena = FORMATS[manifest["format"]], manifest["arena"]
    sections = (
        f"# {_line(arena['title'])}: {form.title}",
        form.description,
        _line(arena["description"]),
        *_collection(manifest),
        *_contents(manifest),
        "## Reading it",
        '```python\nfrom datasets import load_dataset\n\ndataset = load_dataset("FOLDER", split="train")\n```',
        form.usage,
        "## Good to know",
        CAUTION,
        _masking(manifest),
        *_provenance(manifest),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _masking(manifest: Mapping[str, Any]) -> str:
    if not manifest["masked_texts"]:
        return ""
    return (
        f"In {manifest['masked_texts']:,} texts what looked like personal data (addresses, numbers, keys) was replaced "
        "by a word for its kind, such as [e-mail address]. Names and what the rules do not know may remain."
    )


def _collection(manifest: Mapping[str, Any]) -> Iterator[str]:
    protocol = manifest["protocols"][-1]["document"]
    yield "## How it was collected"
    yield (
        f"Annotators saw two anonymous answers side by side and were asked: “{_line(protocol['question'])}”. They "
        f"could choose {', '.join(protocol['options'])}. `manifest.json` holds all versions of the protocol. The "
        f"votes are of these kinds of annotators: {', '.join(manifest['kinds'])}."
    )


def _contents(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "## What is in it"
    yield (
        f"{manifest['rows']:,} rows made of {manifest['votes_used']:,} votes, out of {manifest['votes_read']:,} "
        "recorded ones, where each revision of a vote is one."
    )
    yield _table(("left out because", "votes"), manifest["dropped"].items())
    for name in ("winner", "annotator_kind", "source"):
        yield _table((name.replace("_", " "), "votes"), manifest["counts"][name].items())
    rows = (
        (_column_name(item), json.dumps(item["type"]).replace('"', ""), item["description"])
        for item in manifest["columns"]
    )
    yield _table(("column", "type", "what it holds"), rows)


def _column_name(item: Mapping[str, Any]) -> str:
    return f"{item['file']}: {item['name']}" if "file" in item else str(item["name"])


def _provenance(manifest: Mapping[str, Any]) -> Iterator[str]:
    models = ((model["name"], model["organisation"], model["licence"]) for model in manifest["models"])
    yield "## Licences"
    yield manifest["licence"]
    yield _table(("model", "organisation", "licence"), models)
    yield "## Checking it"
    yield "The data files have these SHA-256 hashes; `sha256sum --check` reads them:"
    hashes = "\n".join(f"{file['sha256']}  {file['name']}" for file in manifest["files"])
    yield f"```\n{hashes}\n```"
    yield f"Written on {manifest['created_at']} by Preferendum {manifest['code_version']}."


def _table(head: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; nothing where there are no rows."""
    lines = [tuple(_cell(cell) for cell in row) for row in rows]
    if not lines:
        return ""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *lines))


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return _line(value or "not stated").replace("|", "\\|")


def _line(text: str) -> str:
    return " ".join(text.split())
