"""Every example of the format's description, decoded; and nothing of the format that it leaves out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain import account, codec, customer, personal
from auditdesk.domain import events as e
from auditdesk.domain.catalogue import EVENTS
from auditdesk.domain.events import NewEvent
from auditdesk.ledger import snapshots
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access import command_ids
from auditdesk.services.evidence import checking_program
from auditdesk.services.privacy.certificate import Certificate
from auditdesk.services.upkeep.backup import BackupManifest
from tests.docs import reader
from tests.docs.pages import code, fences, page, rows, section
from tests.helpers import CHEAP_KDF, ManualClock

TEXT: Final = page("format.md")
BLOCKS: Final = fences(TEXT)
PASSPHRASE: Final = "correct horse"
BLOBS: Final = {
    "events": ("sealed", "commitment", "leaf_hash"),
    "vault": ("vault_id",),
    "operators": (
        *("public_key", "wrapped_private", "kdf_salt", "roster_mac"),
        *("sealed_vault_key", "sealed_signing_key"),
    ),
    "customer_keys": ("key_id", "wrapped"),
    "signing_keys": ("public_key", "wrapped_private"),
}
FORMS: Final = {
    "details": personal.PersonalDetails,
    "name": personal.PersonName,
    "address": personal.Address,
    "contact": personal.Contact,
    "remittance": personal.Remittance,
    "remark": personal.Remark,
}


def table(name: str) -> list[dict[str, Any]]:
    """The rows of a table as the document gives them, BLOBs as bytes."""
    found = []
    for line in BLOCKS[name].splitlines():
        row = json.loads(line)
        for column in BLOBS.get(name, ()):
            row[column] = None if row[column] is None else bytes.fromhex(row[column])
        if "payload" in row:
            row["payload"] = row["payload"].encode()
        found.append(row)
    return found


def block(name: str) -> bytes:
    """A block of hex."""
    return bytes.fromhex(BLOCKS[name])


# --- the examples ------------------------------------------------------------------------


def test_every_leaf_hash_of_the_example_is_that_of_its_row() -> None:
    events = table("events")

    assert [reader.leaf_hash(row) for row in events] == [row["leaf_hash"] for row in events]
    assert reader.leaf_entry(events[1]).decode() == BLOCKS["leaf-entry"]
    assert sha256(b"\x00" + BLOCKS["leaf-entry"].encode()).digest() == block("leaf-hash")
    assert events[1]["leaf_hash"] == block("leaf-hash")


def test_the_root_of_the_example_is_the_one_that_is_signed() -> None:
    root = reader.root([row["leaf_hash"] for row in table("events")])
    checkpoint = reader.signed_checkpoint(BLOCKS["checkpoint"] + "\n", BLOCKS["vkey"])
    meta = {row["name"]: row["value"] for row in table("meta")}

    assert checkpoint == (f"auditdesk.ledger/{meta['ledger_id']}", 3, root)
    assert root == block("root")
    assert reader.public_key_of(BLOCKS["vkey"])[2] == table("signing_keys")[0]["public_key"]


def test_the_proof_of_the_example_leads_to_the_signed_root() -> None:
    root, note = reader.proven_root(BLOCKS["tlog-proof"] + "\n", table("events")[2]["leaf_hash"])

    assert root == reader.signed_checkpoint(note, BLOCKS["vkey"]).root


def test_the_node_of_level_8_is_the_one_over_256_leaves() -> None:
    assert reader.root([sha256(bytes((byte,))).digest() for byte in range(256)]) == block("node-of-level-8")


def test_the_passphrase_of_the_example_opens_the_vault_down_to_the_customers_data() -> None:
    vault, operator = table("vault")[0], table("operators")[0]
    customer_row, event = table("customer_keys")[0], table("events")[1]

    assert reader.private_key_context(vault, operator) == block("private-key-context")
    assert reader.passphrase_key(operator, BLOCKS["passphrase"]) == block("passphrase-key")
    private = reader.private_key(vault, operator, BLOCKS["passphrase"])
    assert private == block("private-key")
    key = reader.vault_key(vault, operator, private)
    assert key == block("vault-key")
    assert reader.roster_mac(vault, operator, key) == operator["roster_mac"]
    customers_key = reader.customer_key(vault, customer_row, key)
    assert customers_key == block("customer-key")
    place = reader.associated_data(
        b"e", event["version"], customer_row["key_id"], vault["ledger_id"], event["stream"]
    )
    assert place == block("associated-data")
    opened = reader.open_sealed(customers_key, event["sealed"], place)
    assert opened == (block("salt"), BLOCKS["opened"].encode())
    assert reader.commitment(opened) == event["commitment"]


def test_the_signing_key_of_the_example_opens_too() -> None:
    vault, operator, row = table("vault")[0], table("operators")[0], table("signing_keys")[0]
    wrapping = reader.signing_wrap_key(vault, operator, block("private-key"))
    bound_to = reader.context(
        "private signing key", vault["vault_id"], row["public_key"], vault["signing_generation"]
    )

    private = Ed25519PrivateKey.from_private_bytes(reader.unwrap(wrapping, row["wrapped_private"], bound_to))

    assert private.public_key().public_bytes_raw() == row["public_key"]
    assert row["key_id"] == sha256(row["public_key"]).hexdigest()[:16]


def test_every_payload_of_the_document_is_what_the_program_writes() -> None:
    tags = []
    for line in BLOCKS["payloads"].splitlines():
        tag, schema, payload = line.split(" ", 2)
        event = codec.decode_event(tag, int(schema), payload.encode())
        assert codec.encode_event(event) == payload.encode() == reader.canonical(json.loads(payload))
        assert int(schema) == type(event).SCHEMA
        tags.append(tag)

    assert tags == list(EVENTS)


def test_every_form_of_personal_data_is_what_the_program_writes() -> None:
    found = dict(line.split(" ", 1) for line in BLOCKS["personal"].splitlines())

    assert found.keys() == FORMS.keys()
    for name, text in found.items():
        value = msgspec.json.decode(text, type=FORMS[name])
        assert codec.encode_personal(value).decode() == text


def test_the_states_of_the_document_are_what_the_program_keeps() -> None:
    held = snapshots.decode_account(BLOCKS["account-state"].encode())
    person = snapshots.decode_customer(BLOCKS["customer-state"].encode(), personal.REDACTED)

    assert snapshots.encode_state(held).decode() == BLOCKS["account-state"]
    assert snapshots.encode_state(person).decode() == BLOCKS["customer-state"]
    states = {
        code(row[0]): (row[1], set(row[2].replace("`", "").split(", "))) for row in _table("10. Snapshots")
    }
    assert states["account/…"] == (str(account.ACCOUNT_STATE_SCHEMA), set(account.Account.__struct_fields__))
    wanted = set(customer.Customer.__struct_fields__) - {"personal"}
    assert states["customer/…"] == (str(customer.CUSTOMER_STATE_SCHEMA), wanted)


# --- nothing left out --------------------------------------------------------------------


def _table(heading: str) -> list[list[str]]:
    return rows(section(TEXT, f"## {heading}"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one customer and one account, each with snapshots, and one checkpoint."""
    path = tmp_path_factory.mktemp("format") / "riverside.auditdesk"
    clock = ManualClock()
    workspace = create_workspace(
        path, bank="Riverside", operator="ana", passphrase=PASSPHRASE, clock=clock, kdf=CHEAP_KDF
    )
    with closing(workspace), closing(workspace.sign_in("ana", PASSPHRASE)) as session:
        keyring = session.context.check_writable()
        keyring.create_keys(["C-00001"])
        renames = [
            NewEvent(e.CustomerRenamed(), personal.PersonName(f"Zoë {time}")) for time in range(1, 100)
        ]
        deposit = e.MoneyDeposited(amount_minor=100, value_date="2025-01-06")
        appends = {
            "customer/C-00001": [
                NewEvent(e.CustomerRegistered(), personal.PersonalDetails(name="Zoë 0")),
                *renames,
            ],
            "account/10-00001": [
                NewEvent(e.AccountOpened(customer="C-00001", currency="EUR")),
                *[NewEvent(deposit, personal.Remittance(memo="rent"))] * 199,
            ],
        }
        session.context.ledger.append(
            [StreamAppend(stream, None, events, clock(), "C-00001") for stream, events in appends.items()],
            operator="ana",
            command_id="example",
            sealer=keyring,
        )
        session.checkpoints.make()
    return path


