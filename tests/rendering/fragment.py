"""A strict reader of rendered HTML: it refuses what a browser would silently repair."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr"}
_HTML_TAGS = """
    p h3 h4 h5 h6 ul ol li blockquote pre code hr br em strong s b i u a span div table thead tbody tr th td
"""
_MATHML_TAGS = """
    math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts
    mprescripts mtable mtr mtd mphantom mpadded menclose
"""
_ATTRIBUTES = """
    dir class tabindex role aria-label scope start href target rel display displaystyle scriptlevel mathvariant
    linethickness form lspace rspace stretchy symmetric movablelimits minsize maxsize accent accentunder width height
    voffset notation
"""
TAGS = set(_HTML_TAGS.split()) | set(_MATHML_TAGS.split())
ATTRIBUTES = set(_ATTRIBUTES.split())


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    children: "list[Element]" = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, that of its descendants too."""
        return "".join(self.texts)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


class Fragment(HTMLParser):
    """Every element of `html`, in order; raises AssertionError when an end tag is missing, wrong or superfluous."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._texts: list[str] = []
        self._open: list[Element] = []
        self.feed(str(html))  # Markup would escape what it is joined with
        self.close()
        assert not self._open, f"never closed: {[element.tag for element in self._open]}"

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def one(self, tag: str) -> Element:
        (element,) = self.all(tag)
        return element

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in <{tag}>: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open[-1] if self._open else None)
        self.elements.append(element)
        if element.parent:
            element.parent.children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/> means <{tag}> in HTML")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> where <{self._open[-1].tag}> is open"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for texts in (self._texts, *(element.texts for element in self._open)):
            texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a marked section: {data!r}")


def assert_safe(html: str) -> Fragment:
    """`html` read strictly, after making sure that nothing in it runs, loads, styles, submits or names anything."""
    fragment = Fragment(html)
    for element in fragment.elements:
        assert element.tag in TAGS, element
        assert set(element.attributes) <= ATTRIBUTES, element
        if "href" in element.attributes:
            _assert_safe_link(element)
        assert element.attributes.get("dir", "auto") == "auto", element
        assert element.attributes.get("tabindex", "0") == "0", element
    return fragment


def _assert_safe_link(element: Element) -> None:
    assert element.tag == "a", element
    assert element.attributes["href"].lower().startswith(("http://", "https://", "mailto:")), element
    assert element.attributes["rel"] == "noopener noreferrer nofollow ugc"
    assert element.attributes["target"] == "_blank"
