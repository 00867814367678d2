"""Where a text holds phone numbers, e-mail addresses and network addresses."""

import ipaddress
import re
from collections.abc import Iterator

import phonenumbers

_EMAIL = re.compile(
    r"(?<![\w.%+\-])[\w.%+\-]{1,64}@(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])"
    r"|(?<![\w.%+\-])[\w.%+\-]{1,64} ?[\[({](?:at|@)[\])}] ?[\w\-]{1,63}(?: ?(?:\."
    r"|[\[({](?:dot|\.)[\])}]) ?[\w\-]{2,63}){1,4}",
    re.IGNORECASE,
)
_NOT_PERSONS = ("git@",)  # how repositories are addressed

_PHONE = re.compile(r"(?<![\w./=+\-])(?<!\d[,:])(?:\+|00|\(\+?)?\d(?:[ \u00a0().\-/]{0,3}\d){6,16}(?![\w]|[.,:]\d)")
_PHONE_CUE = re.compile(
    r"(?:\b(?:tel|fon|phone|telephone|mobile|mob|cell|call|fax|whatsapp|sms|text me|handy|telefon\w*"
    r"|t[ée]l[ée]?\w*|m[óo]vil"
    r"|celular|cellulare|numero|móvil|número|number is|reach me|rufnummer|telefoon|puhelin|тел\w*|电话|手机|電話"
    r"|전화)\b|☎|📞).{0,25}$",
    re.IGNORECASE | re.DOTALL,
)
_IN_CALL = re.compile(r"\w\($")  # of a function
_NORTH_AMERICAN = re.compile(r"(?:\+?1[ .\-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[\-.])[2-9]\d{2}[\-. ]\d{4}")
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "BR", "IN", "CN", "JP", "KR", "RU", "AU", "TR", "SE")

_IPV4 = re.compile(r"(?<![\w.\-])(?:\d{1,3}\.){3}\d{1,3}(?![\w\-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_NOBODYS = ("0.", "255.", "1.0.0.", "1.1.1.1", "8.8.8.8", "8.8.4.4")  # masks, "this network", well-known resolvers
_SHORTEST = 7  # "1.5.2.9" is more often a version
_VERSION_CUE = re.compile(
    r"(?:\bv|\bver\.?|versions?|release|build|firmware|\brev\.?|section|chapter|§|[\w)]/|[=<>~^]=?|kernel|driver"
    r"|update|upgrade\w*"
    r"|node|oid|assembly\w*)[ :\"'(]*$",
    re.IGNORECASE,
)


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        if not match[0].startswith(_NOT_PERSONS):
            yield match.span()


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """International numbers, North American ones in their usual form, and others after a word like "phone"."""
    for match in _PHONE.finditer(text):
        if _is_phone(match[0], text[max(0, match.start() - 50) : match.start()]):
            yield match.span()


def _is_phone(candidate: str, before: str) -> bool:
    international = candidate.lstrip("(").startswith(("+", "00"))
    if international:
        digits = candidate.lstrip("(")
        return _is_valid("+" + digits[2:] if digits.startswith("00") else digits, None)
    if _NORTH_AMERICAN.fullmatch(candidate):
        return _is_valid(candidate, "US")
    if _IN_CALL.search(before):
        return False
    return bool(_PHONE_CUE.search(before)) and any(_is_valid(candidate, region) for region in _REGIONS)


def _is_valid(candidate: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(candidate, region)
    except phonenumbers.NumberParseException:
        return False
    # "Possible" would do for a date; made-up numbers such as 555-0123 are possible only, and name nobody.
    return phonenumbers.is_valid_number(number)


def find_network_addresses(text: str) -> Iterator[tuple[int, int]]:
    """IPv4 and IPv6 addresses, without those of the machine itself, masks, and version numbers of four parts."""
    for match in _IPV4.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        if _is_somewhere(match[0]) and not (_VERSION_CUE.search(before) and not before.endswith("//")):
            yield match.span()
    for match in _IPV6.finditer(text):
        groups = [group for group in match[0].split(":") if group]
        if len(groups) >= 3 and any(character.isdigit() for character in match[0]) and _is_somewhere(match[0]):
            yield match.span()


def _is_somewhere(candidate: str) -> bool:
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    return address.version == 6 or not (candidate.startswith(_NOBODYS) or len(candidate) == _SHORTEST)
