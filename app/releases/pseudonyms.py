"""Names for people that lead back to nobody."""

import hmac
import secrets
from collections.abc import Callable

Pseudonym = Callable[[str], str]


def new_pseudonyms() -> Pseudonym:
    """A function from ids to pseudonyms, such as "p-3f2a90b1c4d5e6f7": the first 16 hex digits of HMAC-SHA256.

    The salt lives in this function alone and goes with it: within one release a person keeps one pseudonym, and nobody,
    whoever holds the database, can join it to another release.
    """
    salt = secrets.token_bytes(32)

    def pseudonym(identity: str) -> str:
        return f"p-{hmac.digest(salt, identity.encode(), 'sha256').hex()[:16]}"

    return pseudonym
