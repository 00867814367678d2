"""The Merkle tree hash of RFC 6962, section 2.1, over leaves that come one after the other.

H(leaf) = SHA-256(0x00 || leaf); H(inner) = SHA-256(0x01 || left || right), where the left subtree is the largest power
of two that is smaller than the number of leaves. Memory grows with the logarithm of that number.
"""

import hashlib


class MerkleTree:
    """Append leaves, then read the root."""

    def __init__(self) -> None:
        self.leaves = 0
        self._perfect: list[bytes] = []  # roots of perfect subtrees, largest first: one for each bit of `leaves`

    def append(self, leaf: bytes) -> None:
        node = hashlib.sha256(b"\x00" + leaf).digest()
        number = self.leaves
        while number & 1:
            node = _inner(self._perfect.pop(), node)
            number >>= 1
        self._perfect.append(node)
        self.leaves += 1

    @property
    def root(self) -> str:
        """In hexadecimal; of no leaves it is the hash of nothing."""
        if not self._perfect:
            return hashlib.sha256(b"").hexdigest()
        *larger, node = self._perfect
        for subtree in reversed(larger):
            node = _inner(subtree, node)
        return node.hex()


def _inner(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
