"""The peer that we measure ourselves against in the same run: `eventsourcing` 9.5 on SQLite."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.cipher import AESCipher
from eventsourcing.domain import Aggregate, event


class PeerAccount(Aggregate):
    """The least an account needs: a balance moved by events."""

    def __init__(self) -> None:
        self.balance = 0

    @event("Deposited")
    def deposit(self, amount: int, memo: str) -> None:
        self.balance += amount
        self.memo = memo


class PeerBank(Application[UUID]):
    """Snapshots every hundred events, as ours."""

    snapshotting_intervals = {PeerAccount: 100}  # noqa: RUF012 - the library's own way to say it


def make_peer(folder: Path, *, encrypted: bool) -> PeerBank:
    """A peer application on a file of its own, synced like ours (WAL, synchronous=FULL)."""
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(folder / ("encrypted.db" if encrypted else "clear.db")),
    }
    if encrypted:
        environment |= {
            "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
            "CIPHER_KEY": AESCipher.create_key(32),
        }
    return PeerBank(env=environment)


def fill_peer(peer: PeerBank, events: int) -> UUID:
    """An account of `events` events, saved in runs so that filling takes no longer than needed."""
    account = PeerAccount()
    for number in range(events - 1):
        account.deposit(100 + number % 900, "Card payment " + os.urandom(4).hex())
        if number % 1_000 == 0:
            peer.save(account)
            account = peer.repository.get(account.id)
    peer.save(account)
    return account.id


def peer_command(peer: PeerBank, account_id: UUID) -> None:
    """One command as the library means it: load, decide, save."""
    account = cast("PeerAccount", peer.repository.get(account_id))
    account.deposit(100, "Card payment")
    peer.save(account)


def peer_replay(peer: PeerBank, account_id: UUID) -> int:
    """All events of the account, decoded and folded, without snapshots."""
    account: Any = None
    events: Any = peer.events.get(account_id)
    for domain_event in events:
        account = domain_event.mutate(account)
    return int(account.balance)
