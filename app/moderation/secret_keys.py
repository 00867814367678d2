"""Where a text holds keys: known prefixes of tokens, private keys in PEM, signed tokens, passwords in addresses."""

import re
from collections.abc import Iterator

_TOKENS = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"sk-(?:ant-|proj-|or-v1-|svcacct-)?[A-Za-z0-9_\-]{20,200}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,120}"
    r"|gh[pousr]_[A-Za-z0-9]{30,120}|github_pat_[A-Za-z0-9_]{30,120}|glpat-[A-Za-z0-9_\-]{20,60}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    r"|AIza[0-9A-Za-z_\-]{35}|ya29\.[0-9A-Za-z_\-]{20,300}"
    r"|xox[abeprs]-[0-9A-Za-z\-]{10,200}|hf_[A-Za-z0-9]{30,60}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_\-]{50,300}"
    r"|gsk_[A-Za-z0-9]{30,80}|xai-[A-Za-z0-9]{30,120}|dop_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"
    r"|SG\.[A-Za-z0-9_\-]{16,40}\.[A-Za-z0-9_\-]{30,60}"
    r"|eyJ[A-Za-z0-9_\-]{8,4000}\.eyJ[A-Za-z0-9_\-]{8,8000}\.[A-Za-z0-9_\-]{16,2000}"
    r")"
)
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)[^\s/:@\"'<>]{1,80}:[^\s/@\"'<>]{3,120}(?=@[\w\[])")
_BEARER = re.compile(r"(?<=[Bb]earer )[A-Za-z0-9_\-.=]{24,4000}")
_PEM_BEGIN = re.compile(r"-----BEGIN (?:[A-Z]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PEM_BODY = re.compile(r"[A-Za-z0-9+/=\s\\:,\-]*")
_PEM_END = "-----END"


def find_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Extents of keys, in no order; they may overlap."""
    for pattern in (_TOKENS, _PASSWORD_IN_ADDRESS, _BEARER):
        for match in pattern.finditer(text):
            yield match.span()
    yield from _private_keys(text)


def _private_keys(text: str) -> Iterator[tuple[int, int]]:
    """From the opening line to the closing one; where that is missing, as far as the key's letters go."""
    position = 0
    while begin := _PEM_BEGIN.search(text, position):
        body = _PEM_BODY.match(text, begin.end())
        end = body.end() if body else begin.end()
        closing = text.find(_PEM_END, begin.end(), end + len(_PEM_END))
        if closing >= 0:
            line_end = text.find("-----", closing + len(_PEM_END))
            end = line_end + 5 if 0 <= line_end <= closing + 60 else closing + len(_PEM_END)
        yield begin.start(), end
        position = end