@pytest.fixture(params=["ledger.db", "vault.db"])
def database(request: pytest.FixtureRequest, files: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{files / request.param}?mode=ro", uri=True)) as connection:
        yield connection


def test_every_table_and_column_is_described_with_its_type(database: sqlite3.Connection) -> None:
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]

    for name in names:
        found = [
            (column, kind + (" NOT NULL" if required else ""))
            for _, column, kind, required, _, _ in database.execute(f"PRAGMA table_info({name})")
        ]
        described = [(code(row[0]), row[1]) for row in rows(section(TEXT, f"### `{name}`"))]
        assert described == found, name


def test_every_index_and_trigger_is_named(database: sqlite3.Connection) -> None:
    query = "SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"

    assert [name for (name,) in database.execute(query) if f"`{name}`" not in TEXT] == []


def test_the_header_of_each_file_is_the_one_described(database: sqlite3.Connection) -> None:
    (path,) = [Path(row[2]) for row in database.execute("PRAGMA database_list")]
    described = {code(row[0]): row[2:4] for row in _table("2. The workspace") if len(row) == 4}
    (application_id,) = database.execute("PRAGMA application_id").fetchone()
    (user_version,) = database.execute("PRAGMA user_version").fetchone()
    header = path.read_bytes()[:100]

    assert described[path.name][0].startswith(f"`0x{application_id:08X}`")
    assert described[path.name][1] == str(user_version)
    assert int.from_bytes(header[68:72], "big") == application_id
    assert int.from_bytes(header[60:64], "big") == user_version


