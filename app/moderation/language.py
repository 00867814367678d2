"""Which language a text is in. Scripts of one language decide by themselves; else py3langid, where it is sure."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # it ships no types

from app.moderation.stripping import prose_of

_READ = 4000  # characters; more of a text changes the answer hardly ever
_LEAST_LETTERS = 12
_LEAST_IDEOGRAPHS = 4
_LEAST_CONFIDENCE = 0.5
_SURE_CONFIDENCE = 0.7  # asked of short texts
_SHORT = 25
_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u30ff]"), 0.1),  # kana among ideographs
    ("ko", re.compile(r"[\uac00-\ud7a3]"), 0.4),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), 0.5),
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), 0.6),
    ("he", re.compile(r"[\u05d0-\u05ea]"), 0.6),
    ("hy", re.compile(r"[\u0531-\u0587]"), 0.5),
    ("ka", re.compile(r"[\u10a0-\u10ff]"), 0.5),
    ("ta", re.compile(r"[\u0b80-\u0bff]"), 0.5),
    ("te", re.compile(r"[\u0c00-\u0c7f]"), 0.5),
    ("zh", re.compile(r"[\u3400-\u9fff]"), 0.5),
)
_LETTER = re.compile(r"[^\W\d_]")
_IDEOGRAPH = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def identify_language(text: str) -> str | None:
    """The ISO 639-1 code, None where the text is too short or it is not sure. Code and formulas are not read."""
    prose = " ".join(prose_of(text[: 2 * _READ]).split())[:_READ]
    letters = len(_LETTER.findall(prose))
    if letters < (_LEAST_IDEOGRAPHS if _IDEOGRAPH.search(prose) else _LEAST_LETTERS):
        return None
    for language, script, share in _SCRIPTS:
        if len(script.findall(prose)) >= share * letters:
            return language
    language, confidence = _identifier().classify(prose)
    least = _SURE_CONFIDENCE if letters < _SHORT else _LEAST_CONFIDENCE
    return str(language) if confidence >= least and len(language) == 2 else None


@cache
def _identifier() -> LanguageIdentifier:
    """The model, read at the first use: it takes a quarter of a second and some tens of megabytes."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
