"""The Merkle tree over the log: RFC 6962 §2.1 hashing and proofs, RFC 9162 §2.1.3 and §2.1.4 verification.

A store keeps the hashes of four levels only: the leaves (0), and complete nodes at 8, 16 and 24. A node of
level L covers 2^L leaves, so each kept node stands for 256 of the kept level below, and what lies between
is hashed again from at most 256 of them when a proof asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from msgspec import Struct

from auditdesk.domain.errors import ProofError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
FAN_OUT_BITS: Final = 8
FAN_OUT: Final = 1 << FAN_OUT_BITS
KEPT_LEVELS: Final = (0, 8, 16, 24)
TOP_LEVEL: Final = KEPT_LEVELS[-1]

# (kept level, index of the first node, how many) → their hashes, in order
ReadNodes = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def complete_node(hashes: Sequence[bytes]) -> bytes:
    """The node of the next kept level, over the 256 nodes below it.

    Raises `ProofError` `missing_nodes` where there are fewer.
    """
    if len(hashes) != FAN_OUT:
        raise ProofError("missing_nodes", f"A node of the tree covers {FAN_OUT} others; {len(hashes)} came.")
    return _rows(hashes)[-1][0]


class Node(Struct, frozen=True):
    """A complete node of a kept level above the leaves; `index` counts from 0 within the level."""

    level: int
    index: int
    hash: bytes


class Growth(NamedTuple):
    """A frontier after an append, and the nodes that the append completed, to be stored with it."""

    frontier: Frontier
    nodes: list[Node]


class Frontier(NamedTuple):
    """The right edge of a tree: all that an append or a root needs. Frozen, so a rollback only forgets it.

    `pending` holds for each kept level the hashes not yet under a node of the next kept level:
    fewer than 256 for each but the topmost.
    """

    size: int
    pending: tuple[tuple[bytes, ...], ...]

    @classmethod
    def load(cls, size: int, read: ReadNodes) -> Frontier:
        """The frontier of the tree of the first `size` leaves: one read for each kept level in use."""
        rows = []
        for level in KEPT_LEVELS:
            end = size >> level
            start = 0 if level == TOP_LEVEL else end - end % FAN_OUT
            rows.append(_read_exactly(read, level, start, end - start))
        return cls(size, tuple(rows))

    def extended(self, leaf_hashes: Sequence[bytes]) -> Growth:
        """The frontier after appending these leaf hashes in order, one inner hash a leaf."""
        size = self.size + len(leaf_hashes)
        if len(self.pending[0]) + len(leaf_hashes) < FAN_OUT:
            return Growth(Frontier(size, ((*self.pending[0], *leaf_hashes), *self.pending[1:])), [])
        nodes: list[Node] = []
        pending: list[tuple[bytes, ...]] = []
        risen: Sequence[bytes] = leaf_hashes
        for level, waiting in zip(KEPT_LEVELS, self.pending, strict=True):
            row = (*waiting, *risen)
            whole = 0 if level == TOP_LEVEL else len(row) - len(row) % FAN_OUT
            risen = [complete_node(row[at : at + FAN_OUT]) for at in range(0, whole, FAN_OUT)]
            first = (self.size >> level) // FAN_OUT
            nodes += [Node(level + FAN_OUT_BITS, first + at, value) for at, value in enumerate(risen)]
            pending.append(row[whole:])
        return Growth(Frontier(size, tuple(pending)), nodes)

    def root(self) -> bytes:
        """The root of the tree so far: at most 256 hashes for each kept level."""
        root: bytes | None = None
        for hashes in self.pending:
            for row in _rows(hashes):
                if len(row) & 1:
                    root = row[-1] if root is None else node_hash(row[-1], root)
        return EMPTY_ROOT if root is None else root


EMPTY_FRONTIER: Final = Frontier(0, ((),) * len(KEPT_LEVELS))


class Tree:
    """The tree of the first `size` leaves over a store that keeps `KEPT_LEVELS`.

    `read` is asked for at most two runs of 256 nodes a kept level and proof; what it gave is remembered.
    Raises `ProofError` `missing_nodes` where the store gives fewer than it is asked for.
    """

    def __init__(self, size: int, read: ReadNodes) -> None:
        self.size = size
        self._read = read
        self._blocks: dict[tuple[int, int], list[Sequence[bytes]]] = {}

    def root(self) -> bytes:
        """The root hash."""
        return self._hash_of(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """RFC 6962 §2.1.1 PATH(index, D[size]), from the leaf's sibling up to the root's child."""
        if not 0 <= index < self.size:
            raise _index_beyond_size(index, self.size)
        path, start, end = [], 0, self.size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._hash_of(middle, end))
                end = middle
            else:
                path.append(self._hash_of(start, middle))
                start = middle
        return path[::-1]

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """RFC 6962 §2.1.2 PROOF(old_size, D[size]): that the first `old_size` leaves are those of before."""
        _check_sizes(old_size, self.size)
        path, start, end = [], 0, self.size
        while end != old_size:
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._hash_of(middle, end))
                end = middle
            else:
                path.append(self._hash_of(start, middle))
                start = middle
        if start:
            path.append(self._hash_of(start, end))
        return path[::-1]

    def _hash_of(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]), where `start` is a multiple of the smallest power of two ≥ the count."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._complete(level, start >> level)
        middle = start + _split(count)
        return node_hash(self._hash_of(start, middle), self._hash_of(middle, end))

    def _complete(self, level: int, index: int) -> bytes:
        kept = min(level - level % FAN_OUT_BITS, TOP_LEVEL)
        above = level - kept
        block = 0 if kept == TOP_LEVEL else (index << above) >> FAN_OUT_BITS
        rows = self._blocks.get((kept, block))
        if rows is None:
            first, nodes = block << FAN_OUT_BITS, self.size >> kept
            count = nodes if kept == TOP_LEVEL else min(FAN_OUT, nodes - first)
            rows = _rows(_read_exactly(self._read, kept, first, count))
            self._blocks[kept, block] = rows
        return rows[above][index - (block << FAN_OUT_BITS >> above)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2: the leaf hash stands at `index` of the tree of `size` leaves with this root.

    Raises `ProofError`: `index_beyond_size`, `hash_length`, `empty_proof`, `extra_hash`, `missing_hash`,
    `root_mismatch`.
    """
    if not 0 <= index < size:
        raise _index_beyond_size(index, size)
    _check_lengths((leaf, *proof))
    if size > 1 and not proof:
        raise _empty_proof()
    left, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _extra_hash()
        if left & 1 or left == last:
            found = node_hash(sibling, found)
            left, last = _up_to_left_edge(left, last)
        else:
            found = node_hash(found, sibling)
        left, last = left >> 1, last >> 1
    if last != 0:
        raise _missing_hash()
    if found != root:
        raise ProofError("root_mismatch", "The proof does not lead from this leaf to the tree's root.")


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """RFC 9162 §2.1.4.2: the tree of `new_size` begins with all the leaves of the tree of `old_size`.

    Raises `ProofError`: `size_decreased`, `size_zero`, `hash_length`, `empty_proof`, `extra_hash`,
    `missing_hash`, `roots_differ` (of one size), `old_root_mismatch`, `new_root_mismatch`.
    """
    if old_size == new_size and old_size >= 0:
        _verify_same(old_size, proof, old_root, new_root)
        return
    _check_sizes(old_size, new_size)
    _check_lengths(proof)
    if not proof:
        raise _empty_proof()
    # a complete old tree is itself the first node of the proof, which therefore leaves it out
    seed, *rest = (old_root, *proof) if old_size & (old_size - 1) == 0 else proof
    left, last = old_size - 1, new_size - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    old_found = new_found = seed
    for sibling in rest:
        if last == 0:
            raise _extra_hash()
        if left & 1 or left == last:
            old_found, new_found = node_hash(sibling, old_found), node_hash(sibling, new_found)
            left, last = _up_to_left_edge(left, last)
        else:
            new_found = node_hash(new_found, sibling)
        left, last = left >> 1, last >> 1
    if last != 0:
        raise _missing_hash()
    if old_found != old_root:
        raise ProofError("old_root_mismatch", "The proof does not lead to the older tree's root.")
    if new_found != new_root:
        raise ProofError("new_root_mismatch", "The proof does not lead to the newer tree's root.")


