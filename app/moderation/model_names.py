"""The names by which a model may give itself away, derived from what the registry knows of it.

From "meta-llama/Llama-3.1-8B-Instruct (hot)" come the full name, the name without size and tuning, the family with
each length of version ("Llama 3.1", "Llama 3") and the family alone. Left out is what would accuse anybody: single
letters, numbers, sizes, and words that say nothing of who made it ("large", "chat", "command"). Families that are
everyday words are kept ("llama", "elk"): `LeakFinder` asks for evidence before it counts them.
"""

import re
from collections.abc import Iterable, Iterator

from app.moderation.matching import Term

_TOO_COMMON = frozenset(
    (
        "a", "ai", "air", "alpha", "an", "assistant", "audio", "base", "beta", "big", "chat", "code", "coder",
        "command", "compact", "core", "dense", "distill", "edge", "exp", "experimental", "express", "fast",
        "flash", "free", "full", "gen", "general", "gguf", "haiku", "hf", "high", "instruct", "it", "large",
        "latest", "light", "lite", "llm", "lm", "local", "long", "low", "max", "medium", "micro", "mini",
        "mixture", "model", "moe", "nano", "new", "next", "old", "omni", "one", "open", "opus", "pi", "plus",
        "preview", "pro", "r", "reasoner", "reasoning", "small", "sonnet", "step", "super", "test", "text",
        "the", "thinking", "tiny", "turbo", "ultra", "v", "vision", "vl", "x", "yi", "z",
    )
)  # fmt: skip
_TUNING = re.compile(
    r"(?:instruct|chat|it|hf|gguf|awq|gptq|exl2|fp\d+|bf16|int\d|q\d\w*|\d{4,8}|latest|preview|base|\d+(?:\.\d+)?[bmk]"
    r"|\d+x\d+b|a\d+b|v\d+|thinking|distill)\Z",
    re.IGNORECASE,
)
_CORPORATE = re.compile(
    r"[\s,]+(?:ai|inc|llc|ltd|limited|gmbh|ag|se|sa|corp|corporation|company|co|group|cloud|labs?|research"
    r"|platforms|technologies)"
    r"\.?\Z",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[^\s\-_:/]+")
_VERSIONED = re.compile(r"([^\W\d_]+)[\s\-_]?v?(\d+)(?![\dBbMm])(?:[.\-](\d{1,2})(?!\w))?")


def names_of(model: str, organisation: str | None, aliases: Iterable[str]) -> tuple[str, ...]:
    """Names for `LeakFinder`, most specific first, each spelling once. Aliases are kept as the arena chose them."""
    candidates = [*_model_names(model), *_organisation_names(organisation or "")]
    derived = [name for name in candidates if not _says_nothing(name)]
    names: dict[str, str] = {}
    for name in [*derived, *(alias.strip() for alias in aliases)]:
        letters = Term(name).letters
        if len(letters) > 1 and not letters.isdigit():
            names.setdefault(letters, name)
    return tuple(names.values())


def _says_nothing(name: str) -> bool:
    words = [Term(part).letters for part in _PARTS.findall(name)]
    return len(words) < 3 and not _is_series(words) and all(word in _TOO_COMMON or word.isdigit() for word in words)


def _is_series(words: list[str]) -> bool:
    """A letter and a number are a name together: "o1", "R1", "Yi 34"; so are a word and one letter: "Command R"."""
    return len(words) == 2 and words[0] in {"o", "r", "k", "yi", "command"} and words[1] != "ai"


def _model_names(model: str) -> Iterator[str]:
    served = model.rpartition("/")[2] if "/" in model else model
    name = re.sub(r"\s*[\(\[].*", "", served).strip() or served.strip()
    yield name
    parts = _PARTS.findall(name)
    separators = re.findall(r"[\s\-_:/]+", name)
    while len(parts) > 1 and _TUNING.match(parts[-1]):
        parts.pop()
        yield "".join(
            part + separator for part, separator in zip(parts, [*separators[: len(parts) - 1], ""], strict=True)
        )
    if versioned := _VERSIONED.match(name):
        family, major, minor = versioned.groups()
        if minor:
            yield f"{family} {major}.{minor}"
        yield f"{family} {major}"
        yield family
    else:
        yield from _leading_words(parts)


def _leading_words(parts: list[str]) -> Iterator[str]:
    """Like "Mistral Large" and "Mistral"; of "Command R+" only the whole is."""
    yield " ".join(parts)
    first = re.match(r"[^\W\d_]+", parts[0]) if parts else None
    if first:
        yield first[0]


def _organisation_names(organisation: str) -> Iterator[str]:
    name = organisation.strip()
    while name:
        yield name
        shorter = _CORPORATE.sub("", name)
        if shorter == name:
            return
        name = shorter
