"""MinHash signatures of prompts and the groups of those that are nearly the same, in near-linear time.

Of a signature's 64 places, the share in which two agree estimates the Jaccard similarity of their shingles (Broder
1997) with a standard error of at most 0.063. `moderation.fingerprints` does the same for single prompts of an arena,
more exactly and fifty times slower: here one multiplication a place stands for a permutation.
"""

import re
from collections.abc import Iterator
from hashlib import shake_256
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

PLACES = 64
NEARLY_SAME = 0.8
"""The estimated similarity from which two prompts count as nearly the same."""
_BANDS = 16  # of four places: of pairs at a similarity of 0.8 all but one in 4,000 share one
_SHINGLE = 5  # characters
_MOST_SHINGLES = 512  # those with the lowest hashes stand for all
_READ = 20_000  # characters
_NUMBER_WEIGHT = 6  # another number is another question: "2 + 2" is not "2 + 3"
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\w*\d\w*")
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_NUMBERS = np.frombuffer(shake_256(b"preferendum prompts").digest(8 * (_SHINGLE + 2 * PLACES)), dtype="<u8")
_POWERS = _NUMBERS[:_SHINGLE] | np.uint64(1)
_FACTORS = _NUMBERS[_SHINGLE : _SHINGLE + PLACES] | np.uint64(1)
_SHIFTS = _NUMBERS[_SHINGLE + PLACES :]

Signatures = npt.NDArray[np.uint16]
Integers = npt.NDArray[np.int64]


def normalised(text: str) -> str:
    """Words and numbers alone, without case."""
    return " ".join(_WORD.findall(text[:_READ].casefold()))


def signature(words: str) -> Signatures:
    """(PLACES,): of a normalised text; the same on every machine and in every run."""
    codes = np.frombuffer(f" {words} ".ljust(_SHINGLE).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    windows = len(codes) - _SHINGLE + 1
    hashes = np.zeros(windows, dtype=np.uint64)
    for place in range(_SHINGLE):
        hashes += codes[place : place + windows] * _POWERS[place]
    numbers = [crc32(number.encode(errors="surrogatepass")) for number in _NUMBER.findall(words)]
    if numbers:
        weighted = np.array(numbers, dtype=np.uint64)[:, None] * _POWERS[0] + np.arange(
            1, _NUMBER_WEIGHT + 1, dtype=np.uint64
        ) * np.uint64(0x9E3779B97F4A7C15)
        hashes = np.concatenate([hashes, weighted.ravel()])
    hashes ^= hashes >> np.uint64(33)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(29)
    if len(hashes) > _MOST_SHINGLES:
        hashes = np.partition(hashes, _MOST_SHINGLES)[:_MOST_SHINGLES]
    least = (hashes[:, None] * _FACTORS + _SHIFTS).min(axis=0)
    # The highest bits of a least value are nearly always zero, so those in the middle are kept.
    middle: Signatures = ((least >> np.uint64(16)) & np.uint64(0xFFFF)).astype(np.uint16)
    return middle


class Pair(NamedTuple):
    """Two prompts, by number, that are nearly the same; the first came first."""

    first: int
    second: int
    similarity: float


def near_pairs(signatures: Signatures) -> Iterator[Pair]:
    """For each prompt that is nearly the same as an earlier one, that earlier one; a band at a time.

    Within a band, a prompt is compared with the one before it and the first of those that share its four places, so
    that a thousand copies cost no more than a thousand comparisons.
    """
    done = np.zeros(len(signatures), dtype=np.bool_)
    keys = np.ascontiguousarray(signatures).view(np.uint64)
    for band in range(_BANDS):
        order = np.argsort(keys[:, band], kind="stable")
        same = np.zeros(len(order), dtype=np.bool_)
        same[1:] = keys[order[1:], band] == keys[order[:-1], band]
        starts = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
        later = np.flatnonzero(same)
        for earlier in (starts[later], later - 1):
            yield from _similar(signatures, order[earlier], order[later], done)


def _similar(
    signatures: Signatures, firsts: Integers, seconds: Integers, done: npt.NDArray[np.bool_]
) -> Iterator[Pair]:
    new = ~done[seconds]
    firsts, seconds = firsts[new], seconds[new]
    for start in range(0, len(firsts), 65_536):
        one, other = firsts[start : start + 65_536], seconds[start : start + 65_536]
        similarity = (signatures[one] == signatures[other]).mean(axis=1)
        for at in np.flatnonzero(similarity >= NEARLY_SAME):
            if not done[other[at]]:
                done[other[at]] = True
                yield Pair(int(one[at]), int(other[at]), float(similarity[at]))
