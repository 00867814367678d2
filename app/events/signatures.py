"""Signing as in Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), with the shared-secret scheme v1.

What is signed is `id.timestamp.body`, with HMAC-SHA256 under the bytes that the secret's base64 stands for.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64
_NEW_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret stands for, with its prefix or without. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("The secret is not base64.") from None
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError(f"The secret must be of {LEAST_BYTES} to {MOST_BYTES} bytes.")
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, such as "v1,g0hM9S…". timestamp: seconds since 1970."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers. While a secret is being replaced there are two keys, so two signatures; either will do."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, message_id, timestamp, body) for key in keys),
    }
