"""Single bits, each flipped alone: whatever changes what a reader would read is found; nothing crashes."""

from __future__ import annotations

import os
import random
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import ChangeAddress, RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.personal import Address, PersonalDetails
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import CHEAP_KDF

SEED: Final = 20_260_314
IN_EVERY_RUN: Final = 40
HEAVY: Final = 100 if os.environ.get("AUDITDESK_HEAVY") == "short" else 300


class Flip(NamedTuple):
    """What came of one flipped bit: the tables and indexes that read otherwise, and what was said of it."""

    byte: int
    bit: int
    visible: tuple[str, ...]
    said: tuple[str, ...]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three accounts, four hundred events, a checkpoint; everything in the one file."""
    path = tmp_path_factory.mktemp("flips") / "bank"
    workspace = create_workspace(path, bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    with closing(workspace), closing(workspace.sign_in("ana", "x")) as session:
        desk = session
        for number in range(3):
            customer = desk.issue(
                RegisterCustomer.of(PersonalDetails(f"Person {number}"), reference=f"K-{number}")
            ).number
            desk.issue(ChangeAddress.of(customer, Address(street=f"Street {number}", city="Town")))
            account = desk.issue(OpenAccount(customer, "EUR", reference=f"A-{number}")).number
            for at in range(130):
                desk.issue(Deposit(account, 100 + at, memo=f"memo {at}"))
        session.sign_off()
    return path


def read(path: Path) -> dict[str, object]:
    """All that a reader can get out of the file: rows of every table, and by every index, or a failure."""
    connection: Any = DRIVER.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    found: dict[str, object] = {}
    try:
        for pragma in ("user_version", "application_id"):
            found[pragma] = connection.execute(f"PRAGMA {pragma}").fetchall()
        things = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        found["schema"] = things
        for kind, name, table, _ in things:
            if kind == "table":
                found[name] = connection.execute(f'SELECT * FROM "{name}" NOT INDEXED').fetchall()
            elif kind == "index":
                columns = [f'"{row[2]}"' for row in connection.execute(f'PRAGMA index_info("{name}")')]
                partial, names = _condition(connection, name), ",".join(columns)
                query = f'SELECT {names} FROM "{table}" INDEXED BY "{name}"{partial} ORDER BY {names}'
                found[name] = connection.execute(query).fetchall()
    except (DRIVER.Error, UnicodeDecodeError) as error:
        found["unreadable"] = type(error).__name__
    finally:
        connection.close()
    return found


def _condition(connection: Any, index: str) -> str:
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index,)).fetchone()
    return f" WHERE {sql.partition(' WHERE ')[2]}" if sql and " WHERE " in sql else ""


def verdict(path: Path) -> tuple[str, ...]:
    """What the program says of the workspace, in sentences; nothing where it finds all well."""
    try:
        with closing(open_workspace(path)) as workspace, closing(workspace.sign_in("ana", "x")) as session:
            findings = session.verification.run().findings
            return (*workspace.warnings, *(finding.sentence for finding in findings))
    except AuditdeskError as error:
        return (str(error),)


def live_bytes(path: Path) -> list[range]:
    """The bytes of pages that are in use: all but those on the free list."""
    connection: Any = DRIVER.connect(str(path))
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    connection.close()
    assert free == 0
    return [range(page * size, (page + 1) * size) for page in range(pages)]


def flip(
    bank: Path, work: Path, chance: random.Random, pages: list[range], honest: dict[str, object]
) -> Flip:
    copy = Path(shutil.copytree(bank, work))
    file = copy / "ledger.db"
    byte, bit = chance.choice(chance.choice(pages)), chance.randrange(8)
    raw = bytearray(file.read_bytes())
    raw[byte] ^= 1 << bit
    file.write_bytes(raw)
    found = read(file)
    visible = tuple(
        sorted(name for name in honest.keys() | found.keys() if found.get(name) != honest.get(name))
    )
    made = Flip(byte, bit, visible, verdict(copy))
    shutil.rmtree(copy)
    return made


def flips(bank: Path, folder: Path, count: int, seed: int) -> list[Flip]:
    chance, pages, honest = random.Random(seed), live_bytes(bank / "ledger.db"), read(bank / "ledger.db")
    return [flip(bank, folder / str(number), chance, pages, honest) for number in range(count)]


def judge(made: list[Flip]) -> None:
    missed = [one for one in made if one.visible and not one.said]
    assert missed == []
    assert all(sentence for one in made for sentence in one.said)
    assert sum(bool(one.visible) for one in made) > len(made) // 3


def test_the_bank_is_well_before_anything_is_flipped(bank: Path, tmp_path: Path) -> None:
    assert verdict(Path(shutil.copytree(bank, tmp_path / "whole"))) == ()


def test_a_bit_that_changes_what_is_read_is_found(bank: Path, tmp_path: Path) -> None:
    made = flips(bank, tmp_path, IN_EVERY_RUN, SEED)
    judge(made)
    assert len(made) == IN_EVERY_RUN


@pytest.mark.heavy
def test_of_hundreds_of_flipped_bits_none_is_missed(bank: Path, tmp_path: Path) -> None:
    made = flips(bank, tmp_path, HEAVY, SEED + 1)
    judge(made)
    seen, named = sum(bool(one.visible) for one in made), sum(bool(one.said) for one in made)
    print(f"{HEAVY} flips: {seen} change what is read, {named} are named")
    assert len(made) == HEAVY
