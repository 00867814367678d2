"""The parts of a text that other libraries typeset: formulas and code."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from app.rendering import limits
from app.rendering.converter import Piece
from app.rendering.highlight import language_of

_ESCAPED = re.compile(r"\\.", re.DOTALL)


def piece_of(token: Token) -> Piece | None:
    """What has to be converted to show `token`, or None when there is nothing to convert."""
    if token.tag == "math":
        return Piece("display" if token.info else "inline", token.content.strip())
    if token.type == "fence" and (language := language_of(token.info)):
        return Piece(language, token.content)
    return None


def pieces_of(tokens: Sequence[Token]) -> list[Piece]:
    """What is worth converting: formulas first, then code, as far as the limits allow."""
    found = list(dict.fromkeys(piece for token in _all(tokens) if (piece := piece_of(token))))
    formulas = [piece for piece in found if piece.kind in {"inline", "display"}]
    code = [piece for piece in found if piece.kind not in {"inline", "display"}]
    return [*filter(_is_good_formula, formulas[: limits.MAX_FORMULAS]), *_affordable(code)]


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _is_good_formula(piece: Piece) -> bool:
    """Short enough, and wholly shown: an unescaped % would hide the rest of its line ("$50%$")."""
    return len(piece.text) <= limits.MAX_FORMULA_CHARACTERS and "%" not in _ESCAPED.sub("", piece.text)


def _affordable(code: Sequence[Piece]) -> Iterator[Piece]:
    left = limits.MAX_HIGHLIGHTED_TEXT
    for piece in code:
        if len(piece.text) <= min(left, limits.MAX_HIGHLIGHTED_BLOCK):
            left -= len(piece.text)
            yield piece
