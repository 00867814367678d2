"""The Croissant file: what the data files hold, in the vocabulary by which dataset search engines and loaders know it.

Croissant 1.0 (MLCommons). Files whose rows no schema can tell, such as trees, are listed without their columns.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.releases.formats import FORMATS

CROISSANT = "croissant.json"

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_ENCODINGS: Final = {
    "parquet": "application/x-parquet",
    "jsonl": "application/jsonlines",
    "csv": "text/csv",
    "arrow": "application/vnd.apache.arrow.file",
}
_READ: Final = ("parquet", "jsonl", "csv")
_MOMENTS: Final = ("shown_at", "cast_at")
_TYPES: Final = {"string": "sc:Text", "bool": "sc:Boolean", "float64": "sc:Float"}


def croissant(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a manifest whose data files are written."""
    form, arena = FORMATS[manifest["format"]], manifest["arena"]
    protocol = manifest["protocols"][-1]["document"]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{arena['slug']}-{form.name}",
        "description": f"{arena['title']}: {form.title}. {form.description}",
        "url": f"urn:sha256:{manifest['ledger']['merkle_root']}",
        "license": manifest["licence"],
        "version": "1.0.0",
        "datePublished": manifest["created_at"],
        "citeAs": f"{arena['title']}, votes released on {manifest['created_at'][:10]}, "
        f"Merkle root {manifest['ledger']['merkle_root']}",
        "keywords": list(form.tags),
        "rai:dataCollection": f"Annotators saw two anonymous answers and were asked: {protocol['question']}",
        "distribution": [_file_object(file) for file in [*manifest["files"], manifest["ledger"]]],
        "recordSet": [] if form.is_loose else list(_record_sets(manifest)),
    }


def _kind(name: str) -> str:
    return name.removesuffix(".gz").rpartition(".")[2]


def _file_object(file: Mapping[str, Any]) -> dict[str, Any]:
    name = file["name"]
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": "application/gzip" if name.endswith(".gz") else _ENCODINGS[_kind(name)],
        "sha256": file["sha256"],
    }


def _record_sets(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One for each file that can be read column by column."""
    for file in manifest["files"]:
        name = file["name"]
        if _kind(name) not in _READ or name.endswith(".gz"):
            continue
        stem = name.rpartition(".")[0]
        part = name.split("/")[0].split(".")[0]
        columns = [column for column in manifest["columns"] if column.get("file", part) == part]
        yield {
            "@type": "cr:RecordSet",
            "@id": stem,
            "name": stem,
            "field": [field for column in columns if (field := _field(stem, column, name)) is not None],
        }


def _field(record_set: str, column: Mapping[str, Any], file: str) -> dict[str, Any] | None:
    """None for records of records, which Croissant has no words for."""
    identity = f"{record_set}/{column['name']}"
    head = {"@type": "cr:Field", "@id": identity, "name": identity, "description": column["description"]}
    extract = {"fileObject": {"@id": file}, "extract": {"column": column["name"]}}
    kind = column["type"]
    repeated = {"repeated": True} if isinstance(kind, list) else {}
    inner = kind[0] if isinstance(kind, list) else kind
    if isinstance(inner, str):
        return {**head, "dataType": _type(column["name"], inner), **repeated, "source": extract}
    parts = list(_parts(identity, inner, extract))
    return {**head, **repeated, "subField": parts} if parts else None


def _parts(identity: str, fields: Mapping[str, Any], extract: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a record within a column, but for those that have fields of their own."""
    for name, kind in fields.items():
        if not isinstance(kind, str):
            continue
        of_part = f"{identity}/{name}"
        source = {**extract, "transform": {"jsonPath": name}}
        yield {"@type": "cr:Field", "@id": of_part, "name": of_part, "dataType": _type(name, kind), "source": source}


def _type(column: str, kind: str) -> str:
    if column in _MOMENTS or kind.startswith("timestamp"):
        return "sc:DateTime"
    return _TYPES.get(kind, "sc:Integer" if kind.startswith("int") else "sc:Text")
