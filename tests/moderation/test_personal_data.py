import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.moderation.personal_data import Span, find_personal_data, mask
from tests.moderation.personal_corpus import FORMATS, INNOCENT, planted


def test_of_two_thousand_strings_in_twelve_formats_nearly_all_are_found_whole_and_of_the_right_kind() -> None:
    missed: Counter[str] = Counter()
    for name, kind, data, text in planted(2000, seed=20261121):
        start = text.index(data)
        whole = any(
            span.kind == kind and span.start <= start + 7 and start + len(data) == span.end
            for span in find_personal_data(text)
        )
        missed[name] += not whole
    assert len(missed) == 12
    assert sum(missed.values()) <= 40, missed
    assert all(count <= 9 for count in missed.values()), missed


@pytest.mark.parametrize("text", INNOCENT)
def test_numbers_that_are_nobodys_are_let_be(text: str) -> None:
    assert [(text[span.start : span.end], span.kind) for span in find_personal_data(text)] == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to ann@example.org, or call +44 20 7946 0958.", "Write to [e-mail address], or call [phone number]."),
        ("DE89 3704 0044 0532 0130 00 BIC COBADEFF", "[bank account] BIC COBADEFF"),
        ("http://203.0.113.9/x from 2001:db8::1", "http://[network address]/x from [network address]"),
        ("postgres://bob:hunter22@db.example.org/x", "postgres://[secret key]@db.example.org/x"),
        ("BSN 123456782", "BSN [national number]"),
        ("CPF 11144477735", "CPF [national number]"),
        ("Steuer-ID: 36574261809", "Steuer-ID: [national number]"),
        ("CF RSSMRA85T10A562S", "CF [national number]"),
        ("Grüße 🙂 ann@example.org 🙂", "Grüße 🙂 [e-mail address] 🙂"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_is_found_gives_way_to_a_word_for_its_kind(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text", ["123456782", "11144477735 books", "4111 1111 1111 1112", "DE88 3704 0044 0532 0130 00"]
)
def test_a_number_with_a_wrong_check_digit_or_without_a_cue_is_let_be(text: str) -> None:
    assert find_personal_data(text) == []


def test_a_private_key_that_is_cut_off_is_masked_to_its_end() -> None:
    assert mask("key:\n-----BEGIN PRIVATE KEY-----\nMIIEabc123+/=\nabc") == "key:\n[secret key]"


def test_two_private_keys_are_two_and_what_stands_between_stays() -> None:
    one = "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----"
    assert mask(f"{one} and {one}.") == "[secret key] and [secret key]."


@given(st.text(max_size=300))
def test_spans_are_in_order_and_within_the_text(text: str) -> None:
    spans = find_personal_data(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


@given(st.integers(0, 10_000))
def test_what_is_masked_is_gone_also_among_other_data(seed: int) -> None:
    data = [(kind, data) for _, kind, data, _ in planted(len(FORMATS), seed)]
    masked = mask(" and ".join(written for _, written in data))
    assert not [written for kind, written in data if kind in ("secret", "email", "iban") and written in masked]


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "1-", "a@", "a.", "1.", "a:", ":", "-----BEGIN PRIVATE KEY-----", "a@b.", "eyJ", "sk-"]
)
def test_the_work_grows_no_faster_than_the_text(unit: str) -> None:
    # Anything worse than linear takes minutes here, and the run's time limit ends it.
    find_personal_data(unit * (200_000 // len(unit)))


def test_a_span_says_where_and_what() -> None:
    assert find_personal_data("x ann@example.org") == [Span(2, 17, "email")]
