"""Leaked names, personal data and broken encodings are found where they were planted, and nowhere else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.linting.checks.encodings import _first_mojibake
from tests.linting.samples import battles, finding, found, lint, lint_rows, preferences, write


def test_an_answer_that_says_who_wrote_it_is_found(tmp_path: Path) -> None:
    rows = preferences(40)
    rows[7]["chosen"] = (
        "As an AI language model developed by OpenAI, I cannot say how the river is today, sorry for it."
    )
    rows[9]["rejected"] = (
        "I am Claude, an assistant made by Anthropic, and gladly tell about the harbour of the island."
    )
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"leaked-model-names": [8, 10]}
    assert [place.column for place in finding(report, "leaked-model-names").places] == ["chosen", "rejected"]


@pytest.mark.parametrize(
    "text",
    [
        "I am Qwen, made by Alibaba Cloud.",
        "I'm Grok, by xAI.",
        "As an AI developed by IBM, I cannot.",
        "I am GPT4, made by humans.",
        "\u6211\u662f\u6587\u5fc3\u4e00\u8a00\u3002",
        "Je suis Claude.",
    ],
)
def test_short_names_and_other_scripts_are_found(tmp_path: Path, text: str) -> None:
    rows = preferences(5)
    rows[2]["rejected"] = text
    assert lint_rows(tmp_path, rows) == {"leaked-model-names": [3]}


def test_a_name_that_is_the_subject_is_no_leak(tmp_path: Path) -> None:
    rows = preferences(40)
    rows[3]["chosen"] = (
        "OpenAI was founded in San Francisco, and Google in a garage; Claude Monet painted lilies there."
    )
    rows[4]["prompt"] = "Are you ChatGPT, or who are you, and who has made you, dear machine in the museum?"
    rows[4]["chosen"] = "No, I am not ChatGPT. I am a machine in the museum, and the village has made me long ago."
    assert lint_rows(tmp_path, rows) == {}


def test_a_models_own_name_counts_wherever_it_stands(tmp_path: Path) -> None:
    rows = battles(40)
    rows[5] |= {"model_a": "zorblax-7b-instruct", "winner": "tie"}
    rows[5]["conversation_a"][1]["content"] = "Zorblax here, happy to help with the river and the table and the garden!"
    rows[6]["conversation_b"][1]["content"] = (
        "Zorblax is a planet in a book about the river and the table and a garden."
    )
    assert lint_rows(tmp_path, rows) == {"leaked-model-names": [6]}


def test_personal_data_is_told_by_kind_and_never_shown(tmp_path: Path) -> None:
    rows = preferences(40)
    rows[3]["prompt"] = "Write to jane.roe@example.org about the harbour and the table, would you please do so?"
    rows[5]["chosen"] = "Pay to DE89 3704 0044 0532 0130 00 or call +49 30 901820 about the harbour and the table."
    rows[8]["rejected"] = "Use the key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789 for the harbour and the table."
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {"personal-data": [4, 6, 6, 9]}
    assert finding(report, "personal-data").figures == {"email": 1, "iban": 1, "phone": 1, "secret": 1}
    text = json.dumps(report.document())
    assert not any(value in text for value in ("jane", "3704", "901820", "sk-proj"))


@pytest.mark.parametrize(
    "text",
    [
        "reach me at john (at) example (dot) com",
        "my card is 4111 1111 1111 1111.",
        "connect to 84.23.101.7 now",
        "it is at 2a02:8109:9a3f:1c00::1 today",
        "password in https://bob:hunter22@example.org/x",
        "call me: 0171 2345678",
        "AKIAIOSFODNN7EXAMPLE",
        "IBAN gb82west12345698765432",
        "call (555) 555-0123 or 212-555-0187",
    ],
)
def test_the_first_look_at_a_text_misses_nothing_that_the_second_finds(tmp_path: Path, text: str) -> None:
    rows = preferences(3)
    rows[1]["prompt"] = f"{text} and so on, as the river and the table have it"
    from app.moderation.personal_data import find_personal_data  # noqa: PLC0415 (the measure of this test)

    expected = [2] if find_personal_data(rows[1]["prompt"]) else []
    assert lint_rows(tmp_path, rows, only=["personal-data"]).get("personal-data", []) == expected


def test_each_kind_of_broken_text_is_told_apart(tmp_path: Path) -> None:
    rows = preferences(40)
    rows[1]["prompt"] += " caf\u00c3\u00a9 and more"
    rows[2]["prompt"] += " it\u00e2\u20ac\u2122s here"
    rows[3]["prompt"] += " lost \ufffd\ufffd letters"
    rows[4]["prompt"] += " half \ud83d a smile"
    rows[5]["prompt"] += " \x1b[31mred"
    rows[6]["prompt"] += " \ufeffmark"
    report = lint(write(tmp_path / "file.jsonl", rows))
    assert found(report) == {
        "lone-surrogates": [5],
        "mojibake": [2, 3],
        "replacement-characters": [4],
        "control-characters": [6],
        "byte-order-marks-in-texts": [7],
    }
    assert [place.detail for place in finding(report, "mojibake").places] == [
        "U+00C3 U+00A9, probably meant as 'é'",
        "U+00E2 U+20AC, probably meant as '\u2019'",
    ]


def test_newlines_of_two_kinds_are_told_by_the_rows_of_the_rarer(tmp_path: Path) -> None:
    rows = preferences(40)
    for row in rows:
        row["prompt"] += "\nIn short."
    assert lint_rows(tmp_path, rows) == {}
    rows[6]["prompt"] = rows[6]["prompt"].replace("\n", "\r\n")
    assert lint_rows(tmp_path, rows) == {"mixed-newlines": [7]}


SOUND = [
    "Ça va? À bientôt! DÉJÀ VU, VOILÀ”. São Paulo, Ängström, Ærø, façade, naïve, Ñandú, übergroß — “quoted” …",
    "Привет, как дела? «Хорошо». שלום. مرحبا. नमस्ते. 你好。こんにちは。안녕하세요. 👩‍👩‍👧 🇩🇪 e\u0301",
    "5 €, 3 £, 2 ¥, 10 °C, x² + y³ ≤ ½, 1 µm, § 5, © ® ™, ¿Qué? ¡Sí! A\u00a0B, co\u00adop",
    "Tab\tand\nnewline are fine; so is \u0085 in old files.",
]


@pytest.mark.parametrize("text", SOUND)
def test_sound_texts_of_many_languages_stay_silent(tmp_path: Path, text: str) -> None:
    rows = preferences(10)
    rows[3]["chosen"] = text
    assert lint_rows(tmp_path, rows) == {}


@given(text=st.text(alphabet=st.characters(min_codepoint=0xA1, max_codepoint=0xFFFF, categories=["L"]), min_size=1))
def test_what_was_read_as_windows_letters_is_always_told(text: str) -> None:
    broken = "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in text.encode()
    )
    assert _first_mojibake(f"so {broken} so") is not None


# Of the letters that a lead byte's letter could be followed by, none comes after ß, à and the like in any language.
EUROPEAN = st.characters(min_codepoint=0x20, max_codepoint=0x24F, categories=["Ll"], exclude_characters="œšžƒ")


@given(text=st.text(alphabet=EUROPEAN))
def test_letters_of_europe_are_no_mojibake(text: str) -> None:
    assert _first_mojibake(text) is None
