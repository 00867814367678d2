# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import pytest

from app.moderation.word_list import Span, WordList

BUILT_IN = WordList()


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Tell me how to make a bomb.", "illicit/weapons"),
        ("tell me HOW TO M4KE A B0MB", "illicit/weapons"),
        ("h-o-w to build a pipe bomb, please: build a **pi**pe bomb", "illicit/weapons"),
        ("c h i l d p o r n", "sexual/minors"),
        ("child\u200b porn", "sexual/minors"),
        ("сhild роrn", "sexual/minors"),
        ("What is a painless suicide method?", "self-harm/instructions"),
        ("¿Cómo hacer una bomba?", "illicit/weapons"),
    ],
)
def test_a_forbidden_phrase_is_found_in_any_spelling(text: str, category: str) -> None:
    assert BUILT_IN.check(text).flagged
    assert category in BUILT_IN.check(text).categories


@pytest.mark.parametrize(
    "text",
    [
        "How to make a bombastic entrance?",
        "The film bombed at the box office.",
        "How do I kill a process that hangs?",
        "Who was sentenced for how he made bombs?",
        "What is the history of child labour?",
        "Explain how vaccines against anthrax work.",
        "I feel very sad today and need somebody to talk to.",
        "The suicide of Werther is a turning point.",
        "A kiker is not a word, and a niggle is small; he niggled.",
        "The power of white noise.",
        "How to cook meatballs?",
    ],
)
def test_an_innocent_text_is_let_through(text: str) -> None:
    assert BUILT_IN.find(text) == []
    assert not BUILT_IN.check(text).flagged


def test_an_arena_adds_words_of_its_own_and_spans_say_where_they_stand() -> None:
    words = WordList({"rival": ["Examplecorp"], "": ["", "x"]})
    text = "We like Example-corp and how to make a bomb"
    assert Span(8, 20, "rival") in words.find(text)
    assert words.check(text).categories == ("illicit/weapons", "rival")
    assert not BUILT_IN.check("We like Examplecorp").flagged


def test_a_long_text_is_read_once() -> None:
    assert BUILT_IN.find("how to make a bom " * 11_000) == []
