import pytest

from app.rendering import render_markdown, render_plain
from app.rendering.highlight import LANGUAGES
from tests.rendering.fragment import Fragment, assert_safe


def read(text: str) -> Fragment:
    return assert_safe(render_markdown(text))


def test_a_table_keeps_its_rows_and_alignment_and_scrolls_in_a_region_that_the_keyboard_reaches() -> None:
    fragment = read("| name | price |\n|:-----|------:|\n| a | 1 |\n| b | 22 |\n")
    region = fragment.one("div")
    assert region.attributes == {
        "class": "table-scroll",
        "tabindex": "0",
        "role": "group",
        "aria-label": "Table",
    }
    assert [child.tag for child in region.children] == ["table"]
    assert [th.attributes for th in fragment.all("th")] == [
        {"scope": "col", "class": "align-left"},
        {"scope": "col", "class": "align-right"},
    ]
    assert [td.text for td in fragment.all("td")] == ["a", "1", "b", "22"]
    assert [td.classes for td in fragment.all("td")] == [["align-left"], ["align-right"]] * 2


def test_fenced_code_is_coloured_by_classes_and_keeps_its_text() -> None:
    source = "def f(x):\n    return 'é' if x < 1 else None\n"
    fragment = read(f"```python\n{source}```")
    assert fragment.one("code").text == source
    assert {"k", "nf", "s1"} <= {name for span in fragment.all("span") for name in span.classes}
    assert fragment.one("pre").attributes == {"class": "code", "dir": "auto", "tabindex": "0"}


@pytest.mark.parametrize("fence", ["```", "~~~", "```klingon", "```constructor", "```inline"])
def test_code_in_no_known_language_is_shown_without_colours(fence: str) -> None:
    fragment = read(f"{fence}\n<b>x</b> & y\n")
    assert fragment.one("code").text == "<b>x</b> & y\n"
    assert fragment.all("span") == []


def test_indented_code_is_code_and_keeps_its_first_empty_line_when_fenced() -> None:
    assert read("    a < b\n").one("code").text == "a < b\n"
    assert read("```\n\n  x\n```").one("code").text == "\n  x\n"


@pytest.mark.parametrize("language", ["js", "html", "diff", "sql", "rust", "c++", "PYTHON", "json {.wide}"])
def test_the_usual_languages_are_coloured_whatever_else_the_fence_says(language: str) -> None:
    assert read(f'```{language}\n+<a> = "b" // 1\n```').all("span")


def test_no_language_is_called_like_a_kind_of_formula() -> None:
    assert not {"inline", "display"} & LANGUAGES


def test_headings_begin_below_those_of_the_page() -> None:
    fragment = read("# a\n## b\n### c\n#### d\n##### e\n###### f\n\ng\n=\n")
    tags = [(element.tag, element.text) for element in fragment.elements]
    assert tags == [("h3", "a"), ("h4", "b"), ("h5", "c"), ("h6", "d"), ("h6", "e"), ("h6", "f"), ("h3", "g")]


def test_lists_strikethrough_emphasis_and_quotations_are_understood() -> None:
    fragment = read("3. *a*\n4. **b**\n\n- ~~c~~\n\n> `d`\n\n---\n")
    assert fragment.one("ol").attributes == {"start": "3"}
    for tag, text in {"em": "a", "strong": "b", "s": "c", "code": "d"}.items():
        assert fragment.one(tag).text == text
    assert len(fragment.all("blockquote")) == len(fragment.all("hr")) == len(fragment.all("ul")) == 1


def test_a_single_tilde_means_about() -> None:
    assert read("~5 to ~10 minutes").all("s") == []


def test_tasks_are_marks_that_a_screen_reader_can_name_and_not_form_fields() -> None:
    fragment = read("- [x] a\n- [ ] b\n- c\n")
    assert [(m.text, m.attributes["aria-label"], m.attributes["role"]) for m in fragment.all("span")] == [
        ("☑", "Done", "img"),
        ("☐", "Not done", "img"),
    ]
    assert [item.classes for item in fragment.all("li")] == [["task"], ["task"], []]