def _verify_same(size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    if proof:
        raise _extra_hash()
    if size == 0 and old_root != EMPTY_ROOT:
        raise ProofError("old_root_mismatch", "An empty tree has only one root, and this is another.")
    if old_root != new_root:
        raise ProofError("roots_differ", "Two trees of the same size have different roots.")


def _up_to_left_edge(left: int, last: int) -> tuple[int, int]:
    """Skip the levels on which the node at the right edge has no sibling."""
    while left and not left & 1:
        left, last = left >> 1, last >> 1
    return left, last


def _rows(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The hashes, the complete nodes one level above them, and so on; an odd last one stays behind."""
    rows = [hashes]
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        rows.append(hashes)
    return rows


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _read_exactly(read: ReadNodes, level: int, first: int, count: int) -> tuple[bytes, ...]:
    hashes = tuple(read(level, first, count)) if count else ()
    if len(hashes) != count:
        raise ProofError(
            "missing_nodes",
            f"The tree lacks nodes of level {level}: {count} were asked for, {len(hashes)} came.",
        )
    return hashes


def _check_sizes(old_size: int, new_size: int) -> None:
    if old_size > new_size:
        raise ProofError(
            "size_decreased", f"A tree of {new_size} leaves cannot follow a tree of {old_size} leaves."
        )
    if old_size <= 0:
        raise ProofError("size_zero", "An empty tree is followed by every tree: there is nothing to prove.")


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError("hash_length", f"A hash of the proof is not {HASH_BYTES} bytes long.")


def _index_beyond_size(index: int, size: int) -> ProofError:
    return ProofError("index_beyond_size", f"A tree of {size} leaves has no leaf at index {index}.")


def _empty_proof() -> ProofError:
    return ProofError(
        "empty_proof", "The proof is empty, though the tree has more than one leaf to account for."
    )


def _extra_hash() -> ProofError:
    return ProofError("extra_hash", "The proof has more hashes than the tree has levels.")


def _missing_hash() -> ProofError:
    return ProofError("missing_hash", "The proof ends before it reaches the tree's root.")
