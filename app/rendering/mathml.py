r"""What `math-core` writes, without what a strict content security policy and our rules forbid.

Its inline styles are a closed set of declarations (alignment, rules and gaps of tables); those that carry meaning
become classes that `static/css/content.css` defines, the others (colours, negative space) go. So do the links that
`\eqref` makes; the ids that `\label` makes are left to the sanitiser.
"""

import re

_TAG = re.compile(r"<[a-z]+ [^<>]*>")
_LINK = re.compile(r"</?a(?: [^<>]*)?>")
_STYLE = re.compile(r' style="([^"]*)"')

_CLASS_OF_DECLARATION = {
    "text-align:left": "math-left",
    "text-align:right": "math-right",
    "padding-left:0": "math-flush-left",
    "padding-right:0": "math-flush-right",
    "padding-left:1em": "math-gap",
    "width:100%": "math-full",
    "width:50%": "math-half",
    "width:7.5%": "math-indent",
    "border-left:0.05em solid currentcolor": "math-line-left",
    "border-right:0.05em solid currentcolor": "math-line-right",
    "border-top:0.05em solid currentcolor": "math-line-top",
    "border-bottom:0.05em solid currentcolor": "math-line-bottom",
    "border-left:0.05em dashed currentcolor": "math-dashes-left",
    "border-right:0.05em dashed currentcolor": "math-dashes-right",
    "border-top:0.05em dashed currentcolor": "math-dashes-top",
    "border-bottom:0.05em dashed currentcolor": "math-dashes-bottom",
}
_CLASSES_OF_CONVERTER = {
    "math-core-serif-font",
    "math-core-sans-serif-font",
}

CLASSES = frozenset(_CLASS_OF_DECLARATION.values()) | _CLASSES_OF_CONVERTER

_SCRIPT_TAGS = ("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts")
_OTHER_TAGS = ("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mphantom", "mpadded")
_TABLE_TAGS = ("menclose", "mtable", "mtr", "mtd")
TAGS = frozenset(_SCRIPT_TAGS + _OTHER_TAGS + _TABLE_TAGS)

ATTRIBUTES = {
    "math": {"display"},
    "menclose": {"notation"},
    "mfrac": {"displaystyle", "linethickness", "scriptlevel"},
    "mi": {"mathvariant"},
    "mo": {"form", "lspace", "maxsize", "minsize", "movablelimits", "rspace", "stretchy", "symmetric"},
    "mover": {"accent"},
    "mpadded": {"height", "voffset", "width"},
    "mrow": {"displaystyle", "scriptlevel"},
    "mspace": {"width"},
    "mtable": {"displaystyle", "scriptlevel"},
    "munder": {"accentunder"},
}


def tidied(mathml: str) -> str:
    """`mathml` with classes in place of inline styles, and without links."""
    return _TAG.sub(lambda tag: _STYLE.sub(_classes, tag[0]), _LINK.sub("", mathml))


def _classes(style: re.Match[str]) -> str:
    declarations = (re.sub(r":\s+", ":", part.strip()) for part in style[1].split(";"))
    names = [_CLASS_OF_DECLARATION[part] for part in declarations if part in _CLASS_OF_DECLARATION]
    return f' class="{" ".join(names)}"' if names else ""
