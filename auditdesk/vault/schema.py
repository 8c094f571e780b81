"""The vault's tables, by the format number in the file: its text is compared word by word, comments too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

APPLICATION_ID: Final = 0x41644B56  # "AdKV"
NEWEST_FORMAT: Final = 1

_FORMAT_1: Final = (
    """
    CREATE TABLE vault (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        vault_id BLOB NOT NULL,
        ledger_id TEXT NOT NULL,
        created_at_us INTEGER NOT NULL,
        generation INTEGER NOT NULL,             -- of the vault key, 1, 2, 3 …
        signing_generation INTEGER NOT NULL,     -- of the key that wraps the signing keys
        rotation_pending INTEGER NOT NULL DEFAULT 0,
        scrub_pending INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE operators (
        name TEXT PRIMARY KEY,
        roles TEXT NOT NULL,                     -- JSON array, sorted
        may_reveal INTEGER NOT NULL,
        may_sign INTEGER NOT NULL,
        public_key BLOB NOT NULL,                -- X25519
        wrapped_private BLOB NOT NULL,           -- under Argon2id of the passphrase
        kdf_salt BLOB NOT NULL,
        kdf_memory_kib INTEGER NOT NULL,
        kdf_iterations INTEGER NOT NULL,
        kdf_lanes INTEGER NOT NULL,
        kdf_purpose TEXT NOT NULL,
        added_at_us INTEGER NOT NULL,
        roster_mac BLOB NOT NULL,                -- by the vault key: who may see what can't be edited in
        sealed_vault_key BLOB,                   -- HPKE, where may_reveal
        sealed_signing_key BLOB,                 -- HPKE, where may_sign
        failures INTEGER NOT NULL DEFAULT 0,     -- wrong passphrases in a row
        last_failure_at_us INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE customer_keys (
        id INTEGER PRIMARY KEY,
        subject TEXT NOT NULL UNIQUE,
        key_id BLOB NOT NULL,
        generation INTEGER NOT NULL,
        wrapped BLOB NOT NULL,
        created_at_us INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE fences (
        subject TEXT PRIMARY KEY,
        key_id BLOB NOT NULL,
        fenced_at_us INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE signing_keys (
        id INTEGER PRIMARY KEY,
        key_id TEXT NOT NULL UNIQUE,
        public_key BLOB NOT NULL,                -- Ed25519
        wrapped_private BLOB NOT NULL,
        created_at_us INTEGER NOT NULL,
        retired_at_us INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE outer_checkpoints (
        id INTEGER PRIMARY KEY,
        size INTEGER NOT NULL,                   -- events under the signed root
        note TEXT NOT NULL,
        kept_at_us INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE verifications (
        one INTEGER PRIMARY KEY CHECK (one = 1), -- the newest result
        size INTEGER NOT NULL,                   -- events that were looked at
        root BLOB NOT NULL,                      -- Merkle root over them
        damage TEXT NOT NULL,                    -- empty, or the first thing that was wrong
        verified_at_us INTEGER NOT NULL
    ) STRICT
    """,
)

FORMATS: Final[Mapping[int, Sequence[str]]] = {1: _FORMAT_1}
