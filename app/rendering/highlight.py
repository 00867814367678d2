"""Which code is coloured, and by which classes. The colours are in `static/css/content.css`."""

from pygments.lexers import get_all_lexers
from pygments.token import STANDARD_TYPES

TOKEN_CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)
LANGUAGES = frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


def language_of(info: str) -> str:
    """The language that the first word after ``` names, as Pygments calls it; "" when it is none."""
    name = info.split(maxsplit=1)[0].lower() if info.strip() else ""
    return name if name in LANGUAGES else ""
