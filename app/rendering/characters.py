"""Characters that could hide, reorder or break what is shown around them."""

import re
from types import MappingProxyType
from typing import Final

_KEPT = {0x09, 0x0A, 0x0D}  # tab, line feed, carriage return
_C0 = {code: 0x2400 + code for code in range(0x20) if code not in _KEPT} | {0x7F: 0x2421}
_C1 = dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
# Embeddings, overrides, isolates and the deprecated shapers. The marks U+200E, U+200F and U+061C stay: they only
# settle the direction of their neighbours. So do the joiners U+200C and U+200D, which emoji, Persian and the
# Indic scripts are spelt with.
_REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x2070)])

_REPLACEMENTS: Final = MappingProxyType(_C0 | _C1 | _REORDERING)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")


def show_controls(text: str) -> str:
    """`text` with control characters as visible marks, lone surrogates as U+FFFD, and nothing that reorders text."""
    if _SURROGATE.search(text):
        # Halves that belong together, as a careless JSON decoder leaves them, become the character they spell.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _LINE_END.sub("\n", text).translate(_REPLACEMENTS)
