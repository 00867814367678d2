# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import itertools
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.moderation.identity_leaks import LeakFinder, Span
from tests.moderation.leak_corpus import FAMILIES, INNOCENT, LEET, MAKERS, OTHER_SCRIPTS, SPELLINGS, planted

FINDER = LeakFinder([*FAMILIES, *MAKERS, *(name for name in OTHER_SCRIPTS if name != "クロード"), "クロード"])
WORDS = [
    "answer", "apple", "because", "bridge", "carry", "chat", "command", "deep", "face", "falcon", "forest",
    "garden", "google", "granite", "green", "house", "language", "letter", "light", "llama", "made", "meta",
    "mistral", "model", "morning", "mountain", "music", "number", "often", "open", "paper", "people",
    "question", "quickly", "river", "seven", "silver", "simple", "small", "sometimes", "stone", "table",
    "trained", "under", "walk", "water", "window", "winter",
]  # fmt: skip


def overlaps(spans: list[Span], start: int, end: int) -> bool:
    return any(span.start < end and start < span.end for span in spans)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_planted_name_is_found_in_every_spelling_exactly_where_it_stands(name: str, spelling: str) -> None:
    text, start, end = planted(name, spelling, seed=len(name))
    assert [(span.start, span.end) for span in FINDER.find(text) if overlaps([span], start, end)] == [(start, end)], (
        text
    )


@pytest.mark.parametrize("name", [name for name in FAMILIES if name.isalpha() and len(name) >= 5])
def test_a_name_in_digits_for_letters_is_found(name: str) -> None:
    for letter in "aeioAEIO":
        if letter in name:
            written = name.replace(letter, letter.translate(LEET))
            assert FINDER.find(f"Well, {written} it is.") == [Span(6, 6 + len(written), name)]


@pytest.mark.parametrize("name", OTHER_SCRIPTS)
def test_a_name_in_another_script_is_found_as_it_is_listed(name: str) -> None:
    text = f"我是{name}。" if name > "\u3000" else f"... {name} ..."
    assert [text[span.start : span.end] for span in FINDER.find(text)] == [name]


@pytest.mark.parametrize("name", MAKERS)
def test_a_maker_is_found_where_a_model_speaks_of_itself(name: str) -> None:
    for opening in (
        "I was trained by ",
        "I'm a large language model made by ",
        "As an AI assistant developed by the team at ",
    ):
        text = f"{opening}{name}, so I cannot say."
        assert [text[span.start : span.end] for span in FINDER.find(text)] == [name]


def test_there_are_two_hundred_innocent_sentences_and_none_is_flagged() -> None:
    assert len(INNOCENT) >= 200
    assert {sentence: found for sentence in INNOCENT if (found := FINDER.find(sentence))} == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Gemini is also a constellation.", "Gemini"),
        ("Yesterday I asked Llama about it.", "Llama"),
        ("the llama-3.1-8b weights", "llama"),
        ("I use mistral 7B at home", "mistral"),
        ("ChatGPTs are many", "ChatGPT"),
        ("MyChatGPTBot answers", "ChatGPT"),
        ("ask chat gpt for it", "chat gpt"),
        ("Chat-GPT", "Chat-GPT"),
        ("as a falcon language model", "falcon"),
        ("Ich bin Llama.", "Llama"),
        ("我是Llama，很高兴", "Llama"),
        ("ask Cl@ude or not", "Cl@ude"),
        ("g p t 4", "g p t 4"),
        ("저는 클로드입니다", "클로드"),
        ("search by Google, I cannot have it", ""),
        ("Google made me, and Google trains others.", "Google"),
        ("My creators at Meta would know.", "Meta"),
        ("Created by Meta, I am an assistant.", "Meta"),
        ("Ich bin ein Sprachmodell von Google.", "Google"),
        ("Fui creado por Google.", "Google"),
        ("My phone is made by Apple.", ""),
        ("I ordered it from Amazon, made by hand.", ""),
        ("In New Hampshire, the Granite State, it is cold.", ""),
        ("GPT-45 is a number", ""),
        ("Sunclaudes", ""),
    ],
)
def test_what_is_named_in_a_sentence(text: str, named: str) -> None:
    assert [text[span.start : span.end] for span in FINDER.find(text)] == ([named] if named else [])


def test_the_longest_name_wins() -> None:
    assert [span.name for span in LeakFinder(["Llama", "Llama 3", "Meta"]).find("I am Llama 3.")] == ["Llama 3"]


def test_names_without_letters_are_ignored() -> None:
    assert LeakFinder(["", "7", "x", "42", "--"]).find("7 x 42 -- y") == []


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=60))
def test_ordinary_words_are_never_flagged(words: list[str]) -> None:
    innocent = [
        word for word in words if word not in {"llama", "falcon", "mistral", "granite", "google", "meta", "apple"}
    ]
    assert FINDER.find(" ".join(innocent)) == []


@given(
    st.sampled_from([name for name in FAMILIES if len(name) >= 5]),
    st.sampled_from(sorted(SPELLINGS)),
    st.lists(st.sampled_from(["river", "stone", "walk", "green", "seven"]), max_size=20),
    st.integers(0, 1000),
)
def test_a_planted_name_is_found_within_any_text(name: str, spelling: str, words: list[str], seed: int) -> None:
    sentence, start, end = planted(name, spelling, seed)
    before = " ".join([*words, ""])
    spans = FINDER.find(before + sentence + before)
    assert (start + len(before), end + len(before)) in {(span.start, span.end) for span in spans}


@given(st.text(max_size=400))
def test_any_text_can_be_read_and_spans_lie_within_it(text: str) -> None:
    spans = FINDER.find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "unit", ["claud", "G-", "i am ", "**", "<b>", "l l a m a ", "@", "\u200b", "made by ", "llama"]
)
def test_the_work_grows_no_faster_than_the_text(unit: str) -> None:
    # Anything worse than linear takes minutes here, and the run's time limit ends it.
    FINDER.find(unit * (200_000 // len(unit)))


def test_random_letters_hold_no_name() -> None:
    generator = random.Random(7)
    text = " ".join("".join(generator.choices(string.hexdigits, k=32)) for _ in range(2000))
    assert FINDER.find(text) == []


def test_a_name_that_somebody_listed_needs_no_evidence_unless_it_is_a_common_word() -> None:
    text = "Ask zorblax about it."
    assert LeakFinder(["Zorblax"]).find(text) == []
    assert [span.name for span in LeakFinder([], ["Zorblax"]).find(text)] == ["Zorblax"]
    assert [span.name for span in LeakFinder(["Zorblax"], ["Zorblax"]).find(text)] == ["Zorblax"]
    assert LeakFinder([], ["Opus"]).find("His magnum opus is long.") == []
