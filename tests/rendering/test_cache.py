from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.rendering import render_markdown, render_markdown_cached
from app.rendering.cache import RenderCache


def counting() -> tuple[list[str], Callable[[str], Markup]]:
    calls: list[str] = []

    def render(text: str) -> Markup:
        calls.append(text)
        return Markup("<p>") + text

    return calls, render


def test_a_text_is_rendered_once() -> None:
    calls, render = counting()
    cache = RenderCache(render, 10_000)
    assert cache("a") == cache("a") == Markup("<p>a")
    assert calls == ["a"]


def test_the_least_recently_used_goes_first() -> None:
    calls, render = counting()
    cache = RenderCache(render, 5_000)
    for text in ("a" * 1_000, "b" * 1_000, "a" * 1_000, "c" * 1_000, "a" * 1_000):
        cache(text)
    assert [text[0] for text in calls] == ["a", "b", "c"]
    cache("b" * 1_000)
    assert len(calls) == 4


def test_a_text_larger_than_the_cache_is_rendered_and_not_kept() -> None:
    calls, render = counting()
    cache = RenderCache(render, 1_000)
    assert cache("a" * 5_000) == Markup("<p>" + "a" * 5_000)
    cache("a" * 5_000)
    assert len(calls) == 2
    assert cache.size == 0


@given(st.lists(st.text(st.sampled_from("aé漢😀"), max_size=400), max_size=40))
def test_it_never_holds_more_than_it_may_and_always_answers_right(texts: list[str]) -> None:
    _, render = counting()
    cache = RenderCache(render, 3_000)
    for text in texts:
        assert cache(text) == Markup("<p>") + text
        assert cache.size <= 3_000


def test_many_threads_get_what_each_asked_for() -> None:
    _, render = counting()
    cache = RenderCache(render, 2_000)
    texts = [str(i % 37) for i in range(2_000)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(cache, texts)) == [Markup("<p>") + text for text in texts]
    assert cache.size <= 2_000


def test_the_cached_renderer_gives_what_the_renderer_gives() -> None:
    text = "# a\n\n$x$ <b>"
    assert render_markdown_cached(text) == render_markdown_cached(text) == render_markdown(text)
