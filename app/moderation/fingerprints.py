"""Tells the same prompt by a hash, and nearly the same one by MinHash.

A signature has 128 places; the share of places in which two agree estimates the Jaccard similarity of their shingles
(Broder 1997), with a standard error of at most 0.044. Of each place 16 bits are kept (b-bit MinHash, Li and Koenig
2010): two different places agree by chance once in 65,536. Bands of four places find candidates: with 32 of them, of
pairs at a similarity of 0.7 all but one in 5,000 share one.
"""

import hashlib
import re
import struct
import unicodedata

import numpy as np

SIGNATURE_BYTES = 256
NEAR_DUPLICATE = 0.7
"""The similarity from which two prompts count as nearly the same; chosen on edited copies, see the tests."""

_PLACES = 128
_BAND_BYTES = 8  # four places
_SHINGLE = 4  # characters
_NUMBER_WEIGHT = 6  # another number is another question: "2 + 2" is not "2 + 3"
_READ = 50_000  # characters
_WORD = re.compile(r"\w+")


def fingerprint(text: str) -> bytes:
    """SHA-256, 32 bytes, of the text without differences of width, case and white space."""
    return hashlib.sha256(_normalised(text).encode(errors="surrogatepass")).digest()


def signature(text: str) -> bytes:
    """SIGNATURE_BYTES bytes that nearly equal texts nearly share; the same on every machine and in every run."""
    # Loaded at the first use: with it come scipy's integrals, a fifth of a second of every start.
    from datasketch.minhash import MinHash  # type: ignore[import-untyped]  # it ships no types  # noqa: PLC0415

    places = MinHash(num_perm=_PLACES, seed=1, scheme="affine32")
    places.update_batch(_shingles(text))
    return (np.asarray(places.hashvalues, dtype=np.uint64) & np.uint64(0xFFFF)).astype("<u2").tobytes()


def bands(signature: bytes) -> list[bytes]:
    """32 keys of 9 bytes, the first the number of the band: look for prompts that share any, then ask `similarity`."""
    _check(signature)
    return [
        struct.pack("B", index) + signature[index * _BAND_BYTES : (index + 1) * _BAND_BYTES]
        for index in range(SIGNATURE_BYTES // _BAND_BYTES)
    ]


def similarity(one: bytes, other: bytes) -> float:
    """The estimated similarity of two texts by their signatures, from 0 to 1."""
    _check(one)
    _check(other)
    return float(np.mean(np.frombuffer(one, dtype="<u2") == np.frombuffer(other, dtype="<u2")))


def _check(signature: bytes) -> None:
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(signature)}")


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def _shingles(text: str) -> list[bytes]:
    """Runs of characters, and the words and numbers themselves, of the text without its punctuation."""
    words = _WORD.findall(_normalised(text)[:_READ])
    joined = f" {' '.join(words)} "
    shingles = {joined[at : at + _SHINGLE] for at in range(max(1, len(joined) - _SHINGLE + 1))}
    shingles |= {f"w:{word}" for word in words}
    for word in words:
        if any(character.isdigit() for character in word):
            shingles |= {f"n{copy}:{word}" for copy in range(_NUMBER_WEIGHT)}
    if len(words) == 0:
        shingles |= {f"s:{_normalised(text)[:_READ]}"}
    return [shingle.encode(errors="surrogatepass") for shingle in sorted(shingles)]
