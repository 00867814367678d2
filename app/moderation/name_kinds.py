"""Which names accuse by themselves, and which are words that also mean something else.

- DISTINCT: a name only, like "ChatGPT" or "通义千问": counts wherever it stands, however it is written.
- WORD: an everyday word that is also a model, like "mistral". Counts where it is capitalised in the middle of a
  sentence, or with a version ("llama-3.1"), or disguised, or where a model speaks of itself.
- CONTEXT: capitalised anyway, or known for much else, like "Google" or "Hermes". Counts only where a model speaks of
  itself, or disguised.

Lists are of compact lower-case forms: without spaces and signs. A word that stands on neither list is DISTINCT, so an
arena whose model has the name of a common thing that we did not think of will exclude a few votes too many.
"""

from enum import Enum

from app.moderation.matching import Term


class NameKind(Enum):
    DISTINCT = "distinct"
    WORD = "word"
    CONTEXT = "context"


WORDS = frozenset(
    (
        "alpaca", "anthropic", "arctic", "aria", "aurora", "aya", "bard", "beam", "beluga", "bison", "bloom",
        "camel", "cedar", "chameleon", "character", "chinchilla", "cobalt", "cobra", "cogito", "cohere",
        "comet", "command", "commandr", "compass", "copilot", "coral", "crystal", "dolly", "dolphin", "dragon",
        "dragonfly", "eagle", "echo", "ember", "fable", "fairy", "falcon", "firefly", "flamingo", "galaxy",
        "gecko", "genie", "ghost", "giraffe", "gopher", "gorilla", "granite", "grok", "guanaco", "hawk",
        "huggingface", "hyena", "inflection", "instinct", "jade", "kestrel", "koala", "kosmos", "lama", "lark",
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
    return NameKind.WORD if term.letters in WORDS else NameKind.DISTINCT


def is_plain_when_split(term: Term) -> bool:
    """Its parts, standing apart, are words like others: "open AI models", "the deep seek of divers"."""
    return all(term.letters[first:last] in _PLAIN_PARTS for first, last in term.words())
