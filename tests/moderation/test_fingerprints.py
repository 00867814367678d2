# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import itertools
import random

import pytest

from app.moderation.fingerprints import NEAR_DUPLICATE, SIGNATURE_BYTES, bands, fingerprint, signature, similarity

PROMPTS = """
Explain how photosynthesis works in plants and why leaves are green.
Explain how a diesel engine works and why it needs no spark plugs.
Write a short poem about the sea in winter, without using the word blue.
Write a short story about a lighthouse keeper who has never seen the sea.
What is the capital of Australia, and why is it not Sydney?
What is the tallest mountain in South America, and who climbed it first?
Write a Python function that merges two sorted lists in linear time.
Write a Python function that finds the longest palindrome in a string.
Translate the following sentence into French: the weather is lovely today.
Translate the following sentence into Japanese: where is the railway station?
How do I remove a red wine stain from a white cotton shirt?
How do I remove rust from an old cast iron pan?
Solve the equation 3x + 7 = 22 and show every step.
Solve the equation 5x - 4 = 31 and show every step.
Summarise the causes of the First World War in five bullet points.
Summarise the plot of Hamlet in five bullet points for a teenager.
Give me a recipe for vegetarian lasagne for six people, with a shopping list.
Give me a training plan for a first half marathon in twelve weeks.
Which laptop should I buy for photo editing if my budget is 1200 euros?
Which exercises help against pain in the lower back after long sitting?
Warum ist der Himmel blau, und warum ist er am Abend rot?
Warum brauchen Flugzeuge Landeklappen, und wie funktionieren sie?
Explique la différence entre un virus et une bactérie à un enfant de dix ans.
Explique pourquoi les feuilles tombent en automne à un enfant de dix ans.
请解释一下量子纠缠是什么，以及它为什么重要。
请写一首关于秋天的短诗，不要使用“落叶”这个词。
日本の教育制度について、三つの段落で説明してください。
日本の料理について、家で作れるものを三つ教えてください。
Prove that the square root of two is irrational.
Prove that there are infinitely many prime numbers.
Compare the economic policies of Keynes and Hayek in a table.
Plan a weekend in Lisbon for two people who like music and do not eat fish.
My cat has stopped eating since yesterday; what should I look out for?
Design a database schema for a small library that lends books and board games.
What are the odds of drawing two aces in a row from a deck of 52 cards?
Draft an e-mail to my landlord about the broken heating, polite but firm.
What is 2+2?
What is 2+3?
Write a poem about cats
Write a poem about dogs
hi
hello
""".strip().splitlines()
LONG_ENOUGH = [prompt for prompt in PROMPTS if len(prompt.split()) >= 8]


def _with_typo(text: str, generator: random.Random) -> str:
    at = generator.randrange(len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


EDITS = {
    "capitals": lambda text, _: text.upper(),
    "spaces": lambda text, _: "  " + text.replace(" ", "  \n"),
    "no punctuation": lambda text, _: "".join(letter for letter in text if letter.isalnum() or letter == " "),
    "please": lambda text, _: "Please " + text[0].lower() + text[1:],
    "thanks": lambda text, _: text + " Thanks!",
    "greeting": lambda text, _: "Hi! " + text,
    "a typo": _with_typo,
    "a word less": lambda text, generator: " ".join(
        word for at, word in enumerate(text.split()) if at != _middle(text, generator)
    ),
    "exclamation": lambda text, _: text.rstrip(".?") + "!!!",
}


def _middle(text: str, generator: random.Random) -> int:
    words = text.split()
    return generator.choice([at for at, word in enumerate(words) if not any(map(str.isdigit, word))])


def grouped(one: str, other: str) -> bool:
    """As the database does it: a shared band, then the estimate."""
    first, second = signature(one), signature(other)
    return bool(set(bands(first)) & set(bands(second))) and similarity(first, second) >= NEAR_DUPLICATE


def test_edited_copies_are_found_in_at_least_95_of_100_cases() -> None:
    generator = random.Random(5)
    missed = [
        (name, prompt)
        for (name, edit), prompt, _ in itertools.product(EDITS.items(), LONG_ENOUGH, range(3))
        if not grouped(prompt, edit(prompt, generator))
    ]
    assert len(missed) <= 0.05 * len(EDITS) * len(LONG_ENOUGH) * 3, missed


def test_different_prompts_are_never_grouped_even_where_they_share_a_template() -> None:
    assert [(one, other) for one, other in itertools.combinations(PROMPTS, 2) if grouped(one, other)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hello  World", "hello world"), ("ＡＢＣ", "abc"), ("Straße", "STRASSE"), (" a\tb\n", "a b"), ("ﬁn", "fin")],
)
def test_width_case_and_white_space_make_no_other_prompt(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)
    assert len(fingerprint(one)) == 32


@pytest.mark.parametrize(("one", "other"), [("Is it?", "Is it!"), ("a b", "ab"), ("résumé", "resume")])
def test_other_signs_make_another_prompt(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_a_signature_is_the_same_in_every_run_and_on_every_machine() -> None:
    assert signature("What is the capital of Australia?")[:16].hex() == "614c42f4801375c0892fc38764b91949"


@pytest.mark.parametrize("text", ["", "!", "hi", "你好", "x" * 300_000, "\ud800"])
def test_every_text_has_a_signature_of_one_size_that_equals_itself(text: str) -> None:
    own = signature(text)
    assert len(own) == SIGNATURE_BYTES
    assert similarity(own, signature(text)) == 1.0
    assert len(set(bands(own))) == 32


def test_what_is_no_signature_is_refused() -> None:
    with pytest.raises(ValueError, match="256 bytes"):
        bands(b"short")
    with pytest.raises(ValueError, match="256 bytes"):
        similarity(signature("a"), b"")
