"""What stands around a name: whether a model speaks of itself there, and whether the name is meant as a name.

All looks at a bounded window, so the work does not grow with the text. Phrases are in the languages that arenas meet
most; in others a name that is an everyday word counts only by its capital.
"""

# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import re

_WINDOW = 120
_FILLER = (
    r"(?:(?:,|:|—|–|-|\*+|_+|\"|'|“|„|«|「|`|just|simply|actually|really|indeed|called|named|known as|the model"
    r"|the assistant"
    r"|the|an?|ai|assistant|language model|large language model|model|chatbot|your|version of|based on"
    r"|powered by|by|from)\s*){0,6}"
)
_I_AM = (
    r"(?:\b(?:i am|i'm|i’m|im|this is|my name is|my name's|call me|name:|ich bin|ich heiße|mein name ist|je suis"
    r"|je m'appelle|yo soy|soy|me llamo|mi nombre es|io sono|sono|mi chiamo|eu sou|sou|meu nome é|me chamo"
    r"|ik ben|ik heet"
    r"|mijn naam is|jag är|jag heter|jeg er|jeg heter|jestem|nazywam się|mam na imię|ja sam|sunt|olen|ben|adım|saya"
    r"|nama saya|tôi là|tên tôi là|я|меня зовут|моё имя|أنا|اسمي|אני|שמי)\b"
    r"|我是|我叫|我的名字是|私は|わたしは|僕は|名前は|저는|나는|제 이름은|मैं|मेरा नाम)"
)
_MADE = (
    r"(?:\b(?:(?:made|created|developed|built|trained|designed|released|engineered|powered|provided|owned|operated"
    r"|hosted|produced|fine-?tuned)(?: and \w+)? (?:by|at|from)|(?:product|work|property) of"
    r"|von|par|por|(?:sviluppat|creat|addestrat)[oa] d[aei]\w*|(?:desenvolvid|criad|treinad)[oa] p\w+"
    r"|разработан\w*|создан\w*|обучен\w*)\b|由)"
)
_MADE_ELSEWHERE = (  # where the verb may follow the name, or prove what "von", "par" and "por" mean
    r"\b(?:entwickel|erstellt|trainiert|geschaffen|gebaut|développé|créé|entraîné|conçu|desarrollad|cread|entrenad|sprachmodell"
    r"|modelo de lengua|modèle de langa)"
)
_FIRST_PERSON = (
    r"\b(?:i(?:'m|’m| am| was| have been|'ve been)|ich|mich|je|j'ai|moi|yo|soy|fui|io|sono|eu|sou|ik|jag|я|меня"
    r"|as an? (?:\w+ ){0,3}(?:model|ai|assistant|chatbot)|this (?:model|assistant|chatbot|ai)"
    r"|als (?:ki|sprachmodell)|en tant qu|como (?:modelo|ia))\b|我|私|저는"
)
_ENDS_WITH_SELF = re.compile(rf"(?P<self>{_I_AM})\s*(?P<filler>{_FILLER})$")
_ENDS_WITH_MAKER = re.compile(
    rf"(?P<made>{_MADE})\s*(?:(?:the|a|an|team|teams|people|engineers|researchers|folks|company|at|of|der|dem|firma|l"
    rf"|la|el)\s+){{0,5}}[*_\"'“]*$"
)
_MAKING = re.compile(_MADE_ELSEWHERE)
_MAKES_ME = re.compile(r"\W{1,3}(?:\w+ )?(?:made|trained|created|built|developed|designed) me\b")
_MY_MAKER = re.compile(r"\bmy (?:creator|developer|maker|parent company|provider)s?(?:,| at| is| are) \W{0,2}$")
_I_FOLLOW = re.compile(r"\W{1,4}i(?:'m|’m| am)\b")
_SPEAKS_OF_ITSELF = re.compile(_FIRST_PERSON)
_IS_A_MODEL = re.compile(
    r"[\s'’s*_\-]{0,4}(?:(?:large |small )?language model|llm|ai (?:model|assistant|chatbot)|chat ?bot"
    r"|assistant\b|model (?:weights"
    r"|family|series|card)|checkpoint|here\b[!,.]|sprachmodell|modelo de lengua|modèle de langa|语言模型|模型"
    r"|大模型|言語モデル|모델)"
)
_VERSION = re.compile(r"[-_]?v?\d|\s?v?\d+\.\d|\s?\d{1,3}b\b")
_CLOSE_VERSION = re.compile(r"[-_]?v?\d|\s?\d{1,3}b\b")
_AS_NAMED = re.compile(r"(?:^|[.!?,;:\n])\s*[*_\"'“]*(?:as|als|como|come|en tant que)\s+[*_\"'“]*$")
_AS_NAMED_I = re.compile(r"\W{1,4}(?:(?:kann |bin )?ich|i|je|yo|io)\b")
_I_NAMED = re.compile(r"(?:^|[.!?;:\n])\s*i, ?[*_\"'“]*$")
_ARTICLE = re.compile(r"\b(?:an?|the|your)\s*$")
_AS_A_MODEL = re.compile(r"\b(?:as|i am|i'm|i’m)\b[\s\w]{0,20}$")
_WORD = re.compile(r"[^\W\d_]{3,}")


