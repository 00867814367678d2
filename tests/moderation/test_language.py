# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import pytest

from app.moderation.language import identify_language
from tests.moderation.languages import SENTENCES


def test_of_sixty_sentences_in_twenty_languages_nearly_all_are_told_and_hardly_one_wrongly() -> None:
    told = {
        sentence: (code, identify_language(sentence)) for code, sentences in SENTENCES.items() for sentence in sentences
    }
    assert len(SENTENCES) == 20
    assert len(told) == 60
    wrong = [(sentence, found) for sentence, (code, found) in told.items() if found not in (code, None)]
    unsure = [sentence for sentence, (_, found) in told.items() if found is None]
    assert wrong == []
    assert len(unsure) <= 3, unsure


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        "ok",
        "2 + 2 = ?",
        "def f(x):\n    return x + 1",
        "```python\nimport os\nprint(os.name)\n```",
        "asdf qwer zxcv jklm",
        "https://example.org/a/very/long/address",
        "SELECT name FROM people;",
        "🙂🙂🙂",
        "$\\frac{a}{b} = c$",
    ],
)
def test_what_is_too_short_or_no_language_is_not_guessed(text: str) -> None:
    assert identify_language(text) is None


def test_code_within_a_question_does_not_decide() -> None:
    code = "```java\npublic static int find(List<String> names) { return 0; }\n```"
    text = f"Warum gibt diese Funktion immer null zurück?\n{code}"
    assert identify_language(text) == "de"


@pytest.mark.parametrize(
    ("text", "code"),
    [("안녕하세요", "ko"), ("こんにちは", "ja"), ("今天天气如何", "zh"), ("Γειά σου, τι κάνεις;", "el")],
)
def test_a_script_of_one_language_is_enough_for_a_short_text(text: str, code: str) -> None:
    assert identify_language(text) == code


def test_a_long_text_is_read_in_part_only() -> None:
    assert identify_language("Das ist ein Satz, der sich wiederholt. " * 5000) == "de"
