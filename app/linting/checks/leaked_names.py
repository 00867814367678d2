"""Answers that say which model wrote them."""

import re
from collections import Counter
from collections.abc import Sequence

from app.linting.checks.check import Check, FileFacts, place
from app.linting.examples import Answer, Example
from app.linting.log import Log
from app.linting.rules import Rule
from app.moderation.folding import FOLDS
from app.moderation.identity_leaks import LeakFinder
from app.moderation.leak_context import speaks_of_itself
from app.moderation.matching import Term
from app.moderation.model_names import names_of

LEAKED_NAMES = Rule(
    "leaked-model-names",
    "warning",
    "Answers that name the model that wrote them",
    "Who voted knew whom they voted for; and a model that is trained on such answers says it is another.",
    "Leave out the votes that were cast after the name was seen, and rows whose chosen answer names a model.",
)
_MAKERS = (
    "ChatGPT", "GPT-4", "GPT-3.5", "OpenAI", "Claude", "Anthropic", "Gemini", "Bard", "Google DeepMind", "Google",
    "Llama", "Meta AI", "Mistral", "Mixtral", "DeepSeek", "Qwen", "Alibaba Cloud", "通义千问", "Grok", "xAI", "Cohere",
    "Command R", "ChatGLM", "Zhipu AI", "文心一言", "Baidu", "Moonshot AI", "Kimi", "InternLM", "01.AI", "Microsoft",
    "Copilot", "Vicuna", "Alpaca", "Koala", "OpenAssistant", "Open Assistant", "LMSYS", "Falcon", "Dolly", "StableLM",
    "Stability AI", "WizardLM", "Zephyr", "Inflection AI", "Amazon", "Granite", "IBM", "Nemotron", "NVIDIA", "SmolLM",
    "Hugging Face",
)  # fmt: skip
_MOST_FINDERS = 2000
_LONG = 6


class LeakedNames(Check):
    """A model's own name counts wherever it stands; of other models' names only where the answer says "I am".

    What the prompt says already is its subject, and no leak.
    """

    rules = (LEAKED_NAMES,)
    needs_texts = True

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self._general = _Names(_MAKERS)
        self._own: dict[str, _Names] = {}
        self._found: Counter[str] = Counter()

    def see(self, example: Example) -> None:
        if not example.has_texts:
            return
        for answer in example.answers:
            name = self._leak(answer, example.prompt or "")
            if name is not None:
                self._found[name] += 1
                self.log.add(LEAKED_NAMES, place(example, answer.column, name))

    def _leak(self, answer: Answer, prompt: str) -> str | None:
        """The first name that gives it away."""
        letters = _letters_of(answer.text)
        if answer.model is not None and len(answer.text) > 1:
            own = self._own.get(answer.model)
            if own is None and len(self._own) < _MOST_FINDERS:
                own = self._own[answer.model] = _Names(names_of(answer.model, None, ()))
            name = own.first(answer.text, letters, prompt, only_self=False) if own else None
            if name is not None:
                return name
        return self._general.first(answer.text, letters, prompt, only_self=True)

    def finish(self, files: Sequence[FileFacts]) -> None:  # noqa: ARG002 (nothing of them is needed)
        if self._found:
            most = [f"{name} in {number:,}" for name, number in self._found.most_common(8)]
            self.log.sum_up(LEAKED_NAMES, f"Answers by name: {', '.join(most)}.", {"names": len(self._found)})


class _Names:
    """Names to look for. Only a text that holds the letters of one, spelled in any script, is looked at closely."""

    def __init__(self, names: Sequence[str]) -> None:
        self._finder = LeakFinder(names)
        terms = [term for term in map(Term, names) if len(term.letters) > 1]
        self._folded = {term.folded: _whole_word(term) if _is_short(term) else None for term in terms}

    def first(self, text: str, letters: str, prompt: str, *, only_self: bool) -> str | None:
        if not self._may_hold(text, letters):
            return None
        asked: set[str] | None = None
        for start, end, name in self._finder.find(text):
            if only_self and not speaks_of_itself(text, start, end):
                continue
            if asked is None:
                asked = (
                    {span.name for span in self._finder.find(prompt)}
                    if self._may_hold(prompt, _letters_of(prompt))
                    else set()
                )
            if name not in asked:
                return name
        return None

    def _may_hold(self, text: str, letters: str) -> bool:
        """The letters of a short name stand in many texts, over the ends of words: it must begin one as spelled."""
        return any(
            folded in letters and (word is None or word.search(text) is not None)
            for folded, word in self._folded.items()
        )


def _is_short(term: Term) -> bool:
    """In scripts without spaces there are no words to begin."""
    return len(term.folded) < _LONG and term.folded.isascii()


def _whole_word(term: Term) -> re.Pattern[str]:
    parts = (re.escape(part) for part in re.split(r"[\s\-_.]+", term.written))
    return re.compile(r"(?<![^\W\d_])" + r"[\s\-_.]*".join(parts), re.IGNORECASE)


class _Letters(dict[int, str]):
    """For str.translate: each character as `moderation.folding` folds it, filled as characters come."""

    def __missing__(self, number: int) -> str:
        folded = self[number] = FOLDS[chr(number)]
        return folded


_LETTERS = _Letters()
_ASCII = bytes(ord(FOLDS[chr(number)] or " ") if number < 128 else 0 for number in range(256))
_NO_LETTERS = bytes(number for number in range(128) if not FOLDS[chr(number)])


def _letters_of(text: str) -> str:
    """The text folded. In ASCII that is a hundred times quicker by bytes."""
    if text.isascii():
        return text.encode().translate(_ASCII, _NO_LETTERS).decode()
    return text.translate(_LETTERS)