def test_every_setting_is_the_one_that_a_connection_has(files: Path) -> None:
    described: dict[str, dict[str, str]] = {"ledger": {}, "vault": {}}
    for row in rows(section(TEXT, "## 2. The workspace")):
        if len(row) == 5:
            described["ledger"][code(row[0])] = row[1]
            described["vault"][code(row[3])] = row[4]
    with closing(open_workspace(files)) as workspace:
        assert workspace._vault is not None
        with workspace._ledger.view() as connection, workspace._vault._file.reading() as vault:
            for name, words in described["ledger"].items():
                _check(words, connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name, words in described["vault"].items():
                if name:
                    _check(words, vault.execute(f"PRAGMA {name}").fetchone()[0])


def _check(words: str, found: object) -> None:
    """That a value is the described one, or one of the two that depend on SQLite's version."""
    values = {word.strip("`,").replace("−", "-") for word in words.split()}
    assert str(found) in values, words


def test_every_event_is_described_with_every_field() -> None:
    described: dict[str, set[str]] = {}
    for heading in ("### Customers", "### Accounts", "### Operators and the bank"):
        tag = ""
        for row in rows(section(TEXT, heading)):
            tag = code(row[0]) or tag
            described.setdefault(tag, set()).update({code(row[1])} - {""})
    money = {code(row[0]) for row in rows(section(TEXT, "### Money"))}

    for kind in (known.event for known in EVENTS.values()):
        if issubclass(kind, e.MoneyEvent):
            assert {kind.TAG, *kind.__struct_fields__} <= money
        else:
            assert described.pop(kind.TAG) == set(kind.__struct_fields__), kind.TAG
    assert not described


def test_every_name_of_the_programs_own_command_ids_is_described() -> None:
    described = section(TEXT, "### Command ids")

    assert [origin for origin in command_ids.ORIGINS if f"`{origin}:" not in described] == []


def test_the_members_of_files_that_leave_are_all_named() -> None:
    leaving = section(TEXT, "## 13. Files that leave the workspace")

    for structure in (Certificate, BackupManifest):
        assert [name for name in structure.__struct_fields__ if f"`{name}`" not in leaving] == []
    names = (checking_program.EVENT_FILE, checking_program.PROOF_FILE, checking_program.KEY_FILE)
    others = (checking_program.OPENING_FILE, checking_program.README_FILE, checking_program.PROGRAM_FILE)
    assert [name for name in (*names, *others) if f"`{name}`" not in leaving] == []


# --- the reader on a file of today -------------------------------------------------------


def _all(path: Path, query: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query).fetchall()


def test_the_reader_finds_a_ledger_of_today_to_be_as_the_document_says(files: Path) -> None:
    ledger = files / "ledger.db"
    events = _all(ledger, "SELECT * FROM events ORDER BY position")
    leaves = [reader.leaf_hash(dict(row)) for row in events]

    assert leaves == [row["leaf_hash"] for row in events]
    (kept,) = _all(ledger, "SELECT * FROM checkpoints")
    assert (kept["size"], kept["root"]) == (len(events), reader.root(leaves))
    (node,) = _all(ledger, "SELECT * FROM tree_nodes")
    assert (node["level"], node["index"], node["hash"]) == (8, 0, reader.root(leaves[:256]))
    last = _all(ledger, "SELECT * FROM entries ORDER BY position DESC LIMIT 1")[0]
    deposits = [json.loads(row["payload"]) for row in events if row["type"] == "MoneyDeposited"]
    assert last["balance"] == sum(row["amount_minor"] for row in deposits)


def test_the_reader_opens_all_that_a_vault_of_today_has_sealed(files: Path) -> None:
    vault, operator, row = (
        dict(_all(files / "vault.db", f"SELECT * FROM {name}")[0])
        for name in ("vault", "operators", "customer_keys")
    )
    private = reader.private_key(vault, operator, PASSPHRASE)
    key = reader.customer_key(vault, row, reader.vault_key(vault, operator, private))

    def opened(kept: sqlite3.Row, kind: bytes) -> reader.Opened:
        place = (kept["version"], row["key_id"], vault["ledger_id"], kept["stream"])
        return reader.open_sealed(key, kept["sealed"], reader.associated_data(kind, *place))

    texts = []
    for event in _all(files / "ledger.db", "SELECT * FROM events WHERE sealed IS NOT NULL"):
        found = opened(event, b"e")
        assert reader.commitment(found) == event["commitment"]
        texts.append(json.loads(found.data))
    assert [text["name"] for text in texts[:100]] == [f"Zoë {time}" for time in range(100)]
    assert {text["memo"] for text in texts[100:]} == {"rent"}
    early, late, person = _all(files / "ledger.db", "SELECT * FROM snapshots ORDER BY stream, version")
    assert [json.loads(kept["state"])["version"] for kept in (early, late, person)] == [100, 200, 100]
    assert (early["sealed"], late["sealed"]) == (None, None)
    assert json.loads(opened(person, b"s").data)["name"] == "Zoë 99"
