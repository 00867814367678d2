"""Splits by prompt: rows that open with the same words are in the same split, whoever answered and whoever voted."""

import unicodedata
from collections.abc import Mapping
from hashlib import sha256

SPLIT = r"[1-9][0-9]?/[1-9][0-9]?(/[1-9][0-9]?)?"
_NAMES = {2: ("train", "test"), 3: ("train", "validation", "test")}


def shares_of(split: str) -> Mapping[str, int]:
    """The percentages by name of a split such as "90/10" or "80/10/10". Nothing for the empty text."""
    shares = [int(share) for share in split.split("/")] if split else []
    return dict(zip(_NAMES.get(len(shares), ()), shares, strict=False))


def split_of(opening: str, shares: Mapping[str, int]) -> str:
    """Which split a prompt belongs to: the same in every release that has the same shares.

    The prompt's first eight bytes of SHA-256, as a fraction of all that there can be, fall into one of the shares. What
    differs in case, width or white space alone counts as the same prompt.
    """
    digest = sha256(normalised(opening).encode()).digest()
    place = int.from_bytes(digest[:8], "big") * 100 >> 64
    for name, share in shares.items():
        if place < share:
            return name
        place -= share
    raise ValueError("the shares do not make 100")


def normalised(text: str) -> str:
    """The text in one case, one width and with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
