import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.moderation.prompt_tags import RULES_VERSION, tag_prompt


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Write a Python function that merges two sorted lists.", {"code", "short", "language:en"}),
        ("```c\nint main() { return 1 + 2; }\n```", {"code", "short"}),
        ("Warum gibt mein Programm einen TypeError aus? Schreibe die Funktion in Python neu.", {"code", "language:de"}),
        ("Find the derivative of x^2 + 3x with respect to x, please.", {"maths", "short", "language:en"}),
        ("Solve 3x + 7 = 22", {"maths", "short"}),
        (
            "Write a poem about the sea and the people who live by it, in exactly 12 lines.",
            {"creative", "constraints", "language:en"},
        ),
        ("Écris un poème sur la mer et sur les pêcheurs qui la regardent le soir.", {"creative", "language:fr"}),
        ("请写一首关于秋天的诗。", {"creative", "short", "language:zh"}),
        ("Translate the following sentence into French: Where is the station?", {"translation", "language:en"}),
        ("Bitte übersetze diesen Satz ins Englische: Das Wetter ist heute schön.", {"translation", "language:de"}),
        ("What is the capital of Australia, and why is it not Sydney, the larger city?", {"question", "language:en"}),
        ("¿Por qué el cielo es azul durante el día y rojo por la tarde?", {"question", "language:es"}),
        (
            "Prove step by step that there are infinitely many prime numbers in this world.",
            {"reasoning", "maths", "language:en"},
        ),
        (
            "Summarise the causes of the war as bullet points, and do not mention any dates.",
            {"constraints", "language:en"},
        ),
        ("hi", {"short"}),
        ("", set()),
        ("The meeting was moved to Tuesday because of the weather, and nobody complained.", {"language:en"}),
        ("I tried the python at the zoo; my class saw a red snake and had a function to attend.", {"language:en"}),
    ],
)
def test_a_prompt_is_tagged(text: str, tags: set[str]) -> None:
    assert set(tag_prompt(text)) == tags


def test_tags_are_sorted_and_a_long_prompt_is_long() -> None:
    tags = tag_prompt("Explain this paragraph to me in simple words, because I do not understand it at all. " * 30)
    assert list(tags) == sorted(tags)
    assert "long" in tags
    assert "short" not in tags


@given(st.text(max_size=300))
def test_every_text_can_be_tagged(text: str) -> None:
    assert tag_prompt(text) == tag_prompt(text)


@pytest.mark.parametrize(
    "unit", ["write a ", "translate ", "if all ", "python ", "$", "`", "<a ", "1 ", "what is ", "    x;\n", "for ("]
)
def test_the_work_is_bounded(unit: str) -> None:
    # Anything worse than linear takes minutes here, and the run's time limit ends it.
    tag_prompt(unit * (200_000 // len(unit)))


def test_the_rules_have_a_version() -> None:
    assert RULES_VERSION
