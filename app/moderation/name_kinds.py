"""Which names accuse by themselves, and which are words that also mean something else.

- DISTINCT: a name only, like "ChatGPT", "gemma-3" or "通义千问": counts wherever it stands, however it is written.
- WORD: an everyday word that is also a model, like "mistral". Counts where it is capitalised in the middle of a
  sentence, or with a version ("llama-3.1"), or disguised, or where a model speaks of itself.
- CONTEXT: capitalised anyway, or known for much else, like "Google" or "Hermes". Counts only where a model speaks of
  itself, or disguised.
- PLAIN: every other name of Latin letters alone, like "elk", "Gemma" or "Sunrise", which may be a common thing, a first
  name or a street. Counts where it has a capital and a model speaks of itself, or with a version, or disguised; with a
  hyphen that the name has, as in "sunrise-large", too.

Lists are of compact lower-case forms: without spaces and signs. A letters-only name that stands on none of them is
PLAIN: a vote more that counts although a model is mentioned does less harm than a board without its honest votes.
"""

import re
from enum import Enum

from app.moderation.matching import Term


class NameKind(Enum):
    DISTINCT = "distinct"
    WORD = "word"
    CONTEXT = "context"
    PLAIN = "plain"


WORDS = frozenset(
    (
        "alpaca", "anthropic", "arctic", "aria", "aurora", "aya", "bard", "beam", "beluga", "bison", "bloom",
        "camel", "cedar", "chameleon", "character", "chinchilla", "cobalt", "cobra", "cogito", "cohere",
        "comet", "command", "commandr", "compass", "copilot", "coral", "crystal", "dolly", "dolphin", "dragon",
        "dragonfly", "eagle", "echo", "ember", "fable", "fairy", "falcon", "firefly", "flamingo", "galaxy",
        "gecko", "genie", "ghost", "giraffe", "gopher", "gorilla", "granite", "grok", "guanaco", "hawk",
        "hyena", "inflection", "instinct", "jade", "kestrel", "koala", "kosmos", "lama", "lark",
        "lion", "llama", "lynx", "mamba", "mammoth", "manticore", "marlin", "maverick", "minerva", "mistral",
        "moonshot", "moss", "mythos", "nectar", "nemo", "olmo", "onyx", "orca", "osprey", "otter", "owl",
        "palm", "panda", "panther", "parrot", "pearl", "perplexity", "persimmon", "platypus", "quartz", "raven",
        "sage", "scout", "shark", "snowflake", "solar", "spark", "sparrow", "stability", "stable", "starling",
        "step", "sunflower", "swallow", "swift", "tiger", "together", "turing", "turtle", "vicuna", "viking",
        "weaver", "whale", "wizard", "wolf", "yak", "zephyr", "元宝", "文心", "星火", "混元", "盘古", "豆包",
    )
)  # fmt: skip
CONTEXT = frozenset(
    (
        "adept", "adobe", "alibaba", "amazon", "anyscale", "apollo", "apple", "arc", "athena", "atlas", "azure",
        "baidu", "bytedance", "chat", "cisco", "databricks", "fireworks", "flash", "github", "google", "haiku",
        "helios", "hermes", "huawei", "ibm", "ideal", "intel", "jupiter", "lenovo", "leo", "luna", "mars",
        "max", "meta", "metaai", "microsoft", "mini", "naver", "nova", "nvidia", "opus", "oracle", "orion",
        "phi", "phoenix", "pro", "salesforce", "samsung", "sap", "sber", "sonnet", "stanford", "tencent",
        "titan", "turbo", "ultra", "xiaomi", "yandex", "zeus",
    )
)  # fmt: skip
BRANDS = frozenset(
    (
        "baichuan", "chatglm", "chatgpt", "claude", "codellama", "codestral", "dbrx", "deepmind", "deepseek",
        "devstral", "exaone", "gemini", "gigachat", "gpt", "internlm", "internvl", "jamba", "llava", "magistral",
        "minicpm", "ministral", "mistralai", "mixtral", "nemotron", "openai", "openchat", "openhermes", "pixtral",
        "qwen", "qwq", "redpajama", "rwkv", "smollm", "stablelm", "starcoder", "tinyllama", "wizardcoder",
        "wizardlm", "xai", "yandexgpt", "zhipu",
    )
)  # fmt: skip
"""Names of letters alone that are nothing else, or mean the model unless their neighbours say otherwise."""

_PLAIN_PARTS = frozenset(
    (
        "ai",
        "any",
        "chat",
        "cloud",
        "code",
        "coder",
        "deep",
        "max",
        "mind",
        "mini",
        "open",
        "pro",
        "seek",
        "some",
        "star",
    )
)

INNOCENT_NEIGHBOURS: dict[str, tuple[str, str]] = {
    # compact name: (what stands before it, what stands after it), as regular expressions on lower-case text
    "claude": (
        r"(?:\bjean|\bsaint|\bst\.?)[- ]$",
        (
            r"[- ](?:monet|debussy|shannon|l[eé]vi|bernard|rains|chabrol|lorrain|mak[eé]l[eé]l[eé]|van damme|juncker"
            r"|frollo|lelouch|mckay|bolling|cahun|simon|perrault|berrou|nougaro|sautet)\b"
        ),
    ),
    "granite": (r"", r" (?:state|city)\b"),
    "falcon": (r"\b(?:maltese|millennium) $", r"[- ](?:1\b|9|heavy|crest|and the winter)"),
    "gemini": (r"\b(?:taurus|project)(?:,| and)? $", r"(?:,| and) cancer\b|[- ](?:twins|program|spacecraft)"),
    "gpt": (
        r"\b(?:mbr|guid|uefi|efi)\W.{0,20}$",
        r"[\s)/-]{1,2}(?:or |and )?(?:partition|disk|drive|header|table|label|scheme|mbr)",
    ),
    "llama": (r"\b(?:se|me|te|lo|la|los|las|nos) $", r" (?:del|drama)\b"),
}


def kind_of(term: Term) -> NameKind:
    """The kind of a name, by its letters: two Latin letters or digits are never enough to accuse."""
    if term.letters in CONTEXT or (len(term.letters) <= 2 and term.letters.isascii()):
        return NameKind.CONTEXT
    if term.letters in WORDS:
        return NameKind.WORD
    return NameKind.DISTINCT if _is_unmistakable(term) else NameKind.PLAIN


def _is_unmistakable(term: Term) -> bool:
    """A version, another script, a brand among its words, or capitals within a word, as in "AcmeLM"."""
    if not term.letters.isascii() or not term.letters.isalpha() or term.letters in BRANDS:
        return True
    words = (term.letters[first:last] for first, last in term.words())
    return any(word in BRANDS for word in words) or bool(re.search(r"[a-z][A-Z]", term.written))


def is_plain_when_split(term: Term) -> bool:
    """Its parts, standing apart, are words like others: "open AI models", "the deep seek of divers"."""
    return all(term.letters[first:last] in _PLAIN_PARTS for first, last in term.words())
