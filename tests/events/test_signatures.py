"""Signatures are those of Standard Webhooks, and the schedule ends."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events import schedule, signatures

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_published_example_has_its_published_signature() -> None:
    """From the test suites of the specification's own libraries."""
    key = signatures.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signatures.sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def hmac_by_rfc_2104(key: bytes, text: bytes) -> bytes:
    """Written from the definition, with nothing of the standard library's hmac."""
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


@given(
    key=st.binary(min_size=24, max_size=64),
    event=st.from_regex(r"[a-z0-9_]{1,60}", fullmatch=True),
    time=st.integers(0, 2**40),
    body=st.binary(max_size=200),
)
def test_a_signature_is_the_hmac_of_id_time_and_body(key: bytes, event: str, time: int, body: bytes) -> None:
    given = signatures.headers([key], event, time, body)
    version, _, signature = given["webhook-signature"].partition(",")
    assert version == "v1"
    content = given["webhook-id"].encode() + b"." + given["webhook-timestamp"].encode() + b"." + body
    assert base64.b64decode(signature, validate=True) == hmac_by_rfc_2104(key, content)


def test_two_keys_give_two_signatures_of_the_same_message() -> None:
    old, new = (signatures.key_of(signatures.new_secret()) for _ in range(2))
    both = signatures.headers([new, old], "vote_1", 5, b"{}")["webhook-signature"].split(" ")
    assert both == [signatures.sign(new, "vote_1", 5, b"{}"), signatures.sign(old, "vote_1", 5, b"{}")]


def test_a_new_secret_is_long_random_and_readable_again() -> None:
    made = {signatures.new_secret() for _ in range(50)}
    assert len(made) == 50
    for secret in made:
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
        assert len(signatures.key_of(secret)) == 32


@pytest.mark.parametrize("secret", ["whsec_", "whsec_MfKQ", "whsec_?", "whsec_" + "A" * 88 + "AAAA"])
def test_a_secret_that_is_too_short_too_long_or_not_base64_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="The secret"):
        signatures.key_of(secret)


def test_attempts_come_later_and_later_and_end_after_about_three_days() -> None:
    moment, waits = NOW, []
    for failed in range(1, schedule.MOST_ATTEMPTS):
        later = schedule.next_attempt(failed, moment)
        assert later is not None
        waits.append(later - moment)
        moment = later
    assert schedule.next_attempt(schedule.MOST_ATTEMPTS, moment) is None
    assert waits == sorted(waits)
    assert timedelta(seconds=5) <= waits[0] <= timedelta(seconds=6)
    assert timedelta(days=3) < moment - NOW < timedelta(days=4)


def test_what_failed_together_is_not_tried_again_together() -> None:
    assert len({schedule.next_attempt(2, NOW) for _ in range(20)}) > 15


def test_a_receiver_that_fails_is_left_in_peace_for_longer_each_time_up_to_a_minute() -> None:
    rests = [schedule.rest(failures) for failures in range(12)]
    assert rests[:3] == [None] * 3
    assert [rest.total_seconds() for rest in rests[3:] if rest] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert schedule.rest(10_000) == timedelta(seconds=60)


def test_a_webhook_is_given_up_only_after_days_and_many_attempts() -> None:
    assert not schedule.is_hopeless(500, NOW - timedelta(days=4), NOW)
    assert not schedule.is_hopeless(3, NOW - timedelta(days=40), NOW)
    assert schedule.is_hopeless(10, NOW - timedelta(days=5), NOW)
