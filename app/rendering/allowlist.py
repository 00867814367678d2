"""What may reach a page, whatever was written before: the last gate, and the only one that has to hold."""

from nh3 import Cleaner

from app.rendering import mathml
from app.rendering.highlight import TOKEN_CLASSES

_BLOCKS = ("p", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "table")
_TAGS = {*_BLOCKS, "ul", "ol", "thead", "tbody", "tr", "th", "td", "div", "hr", "br"} | {
    *("a", "code", "em", "strong", "s", "span", "b", "i", "u"),
    *mathml.TAGS,
}
_ALIGNMENTS = {"align-left", "align-center", "align-right"}
_OWN_SPAN_CLASSES = {"image-mark", "math-block", "task-mark"}

_FIXED_VALUES: dict[str, dict[str, set[str]]] = {tag: {"dir": {"auto"}} for tag in _BLOCKS}
_FIXED_VALUES["pre"]["tabindex"] = {"0"}
_FIXED_VALUES |= {
    "div": {"tabindex": {"0"}, "role": {"group"}, "aria-label": {"Table"}},
    "span": {"tabindex": {"0"}, "role": {"img"}, "aria-label": {"Done", "Not done"}},
    "th": {"scope": {"col"}},
}

_CLASSES = {tag: set(mathml.CLASSES) for tag in mathml.TAGS} | {
    "code": {"code-block", "math-source"},
    "div": {"math-block", "table-scroll"},
    "li": {"task"},
    "p": {"render-note"},
    "pre": {"code", "plain-text"},
    "span": {*TOKEN_CLASSES, *mathml.CLASSES, *_OWN_SPAN_CLASSES},
    "td": _ALIGNMENTS,
    "th": _ALIGNMENTS,
}

_CLEANER = Cleaner(
    tags=_TAGS,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}, **mathml.ATTRIBUTES},
    tag_attribute_values=_FIXED_VALUES,
    allowed_classes=_CLASSES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow ugc",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def sanitise(html: str) -> str:
    """`html` with nothing in it that is not listed above."""
    return _CLEANER.clean(html)