def test_line_breaks_within_a_paragraph_are_kept() -> None:
    assert read("roses\nviolets\\\nend").one("p").children[0].tag == "br"
    assert len(read("roses\nviolets\\\nend").all("br")) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![a *nice* cat](https://example.org/cat.png)", "[image: a nice cat]"),
        ("![](http://example.org/x.gif 'title')", "[image]"),
        ("![pixel](data:image/png;base64,AAAA)", "[image: pixel]"),
        ("![r][1]\n\n[1]: https://example.org/r.svg", "[image: r]"),
        ("![a ![b](c)](//example.org/d)", "[image: a b]"),
        ("![x](javascript:alert(1))", "[image: x]"),
        ("![$y^2$](z)", "[image: y^2]"),
    ],
)
def test_an_image_is_replaced_by_its_description(text: str, shown: str) -> None:
    fragment = read(text)
    assert fragment.text.strip() == shown
    assert "example.org" not in render_markdown(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[a](https://example.org/?q=1&r=2)", "https://example.org/?q=1&r=2"),
        ("[a](HTTP://EXAMPLE.ORG)", "HTTP://EXAMPLE.ORG"),
        ("<https://example.org/a b>", None),
        ("<https://example.org>", "https://example.org"),
        ("<jo@example.org>", "mailto:jo@example.org"),
        ("[a][b]\n\n[b]: <https://example.org>", "https://example.org"),
        ("[a](https://example.org/ä)", "https://example.org/%C3%A4"),
    ],
)
def test_links_lead_out_in_a_new_tab_and_tell_nothing(text: str, target: str | None) -> None:
    links = read(text).all("a")
    assert [link.attributes["href"] for link in links] == ([target] if target else [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](/logout)", "[a](/logout)"),
        ("[a](#top)", "[a](#top)"),
        ("[a](//example.org)", "[a](//example.org)"),
        ("[a](docs/x.md 'title')", "[a](docs/x.md)"),
        ("[a *b*](javascript:alert`1`)", "[a b](javascript:alert%601%60)"),
        ("[a]()", "[a]()"),
        ("<ftp://example.org>", "<ftp://example.org>"),
        ("[a](tel:+123)", "[a](tel:+123)"),
    ],
)
def test_a_link_that_may_not_be_one_is_shown_as_it_was_written(text: str, shown: str) -> None:
    fragment = read(text)
    assert fragment.text.strip() == shown
    assert fragment.all("a") == []


def test_a_link_without_text_shows_its_address() -> None:
    assert read("[](https://example.org)").one("a").text == "https://example.org"


def test_an_endless_address_that_may_not_be_a_link_is_cut_short() -> None:
    assert len(read("[a](data:text/plain," + "A" * 100_000 + ")").text) < 300


def test_html_is_shown_as_text() -> None:
    text = 'a <b onclick="x()">bold</b> <!-- c --> &lt;\n\n<div>\n<p>d\n</div>'
    fragment = read(text)
    assert '<b onclick="x()">bold</b> <!-- c --> <' in fragment.text
    assert fragment.all("div") == fragment.all("b") == []


def test_the_same_text_always_gives_the_same_html() -> None:
    text = "# a\n\n$$\\begin{align}x\\label{l}\\end{align}$$\n\n- [x] t\n\n```c\nint x;\n```\n\n[a]: https://example.org\n[a]"
    first = render_markdown(text)
    render_markdown(text.replace("a", "b"))
    assert render_markdown(text) == first
    assert " id=" not in first


def test_two_texts_put_together_with_a_blank_line_render_as_they_do_alone() -> None:
    one, two = "# a\n\n$x$ and $$y$$\n", "| b |\n|---|\n| c |\n"
    assert render_markdown(one) + render_markdown(two) == render_markdown(f"{one}\n{two}")


def test_plain_text_is_shown_line_by_line_without_formatting() -> None:
    html = render_plain("\n*a* <b>\n  $x$\n")
    fragment = assert_safe(html)
    assert fragment.one("pre").attributes == {"class": "plain-text", "dir": "auto"}
    assert fragment.one("pre").text == "\n*a* <b>\n  $x$\n"
    assert html.startswith('<pre class="plain-text" dir="auto"><span>')  # so that no browser drops the first line


def test_an_empty_text_gives_nothing() -> None:
    assert render_markdown("") == ""
    assert render_markdown(" \n\t\n") == ""


def test_headings_never_skip_a_level_whatever_the_text_begins_with() -> None:
    tags = [element.tag for element in read("### a\n\n##### b\n\n#### c\n\n# d\n\n###### e").elements]
    assert tags == ["h3", "h4", "h4", "h3", "h4"]
