"""Tags a prompt by rules: conservative, so that a tag which is set is nearly always right and many are not set.

RULES_VERSION goes with every tag that is stored; it changes whenever a rule does.
"""

# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import re

from app.moderation.language import identify_language
from app.moderation.stripping import code_lines, has_code_block, prose_of

RULES_VERSION = "1"

_SHORT = 60  # characters
_LONG = 1500
_RULES: dict[str, re.Pattern[str]] = {
    "code": re.compile(
        r"\b(?:python|javascript|typescript|java|c\+\+|c#|golang|rust|php|ruby|kotlin|swift|sql|html|css|bash"
        r"|regex|json schema|react"
        r"|django|numpy|pandas)\b[^.;?!\n]{0,60}\b(?:code|function|script|program|class|query|error|bug|method|module"
        r"|app|component|api"
        r"|funktion|skript|programm|fonction|función|funzione|função|函数|代码)"
        r"|\b(?:code|function|script|program|class|query|refactor|debug|implement|write|fix|programm|funktion"
        r"|fonction|función|código"
        r"|schreibe|écris|escribe)\b[^.;?!\n]{0,60}\b(?:python|javascript|typescript|java|c\+\+|c#|golang|rust|php|ruby"
        r"|kotlin|sql|html"
        r"|css|bash|regex|react|django|numpy|pandas)(?!\w)"
        r"|\b(?:traceback|stack trace|segmentation fault|nullpointerexception|syntaxerror|typeerror|unit tests?"
        r"|leetcode)\b"
        r"|(?:代码|编程|函数|プログラム|コードを書)|\bкод на\b|\bнапиши (?:функцию|программу|скрипт)",
        re.DOTALL,
    ),
    "maths": re.compile(
        r"\\(?:frac|int|sum|sqrt|lim|begin\{(?:equation|align|matrix)|mathbb)|\$[^$\n]*[=^\\][^$\n]*\$"
        r"|\d\s*[+*/×÷^]\s*\d|\d\s-\s\d|\b[xyz]\s*(?:\^|\*\*)\s*\d|[∫∑√∂≤≥∞]|\b\d*[xyz]\s*[+\-]\s*\d+\s*="
        r"|\b(?:derivative|integral|equation|theorem|eigenvalue|matrix|polynomial|probability that"
        r"|prime numbers?|modulo"
        r"|trigonometr\w+|ableitung|gleichung|dérivée|équation|intégrale|ecuación|derivada|equação|equazione"
        r"|уравнени\w+|интеграл\w*"
        r"|производн\w+)\b|方程|微分|积分|証明せよ"
    ),
    "creative": re.compile(
        r"\b(?:write|compose|create|make up|tell|invent|continue|draft)\b.{0,40}\b(?:poem|story|stories|haiku"
        r"|sonnet|limerick|song"
        r"|lyrics|screenplay|novel|fairy ?tale|tale|joke|rap|dialogue|fan ?fiction|short film|monologue|riddle"
        r"|slogan)s?\b"
        r"|\b(?:schreib\w*|dichte|erfinde|erzähl\w*)\b.{0,40}\b(?:gedicht|geschichte|märchen|lied|witz|roman)"
        r"|\b(?:écris|écrire|rédige|compose|raconte|invente)\b.{0,40}\b(?:poème|histoire|conte|chanson|nouvelle"
        r"|blague)"
        r"|\b(?:escribe|escribir|compón|cuenta|inventa)\b.{0,40}\b(?:poema|cuento|historia|canción|chiste|relato)"
        r"|\b(?:scrivi|racconta|inventa)\b.{0,40}\b(?:poesia|storia|racconto|canzone|fiaba)"
        r"|\b(?:escreva|conte|invente)\b.{0,40}\b(?:poema|história|conto|canção)"
        r"|\b(?:напиши|сочини|придумай|расскажи)\b.{0,40}(?:стих|рассказ|сказк|истори|песн|анекдот)"
        r"|写一?[首篇个].{0,12}(?:诗|故事|小说|歌|童话)|(?:詩|物語|俳句|小説|歌詞)を(?:書|作)|(?:시|이야기"
        r"|소설)를? ?(?:써|지어)",
        re.DOTALL,
    ),
    "translation": re.compile(
        r"\btranslat(?:e|ion|ing)\b(?!\w)(?=.{0,300}\b(?:to|into|in|from|of|this|the following)\b)"
        r"|\b(?:übersetz\w*|traduis\w*|traduire|traduce|traducir|traduci|traduza|traduzir|vertaal|przetłumacz"
        r"|översätt|переведи\w*"
        r"|çevir|terjemahkan)\b|翻译|翻譯|訳して|翻訳|번역|ترجم|अनुवाद",
        re.DOTALL,
    ),
    "question": re.compile(
        r"^\W*(?:what|who|whom|whose|when|where|which|why|how|is|are|do|does|did|can|could|should|was|were|will"
        r"|wer|was|wann|wo|warum"
        r"|wieso|wie|welche\w*|qui|que|quoi|quand|où|pourquoi|comment|quel\w*|combien|est-ce|qué|quién|cuándo"
        r"|dónde|por qué|cómo"
        r"|cuál\w*|cuánt\w*|chi|che|cosa|quando|dove|perché|come|quale|quem|onde|por que|qual|кто|что|когда|где"
        r"|почему|как|какой"
        r"|сколько|wat|waarom|hoe)\b[^\n]{2,300}\?\s*$|[?？؟]\s*$",
    ),
    "reasoning": re.compile(
        r"\bstep[ -]by[ -]step\b|\b(?:prove|proof|deduce|logic(?:al)? (?:puzzle|riddle)|puzzle"
        r"|explain your reasoning|show your"
        r" (?:work|reasoning)|think carefully|pros and cons|trade-?offs?)\b|\bschritt für schritt\b|\bbeweise\b"
        r"|\bétape par étape\b"
        r"|\bpaso a paso\b|\bdémontre\w*|\bdemuestra\b|\bпошагово\b|\bшаг за шагом\b|\bдокажи\w*|一步一步|逐步"
        r"|证明|証明|단계별"
        r"|\bif all\b.{1,80}\bare\b.{1,120}\?",
        re.DOTALL,
    ),
    "constraints": re.compile(
        r"\b(?:at most|at least|no more than|fewer than|less than|exactly|up to|within|maximum of|minimum of"
        r"|höchstens|mindestens|genau"
        r"|au moins|au plus|exactement|au maximum|al menos|como máximo|exactamente|almeno|al massimo|не более"
        r"|не менее|ровно)\s+(?:\w+ ){0,2}?"
        r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|hundred|zwei|drei|vier|fünf|zehn|deux"
        r"|trois|cinq|dix|dos|tres"
        r"|cinco|diez)\b"
        r"|\b(?:in|as|within|using|en|auf|with)\s+\d+\s+(?:words?|sentences?|paragraphs?|lines?|bullet points?"
        r"|characters|wörtern?|sätzen?"
        r"|mots|phrases|palabras|frases|слов\w*)\b"
        r"|\b(?:do not|don't|must not|must|never|without) (?:use|using|mention|include|including|contain|repeat"
        r"|start|exceed|write)"
        r"|\b(?:as|in) (?:a )?(?:json|table|markdown|csv|yaml|xml|bullet points?|bullet list|numbered list)\b"
        r"|\d+\s*字(?:以内|以上|左右)?|不要使用"
        r"|\bohne\b.{0,20}\bzu (?:verwenden|benutzen)\b|\bsans utiliser\b|\bsin usar\b",
    ),
}
_READ = 20_000


def tag_prompt(text: str) -> tuple[str, ...]:
    """The tags that rules can tell, sorted: "code", "maths", ...; "language:de" where the language is sure."""
    read = text.strip()[:_READ]
    lowered = read.lower()
    tags = {name for name, rule in _RULES.items() if rule.search(lowered)}
    if has_code_block(read) or code_lines(read) >= 2:
        tags.add("code")
    if "code" in tags and "maths" in tags and not _RULES["maths"].search(prose_of(lowered)):
        tags.discard("maths")  # sums within the code
    if "translation" in tags:
        tags.discard("question")  # the question may be what is to be translated
    if 0 < len(read) <= _SHORT:
        tags.add("short")
    if len(text.strip()) >= _LONG:
        tags.add("long")
    if language := identify_language(read):
        tags.add(f"language:{language}")
    return tuple(sorted(tags))
