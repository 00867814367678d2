"""Secrets that people and programs carry. Only hashes are stored: who reads the database cannot sign in with it."""

import hashlib
import secrets

API_TOKEN_PREFIX = "pref_"  # noqa: S105 (lets secret scanners recognise a leaked token)


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """SHA-256. A slow hash would add nothing: the token has 256 random bits, nobody's dog's name."""
    return hashlib.sha256(token.encode()).digest()
