import pytest

from app.rendering import render_markdown
from tests.rendering.fragment import Fragment, assert_safe


def read(text: str) -> Fragment:
    return assert_safe(render_markdown(text))


@pytest.mark.parametrize(
    "text", ["$x^2$", r"\(x^2\)", "so $x^2$.", "($x^2$)", "**$x^2$**", "| $x^2$ |\n|---|", "$x^2$-axis"]
)
def test_a_formula_in_a_line_becomes_mathml(text: str) -> None:
    maths = read(text).one("math")
    assert maths.attributes == {}
    assert [child.tag for child in maths.children] == ["msup"]


@pytest.mark.parametrize(
    "text",
    [
        "$$x^2$$",
        "$$\nx^2\n$$",
        "\\[\nx^2\n\\]",
        "\\[ x^2 \\]",
        r"\[x^2\]",
        "so $$x^2$$ here",
        "> $$\n> x^2\n> $$",
        "- a\n\n  \\[\n  x^2\n  \\]",
        "1. a\n   $$x^2$$\n   b",
        "text\n$$\nx^2\n$$\ntext",
    ],
)
def test_a_formula_of_its_own_line_is_displayed_in_a_box_that_scrolls(text: str) -> None:
    maths = read(text).one("math")
    assert maths.attributes == {"display": "block"}
    assert [child.tag for child in maths.children] == ["msup"]
    assert maths.parent is not None
    assert (maths.parent.classes, maths.parent.attributes["tabindex"]) == (["math-block"], "0")


@pytest.mark.parametrize(
    "content", ["a\n= b\n- c", "a\n=\nb", "a\n---\nb", "+ a\n+ b", "> 0", "a_1 * b_2 * c_1", "# n", "`a`"]
)
def test_a_displayed_formula_is_not_read_as_markdown(content: str) -> None:
    tags = {element.tag for element in read(f"$$\n{content}\n$$").elements}
    assert not tags & {"ul", "h3", "h4", "em", "code", "blockquote", "p"} or tags == {"p", "code"}


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "it costs $5, not $10.",
        "$5-$10",
        "from $1,000 to $2,000",
        "US$5 (or 4 EUR), AU$7",
        "$5 million in cash is 4 million EUR$",
        "$HOME/bin:$PATH",
        "$HOME:$PATH",
        "a $ b $ c",
        "$",
        "$$",
        "$$$$",
        r"\$x$",
        r"$x\$",
        "$x\n\ny$",
        "`$x$`",
        "    $x$",
        "```\n$x$\n```",
        r"\[1\] and \[citation needed\]",
        r"\[x]",
        r"\(x",
        r"\(\)",
        "$$\n\n$$",
    ],
)
def test_money_variables_and_escaped_brackets_are_not_maths(text: str) -> None:
    assert read(text).all("math") == []


def test_the_text_around_money_is_unchanged() -> None:
    assert read("pay $5 and $10 or `$x`").text.strip() == "pay $5 and $10 or $x"


@pytest.mark.parametrize(
    "text", [r"$\frac{$", r"$\nosuchcommand$", r"$x^$", r"$\begin{align}$", "$$\n\\left(\n$$", r"$}{$", r"$50%$"]
)
def test_what_is_not_valid_latex_shows_its_source(text: str) -> None:
    fragment = read(text)
    assert fragment.all("math") == []
    assert fragment.one("code").text == text
    assert fragment.one("code").classes == ["math-source"]


def test_no_part_of_a_formula_is_lost_to_a_comment() -> None:
    assert read(r"$a \\% b$").one("code").text == r"$a \\% b$"
    assert "%" in read(r"$50\%$").one("math").text


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\begin{align}a\label{evil}\end{align}",
        r"\eqref{evil}",
        r"\color{red}x",
        r"\textcolor{red}{x}",
        r"\text{</math><script>alert(1)</script>}",
        r"\text{\textbf{a}\textsc{b}\texttt{c}}",
        r"\includegraphics{http://example.org/x.png}",
        r"\hspace{-9999em}x",
        r"\mathrm{<img src=x onerror=alert(1)>}",
        r"\operatorname{<svg/onload=alert(1)>}",
        r"\text{style=\"color:red\"}",
    ],
)
def test_no_latex_command_makes_a_link_an_id_or_a_style(latex: str) -> None:
    html = render_markdown(f"$${latex}$$")
    assert_safe(html)
    for attribute in (" id=", " href=", " style="):
        assert attribute not in html.replace("style=\\", "").replace('style="color:red"', "")


def test_the_alignment_of_equations_is_kept_by_classes() -> None:
    cells = read(r"$$\begin{aligned}a&=b\\c&=d\end{aligned}$$").all("mtd")
    assert [cell.classes for cell in cells] == [
        ["math-right", "math-flush-right"],
        ["math-left", "math-flush-left"],
    ] * 2


def test_the_rules_of_an_array_are_kept_by_classes() -> None:
    fragment = read(r"$$\begin{array}{c|c:c}a&b&c\\\hline d&e&f\end{array}$$")
    classes = {name for cell in fragment.all("mtd") for name in cell.classes}
    assert {"math-line-right", "math-dashes-right", "math-line-top"} <= classes


def test_numbered_equations_start_again_in_every_formula() -> None:
    fragment = read(r"$$\begin{align}a\end{align}$$" + "\n\n" + r"$$\begin{align}b\end{align}$$")
    assert [maths.text for maths in fragment.all("math")] == ["a(1)", "b(1)"]


def test_a_definition_in_one_formula_does_not_reach_the_next() -> None:
    fragment = read(r"$\newcommand{\x}{y} \x$ and $\x$")
    assert [maths.text for maths in fragment.all("math")] == ["y"]
    assert fragment.one("code").text == r"$\x$"
