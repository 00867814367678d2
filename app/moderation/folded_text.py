"""A text as a run of folded letters and digits, each knowing where it stands in the original."""

import re

from app.moderation.folding import FOLDS, FOLDS_WITH_SIGNS, is_invisible

_TAG = re.compile(r"</?[A-Za-z]\w{0,15}\s?/?>|<!--[^<>]{0,200}-->")
_SIGN_IN_WORD = re.compile(r"[@$€]\w|\w[@$€!|]\w")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


class FoldedText:
    """`letters` is the text folded, without anything between words; `origins[i]` is where letters[i] stands in `text`.

    HTML tags count as nothing, so that a name which is broken by one is still read.
    """

    def __init__(self, text: str, *, signs: bool = False) -> None:
        self.text = _TAG.sub(lambda tag: "\u200b" * len(tag[0]), text)
        folds = FOLDS_WITH_SIGNS if signs else FOLDS
        letters: list[str] = []
        origins: list[int] = []
        for index, character in enumerate(self.text):
            if folded := folds[character]:
                letters.append(folded)
                origins.extend([index] * len(folded))
        self.letters = "".join(letters)
        self.origins = origins

    def gap(self, index: int) -> str:
        """What stands between letters index - 1 and index, without what nobody sees."""
        between = self.text[self.origins[index - 1] + 1 : self.origins[index]]
        return "".join(character for character in between if not is_invisible(character)) if between else ""

    def original(self, index: int) -> str:
        return self.text[self.origins[index]]

    def end_of(self, index: int) -> int:
        """Where letter `index` ends in the text, with the marks that stand on it."""
        end = self.origins[index] + 1
        while end < len(self.text) and is_invisible(self.text[end]) and self.text[end] != "\u200b":
            end += 1
        return end

    def is_camel_step(self, index: int) -> bool:
        """A new word begins at `index` by its capital alone: the G of "chatGPT", the B of "GPTBot"."""
        here, before = self.original(index), self.original(index - 1)
        if not here.isupper():
            return False
        follows_lower = before.islower()
        leads_lower = index + 1 < len(self.letters) and self.original(index + 1).islower() and not self.gap(index + 1)
        return follows_lower or (before.isupper() and leads_lower)

    def is_word_step(self, index: int) -> bool:
        """Letters index - 1 and index belong to different words, as far as spaces and scripts tell."""
        if index in (0, len(self.letters)) or self.gap(index):
            return True
        before, here = _script(self.original(index - 1)), _script(self.original(index))
        return before != here or here == "spaceless"

    def has_korean_ending(self, index: int) -> bool:
        """Letter `index` may be a particle after a name: Korean writes them together."""
        return bool(_HANGUL.match(self.original(index - 1)))


def readings(text: str) -> list[FoldedText]:
    """The text folded, and where it holds signs that may be letters ("Cl@ude"), folded once more with them as such."""
    return [FoldedText(text, signs=signs) for signs in ((False, True) if _SIGN_IN_WORD.search(text) else (False,))]


def _script(character: str) -> str:
    for name, pattern in (("spaceless", _SPACELESS), ("kana", _KANA), ("hangul", _HANGUL)):
        if pattern.match(character):
            return name
    return "letters"
