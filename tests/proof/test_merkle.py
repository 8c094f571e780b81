"""The tree against published vectors, the recursive definition of RFC 6962, and a store of four levels."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import ProofError
from auditdesk.proof.merkle import (
    EMPTY_FRONTIER,
    EMPTY_ROOT,
    FAN_OUT,
    KEPT_LEVELS,
    Frontier,
    ReadNodes,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.helpers import root_over

VECTORS: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "transparency_dev_merkle.json").read_text(encoding="utf-8")
)
EDGE_SIZES: Final = (1, 2, 3, 254, 255, 256, 257, 258, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_001)
LEAVES: Final = [sha256(number.to_bytes(8, "big")).digest() for number in range(max(EDGE_SIZES))]


class KeptLevels:
    """A store as the ledger has it: leaf hashes, and the complete nodes that appends gave."""

    def __init__(self, leaves: Sequence[bytes], *, appended_at_once: int | None = None) -> None:
        self.rows: dict[int, list[bytes]] = {level: [] for level in (*KEPT_LEVELS, 32)}
        self.rows[0] = list(leaves)
        self.reads: list[tuple[int, int, int]] = []
        self.frontier = EMPTY_FRONTIER
        step = appended_at_once or max(1, len(leaves))
        for start in range(0, len(leaves), step):
            self.frontier, nodes = self.frontier.extended(leaves[start : start + step])
            for node in nodes:
                assert node.index == len(self.rows[node.level])
                self.rows[node.level].append(node.hash)

    def __call__(self, level: int, first: int, count: int) -> list[bytes]:
        assert level in KEPT_LEVELS
        self.reads.append((level, first, count))
        return self.rows[level][first : first + count]


def leaves_only(leaves: Sequence[bytes]) -> ReadNodes:
    return KeptLevels(leaves)


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = defined_split(len(leaves))
    left, right = defined_root(leaves[:middle]), defined_root(leaves[middle:])
    return sha256(b"\x01" + left + right).digest()


def defined_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    middle = defined_split(len(leaves))
    if index < middle:
        return [*defined_path(index, leaves[:middle]), defined_root(leaves[middle:])]
    return [*defined_path(index - middle, leaves[middle:]), defined_root(leaves[:middle])]


def defined_subproof(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [defined_root(leaves)]
    middle = defined_split(len(leaves))
    if old <= middle:
        return [*defined_subproof(old, leaves[:middle], whole=whole), defined_root(leaves[middle:])]
    later = defined_subproof(old - middle, leaves[middle:], whole=False)
    return [*later, defined_root(leaves[:middle])]


def defined_split(count: int) -> int:
    middle = 1
    while middle * 2 < count:
        middle *= 2
    return middle


def named(kind: str) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in VECTORS[kind]]


def hashes(encoded: Sequence[str]) -> list[bytes]:
    return [b64decode(text) for text in encoded]


def expect(outcome: Callable[[], None], *, fails: bool) -> None:
    if fails:
        with pytest.raises(ProofError):
            outcome()
    else:
        outcome()


def code_of(outcome: Callable[[], object]) -> str:
    with pytest.raises(ProofError) as caught:
        outcome()
    return caught.value.code


@pytest.mark.parametrize("vector", named("inclusion"))
def test_a_published_inclusion_vector_is_judged_as_published(vector: dict[str, Any]) -> None:
    expect(
        lambda: verify_inclusion(
            b64decode(vector["leaf"]),
            vector["index"],
            vector["size"],
            hashes(vector["proof"]),
            b64decode(vector["root"]),
        ),
        fails=vector["fails"],
    )


@pytest.mark.parametrize("vector", named("consistency"))
def test_a_published_consistency_vector_is_judged_as_published(vector: dict[str, Any]) -> None:
    expect(
        lambda: verify_consistency(
            vector["old_size"],
            vector["new_size"],
            hashes(vector["proof"]),
            b64decode(vector["old_root"]),
            b64decode(vector["new_root"]),
        ),
        fails=vector["fails"],
    )


def test_all_196_published_vectors_are_there() -> None:
    assert len(VECTORS["inclusion"]) == len(VECTORS["consistency"]) == 98


def test_published_leaves_have_the_published_roots_at_every_size() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in VECTORS["leaf_inputs"]]
    for size, root in enumerate(VECTORS["roots_by_size"]):
        assert root_over(leaves[:size]).hex() == root
        assert Tree(size, leaves_only(leaves)).root().hex() == root


def test_every_subtree_up_to_130_leaves_has_the_published_hashes_and_proofs() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(130)]
    roots, proofs = sha256(), sha256()
    for end in range(131):
        for start in range(end + 1):
            size = end - start
            if size and start % (1 << (size - 1).bit_length()):
                continue
            tree = Tree(size, leaves_only(leaves[start:end]))
            roots.update(f"[{start}, {end}) {tree.root().hex()}\n".encode())
            for index in range(size):
                path = "".join(f" {value.hex()}" for value in tree.inclusion_proof(index))
                proofs.update(f"{start + index} [{start}, {end}){path}\n".encode())
    assert roots.hexdigest() == VECTORS["subtrees_up_to_130"]["hashes"]
    assert proofs.hexdigest() == VECTORS["subtrees_up_to_130"]["inclusion_proofs"]


@given(size=st.integers(1, 400), data=st.data())
def test_proofs_equal_the_recursive_definition_and_verify(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tree, root = Tree(size, KeptLevels(LEAVES[: data.draw(st.integers(size, 600))])), defined_root(leaves)
    assert tree.root() == root
    assert tree.inclusion_proof(index) == defined_path(index, leaves)
    assert tree.consistency_proof(old) == defined_subproof(old, leaves)
    verify_inclusion(leaves[index], index, size, tree.inclusion_proof(index), root)
    verify_consistency(old, size, tree.consistency_proof(old), defined_root(leaves[:old]), root)


@given(cuts=st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_a_frontier_fed_in_pieces_of_any_size_equals_the_recursive_definition(cuts: list[int]) -> None:
    frontier, start = EMPTY_FRONTIER, 0
    for count in cuts:
        frontier = frontier.extended(LEAVES[start : start + count]).frontier
        start += count
    assert frontier.size == start
    assert frontier.root() == defined_root(LEAVES[:start])


@pytest.mark.parametrize("size", EDGE_SIZES)
def test_a_store_of_four_levels_answers_every_proof_with_few_reads(size: int) -> None:
    leaves = LEAVES[:size]
    store = KeptLevels(LEAVES, appended_at_once=9_973)
    root = defined_root(leaves)
    for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        store.reads.clear()
        assert Tree(size, store).inclusion_proof(index) == defined_path(index, leaves)
        assert len(store.reads) <= 2 * len(KEPT_LEVELS)
        assert all(count <= FAN_OUT for _, _, count in store.reads)
    for old in {1, 2, 255, 256, 257, 65_535, 65_536, size // 2, size - 1, size} & set(range(1, size + 1)):
        proof = Tree(size, store).consistency_proof(old)
        assert proof == defined_subproof(old, leaves)
        verify_consistency(old, size, proof, defined_root(leaves[:old]), root)


@pytest.mark.parametrize("size", EDGE_SIZES)
def test_a_frontier_loaded_from_the_store_goes_on_as_if_never_interrupted(size: int) -> None:
    store, whole = KeptLevels(LEAVES[:size]), KeptLevels(LEAVES)
    loaded = Frontier.load(size, store)
    assert loaded == store.frontier
    assert loaded.extended(LEAVES[size:]).frontier == whole.frontier


def test_single_appends_leave_the_nodes_of_one_bulk_append() -> None:
    leaves = LEAVES[:600]
    assert KeptLevels(leaves, appended_at_once=1).rows == KeptLevels(leaves).rows


def test_levels_16_and_24_are_whole_nodes_of_256_below() -> None:
    same = [EMPTY_ROOT] * 65_536
    frontier, levels = EMPTY_FRONTIER, []
    for _ in range(2):
        frontier, nodes = frontier.extended(same)
        levels += [(node.level, node.index) for node in nodes if node.level == 16]
    assert levels == [(16, 0), (16, 1)]
    nearly = Frontier((1 << 24) - 1, ((EMPTY_ROOT,) * 255,) * 3 + ((),))
    grown = nearly.extended([EMPTY_ROOT])
    assert [(node.level, node.index) for node in grown.nodes] == [(8, 65_535), (16, 255), (24, 0)]
    assert grown.frontier.pending == ((), (), (), (grown.nodes[-1].hash,))


def test_a_tree_beyond_level_24_is_proven_from_its_topmost_nodes() -> None:
    uniform = [EMPTY_ROOT]
    for _ in range(30):
        uniform.append(node_hash(uniform[-1], uniform[-1]))
    size = (3 << 24) + 5
    tree = Tree(size, lambda level, _first, count: [uniform[level]] * count)
    path = tree.inclusion_proof((2 << 24) + 1)
    assert path[:24] == uniform[:24]
    verify_inclusion(EMPTY_ROOT, (2 << 24) + 1, size, path, tree.root())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"index": 6}, "root_mismatch"),
        ({"index": 11}, "index_beyond_size"),
        ({"index": -1}, "index_beyond_size"),
        ({"size": 0}, "index_beyond_size"),
        ({"size": 40}, "missing_hash"),
        ({"proof": []}, "empty_proof"),
        ({"proof": [*defined_path(5, LEAVES[:11]), LEAVES[0]]}, "extra_hash"),
        ({"proof": defined_path(5, LEAVES[:11])[:-1]}, "missing_hash"),
        ({"proof": [b"short"]}, "hash_length"),
        ({"leaf": b""}, "hash_length"),
        ({"leaf": LEAVES[6]}, "root_mismatch"),
        ({"root": LEAVES[6]}, "root_mismatch"),
    ],
)
def test_an_inclusion_proof_that_proves_nothing_says_why(change: dict[str, Any], code: str) -> None:
    good: dict[str, Any] = {"leaf": LEAVES[5], "index": 5, "size": 11, "proof": defined_path(5, LEAVES[:11])}
    good |= {"root": defined_root(LEAVES[:11])} | change
    assert code_of(lambda: verify_inclusion(**good)) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"old_size": 12}, "size_decreased"),
        ({"old_size": 0}, "size_zero"),
        ({"old_size": -1, "new_size": -1}, "size_zero"),
        ({"proof": []}, "empty_proof"),
        ({"proof": [*defined_subproof(6, LEAVES[:11]), LEAVES[0]]}, "extra_hash"),
        ({"proof": defined_subproof(6, LEAVES[:11])[:-1]}, "missing_hash"),
        ({"proof": [b"short"]}, "hash_length"),
        ({"old_root": LEAVES[0]}, "old_root_mismatch"),
        ({"new_root": LEAVES[0]}, "new_root_mismatch"),
        ({"old_size": 11}, "extra_hash"),
        ({"old_size": 11, "proof": []}, "roots_differ"),
    ],
)
def test_a_consistency_proof_that_proves_nothing_says_why(change: dict[str, Any], code: str) -> None:
    good: dict[str, Any] = {"old_size": 6, "new_size": 11, "proof": defined_subproof(6, LEAVES[:11])}
    good |= {"old_root": defined_root(LEAVES[:6]), "new_root": defined_root(LEAVES[:11])} | change
    assert code_of(lambda: verify_consistency(**good)) == code


def test_a_proof_is_refused_for_a_leaf_or_size_the_tree_does_not_have() -> None:
    tree = Tree(3, leaves_only(LEAVES[:3]))
    assert code_of(lambda: tree.inclusion_proof(3)) == "index_beyond_size"
    assert code_of(lambda: tree.consistency_proof(4)) == "size_decreased"
    assert code_of(lambda: tree.consistency_proof(0)) == "size_zero"


def test_a_store_that_lacks_nodes_is_noticed() -> None:
    assert code_of(Tree(300, leaves_only(LEAVES[:299])).root) == "missing_nodes"
    assert code_of(lambda: Frontier.load(300, leaves_only(LEAVES[:299]))) == "missing_nodes"
