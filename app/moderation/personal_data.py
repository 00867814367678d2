"""Finds personal data and secrets in a text, and masks them. The text is never logged or kept.

Forms that checksums or a library can confirm; names and postal addresses of people are not looked for.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum import iban, luhn

from app.moderation.contact_data import find_emails, find_network_addresses, find_phones
from app.moderation.national_numbers import find_national_numbers
from app.moderation.secret_keys import find_secrets

MASKS = {
    "secret": "[secret key]",
    "email": "[e-mail address]",
    "iban": "[bank account]",
    "card": "[payment card]",
    "national_number": "[national number]",
    "ip": "[network address]",
    "phone": "[phone number]",
}
"""From kind to what stands in its place; the order decides between kinds that overlap."""

_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]{4}){2,7}(?:[ \-]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
_CARD = re.compile(r"(?<![\w.\-])(?<!\d,)\d(?:[ \-]?\d){12,18}(?![\w]|[.,\-]\d)")
_CARD_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17}"
)
_CARD_GROUPS = re.compile(r"\d+|\d{4}([ \-])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([ \-])\d{6}\2\d{4,5}")


class Span(NamedTuple):
    """Characters start to end of the text (end exclusive) are of this kind, a key of MASKS."""

    start: int
    end: int
    kind: str


def find_personal_data(text: str) -> list[Span]:
    """What was found, in order and without overlap."""
    kept: list[Span] = []
    taken = bytearray(len(text))
    for kind in MASKS:
        for start, end in _FINDERS[kind](text):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                kept.append(Span(start, end, kind))
    return sorted(kept)


def mask(text: str) -> str:
    """`text` with what was found replaced by a word for its kind."""
    pieces: list[str] = []
    position = 0
    for start, end, kind in find_personal_data(text):
        pieces += [text[position:start], MASKS[kind]]
        position = end
    return "".join([*pieces, text[position:]])


def _find_ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        for end in _group_ends(match[0]):
            if iban.is_valid(match[0][:end]):
                yield match.start(), match.start() + end
                break


def _group_ends(candidate: str) -> list[int]:
    """Where the number may end, longest first: a word in capitals may follow it."""
    return [len(candidate), *(gap.start() for gap in reversed(list(re.finditer(r"[ \-]", candidate))))]


def _find_cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _CARD_GROUPS.fullmatch(match[0]) and _CARD_ISSUER.fullmatch(digits) and luhn.is_valid(digits):
            yield match.span()


_FINDERS: dict[str, Callable[[str], Iterator[tuple[int, int]]]] = {
    "secret": find_secrets,
    "email": find_emails,
    "iban": _find_ibans,
    "card": _find_cards,
    "national_number": find_national_numbers,
    "ip": find_network_addresses,
    "phone": find_phones,
}