def speaks_of_itself(text: str, start: int, end: int) -> bool:
    """Like "I am ...", "made by ..." where somebody says "I", "the ... language model"."""
    before = text[max(0, start - _WINDOW) : start].lower()
    after = text[end : end + 40].lower()
    if _IS_A_MODEL.match(after) or _MAKES_ME.match(after) or _MY_MAKER.search(before):
        return True
    if re.match(r"[\s\-]model\b", after) and _AS_A_MODEL.search(before):
        return True
    if (_AS_NAMED.search(before) and _AS_NAMED_I.match(after)) or (_I_NAMED.search(before) and after.startswith(",")):
        return True
    if (found := _ENDS_WITH_SELF.search(before)) and not _ARTICLE.search(found["filler"]):
        return True
    maker = _ENDS_WITH_MAKER.search(before)
    if maker and maker["made"] in {"von", "par", "por"} and not _MAKING.search(before + text[end : end + 40].lower()):
        return False
    return bool(maker and (_SPEAKS_OF_ITSELF.search(before) or _I_FOLLOW.match(after)))


def has_version(text: str, end: int) -> bool:
    """A version or size follows: "llama3", "falcon-7b", "mistral 7B", "llama 3.1"."""
    return bool(_VERSION.match(text[end : end + 8].lower()))


def has_close_version(text: str, end: int) -> bool:
    """A version without a space before it, or a size: "elk2", "elk-1b", "elk 7B", but not "at sunrise 6.45"."""
    return bool(_CLOSE_VERSION.match(text[end : end + 8].lower()))


def is_capitalised_as_a_name(text: str, start: int, end: int) -> bool:
    """It has a capital that neither the beginning of a sentence nor a title in capitals explains."""
    if not text[start].isupper():
        return False
    before = text[max(0, start - _WINDOW) : start].rstrip(" \t\u00a0\"'“”„«»‘*_`")
    if not before or _ends_sentence(before):
        return False
    return not _stands_in_title(text, start, end)


def _ends_sentence(before: str) -> bool:
    return before[-1] in ".!?:;…。！？¿¡•|([{<>#\n" or bool(re.search(r"(?:^|[\s])[-–—]$", before))


def _stands_in_title(text: str, start: int, end: int) -> bool:
    line_start = text.rfind("\n", max(0, start - _WINDOW), start) + 1 or max(0, start - _WINDOW)
    line_end = text.find("\n", end, end + _WINDOW)
    others = _WORD.findall(text[line_start:start]) + _WORD.findall(
        text[end : line_end if line_end >= 0 else end + _WINDOW]
    )
    capitals = sum(word[0].isupper() for word in others)
    return len(others) >= 3 and capitals >= 0.6 * len(others)
