"""The Merkle tree as the ledger keeps it: the same roots and proofs as over all leaves at once."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerDamaged, LedgerReadOnly, ProofError
from auditdesk.domain.events import NewEvent
from auditdesk.ledger import schema, tree
from auditdesk.ledger.backends.dialects import insert_many
from auditdesk.ledger.ledger import Batch, CheckpointRow, Ledger, StreamAppend
from auditdesk.proof.merkle import (
    EMPTY_ROOT,
    complete_node,
    verify_consistency,
    verify_inclusion,
)
from tests.helpers import root_over

SLOW_FIXTURE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sign_ins(count: int) -> StreamAppend:
    return StreamAppend("operator/ana", None, [NewEvent(e.OperatorAdded("ana"))] * count, 0, None)


def grow(ledger: Ledger, *counts: int) -> None:
    """One transaction for each count."""
    for count in counts:
        command_id = f"{ledger.log.head().position}+{count}"
        ledger.append([sign_ins(count)], operator="ana", command_id=command_id)


def leaves(ledger: Ledger) -> list[bytes]:
    return [envelope.leaf_hash for envelope in ledger.log.read()]


def test_an_empty_log_has_the_root_of_the_empty_tree(ledger: Ledger) -> None:
    assert ledger.tree.root() == EMPTY_ROOT
    assert list(ledger.tree.nodes()) == []


@SLOW_FIXTURE
@given(counts=st.lists(st.integers(1, 300), min_size=1, max_size=3))
def test_however_events_come_every_root_is_that_of_all_leaves(ledger: Ledger, counts: list[int]) -> None:
    grow(ledger, *counts)
    hashes = leaves(ledger)
    for size in {1, len(hashes), len(hashes) // 2 + 1, min(256, len(hashes)), min(257, len(hashes))}:
        assert ledger.tree.root(size) == root_over(hashes[:size])


def test_a_transaction_over_several_flushes_keeps_each_node_once(ledger: Ledger) -> None:
    with ledger.writing() as batch:
        for number in range(6):
            batch.append([sign_ins(700)], operator="ana", command_id=str(number))
    hashes = leaves(ledger)
    assert [node.index for node in ledger.tree.nodes()] == list(range(4_200 // 256))
    assert ledger.tree.root() == root_over(hashes)


def test_a_transaction_that_fails_leaves_no_node(ledger: Ledger) -> None:
    def fail(batch: Batch) -> None:
        batch.append([sign_ins(700)], operator="ana", command_id="x")
        batch.flush()
        raise KeyError

    with pytest.raises(KeyError), ledger.writing() as batch:
        fail(batch)
    assert list(ledger.tree.nodes()) == []
    grow(ledger, 300)
    assert ledger.tree.root() == root_over(leaves(ledger))


@SLOW_FIXTURE
@given(data=st.data())
def test_every_proof_is_believed(ledger: Ledger, data: st.DataObject) -> None:
    if not ledger.log.head().position:
        grow(ledger, 1_000)
    size = data.draw(st.integers(1, 1_000))
    position = data.draw(st.integers(1, size))
    old_size = data.draw(st.integers(1, size))
    leaf = next(iter(ledger.log.read(after_position=position - 1))).leaf_hash
    proof = ledger.tree.inclusion_proof(position, size)
    verify_inclusion(leaf, position - 1, size, proof, ledger.tree.root(size))
    assert len(proof) <= 10  # the levels of a tree of a thousand
    verify_consistency(
        old_size,
        size,
        ledger.tree.consistency_proof(old_size, size),
        ledger.tree.root(old_size),
        ledger.tree.root(size),
    )


def test_the_third_level_is_kept_when_it_is_complete(ledger: Ledger) -> None:
    size = 256 * 256 + 1
    hashes = [sha256(str(number).encode()).digest() for number in range(size)]
    rows: list[tuple[Any, ...]] = [
        (at, "s", at, "", "t", 1, 0, 0, "o", str(at), 0, "", None, b"", None, None, value)
        for at, value in enumerate(hashes, start=1)
    ]
    with ledger._database.writing() as connection:
        for start in range(0, size, 30_000):
            insert_many(connection, schema.events, rows[start : start + 30_000])
            tree.grow(connection, start, min(size, start + 30_000))
    nodes = list(ledger.tree.nodes())
    assert [(node.level, node.index) for node in nodes] == [(8, index) for index in range(256)] + [(16, 0)]
    assert nodes[-1].hash == complete_node([node.hash for node in nodes[:-1]])
    assert ledger.tree.root() == root_over(hashes)
    proof = ledger.tree.inclusion_proof(70, size)
    verify_inclusion(hashes[69], 69, size, proof, ledger.tree.root())


def test_a_tree_with_a_hole_proves_nothing(ledger: Ledger) -> None:
    grow(ledger, 600)
    with ledger._database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER tree_nodes_are_never_deleted")
        connection.exec_driver_sql('DELETE FROM tree_nodes WHERE "index" = 0')
    with pytest.raises(ProofError) as refused:
        ledger.tree.root()
    assert refused.value.code == "missing_nodes"


@pytest.mark.parametrize("table", ["tree_nodes", "checkpoints"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_nodes_and_checkpoints_stay_as_they_were_written(ledger: Ledger, table: str, statement: str) -> None:
    grow(ledger, 300)
    ledger.tree.keep_checkpoint(CheckpointRow(300, b"r" * 32, "note"))
    column = "hash" if table == "tree_nodes" else "root"
    with pytest.raises(LedgerDamaged, match="never"), ledger._database.writing() as connection:
        connection.exec_driver_sql(statement.format(table, column, column))


def test_the_newest_checkpoint_covers_the_most_and_none_is_replaced(ledger: Ledger) -> None:
    assert ledger.tree.newest_checkpoint() is None
    kept = [CheckpointRow(size, bytes([size]) * 32, f"note {size}") for size in (3, 7)]
    for row in (*kept, CheckpointRow(7, b"x" * 32, "another")):
        ledger.tree.keep_checkpoint(row)
    assert ledger.tree.checkpoints() == kept
    assert ledger.tree.newest_checkpoint() == kept[1]


def test_a_ledger_that_refuses_writes_says_why_once(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.distrust("It is damaged.")
    assert ledger.warnings == ("It is damaged.",)
    with pytest.raises(LedgerReadOnly, match="damaged"):
        grow(ledger, 1)
    assert ledger.log.head().position == 0
