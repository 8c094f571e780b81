"""Add, change and remove operators, and replace keys: done by administrators, kept in the log.

A change is made in the vault while the ledger's transaction that records it is open, so that neither is
without the other: what the vault refuses leaves no event, and a ledger that can't be written no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.errors import AuditdeskError, Refused, VaultMissing
from auditdesk.domain.events import NewEvent
from auditdesk.domain.roles import ADMINISTRATOR, OPERATORS, PASSPHRASE, ROLES, check_roles
from auditdesk.domain.streams import operator_stream
from auditdesk.domain.text import clean_line
from auditdesk.ledger.ledger import Batch, StreamAppend
from auditdesk.services.access.command_ids import new_command_id
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.permission import check_permission
from auditdesk.services.access.refusals import record_refusal
from auditdesk.services.evidence.checkpoints import Checkpoints
from auditdesk.services.evidence.signing import keys_named
from auditdesk.vault.vault import Keyring, OperatorRow, Vault

MAX_NAME: Final = 64


class Operator(NamedTuple):
    """Somebody who may sign in. `may_reveal`: see personal data; `may_sign`: checkpoints and certificates."""

    name: str
    roles: tuple[str, ...]
    may_reveal: bool
    may_sign: bool
    added_at_us: int


class PublishedKey(NamedTuple):
    """A signing key's public half; `vkey` is what the bank publishes. The one in use isn't retired."""

    key_id: str
    vkey: str
    created_at_us: int
    retired_at_us: int | None


class Operators:
    """The operators and the signing keys, as far as one of them may change them."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def list(self) -> tuple[Operator, ...]:
        """Everybody who may sign in, by name. Raises `VaultMissing`."""
        return tuple(_operator(row) for row in self._vault().operators())

    @property
    def public_keys(self) -> tuple[PublishedKey, ...]:
        """Every key that ever signed, oldest first: old evidence needs the retired ones too."""
        vault = self._vault()
        return tuple(
            PublishedKey(key.key_id, named.vkey(), key.created_at_us, key.retired_at_us)
            for key, named in zip(vault.public_keys(), keys_named(vault), strict=True)
        )

    def refusal(self) -> AuditdeskError | None:
        """The refusal if the operator may change nothing but their own passphrase; None if they may."""
        try:
            self._administrator()
        except AuditdeskError as error:
            return error
        return None

    def add(
        self,
        name: str,
        passphrase: str,
        *,
        roles: Sequence[str],
        may_reveal: bool,
        may_sign: bool = False,
    ) -> Operator:
        """Let somebody sign in. Slow on purpose.

        Raises `Refused` (`role_missing`, `operator_exists`, `role_unknown`, `text_missing`, …) and `Fault`s.
        """
        with self._asked("add_operator", name):
            keyring = self._administrator()
            name = clean_line(name, "operator", required=True, limit=MAX_NAME)
            if not passphrase:
                raise Refused("text_missing", "The passphrase is missing.", field="passphrase")
            known = _known_roles(roles)
            if self._find(name) is not None:
                raise Refused("operator_exists", "An operator of that name already exists.", field="operator")
            events = (e.OperatorAdded(name, known), e.GrantsChanged(name, may_reveal, may_sign))
            self._carry_out(
                keyring,
                name,
                events,
                lambda: keyring.add_operator(
                    name, passphrase, roles=known, may_reveal=may_reveal, may_sign=may_sign
                ),
            )
        return self._need(name)

    def remove(self, name: str) -> None:
        """Remove an operator, and replace every key that they knew.

        Raises `Refused` (`role_missing`, `operator_unknown`, `operator_self`, `last_administrator`,
        `last_operator`) and `Fault`s.
        """
        with self._asked("remove_operator", name):
            keyring = self._administrator()
            row = self._need(name)
            if row.name == self._context.operator:
                raise Refused(
                    "operator_self",
                    "You cannot remove yourself.",
                    "Let another administrator do it.",
                    field="operator",
                )

            def act() -> None:
                _check_administered(other for other in self.list() if other.name != row.name)
                keyring.remove_operator(row.name)

            self._carry_out(keyring, row.name, (e.OperatorRemoved(row.name),), act, renews_key=True)

    def set_grants(
        self,
        name: str,
        *,
        roles: Sequence[str] | None = None,
        may_reveal: bool | None = None,
        may_sign: bool | None = None,
    ) -> Operator:
        """Change what somebody is and may; what is None stays. A grant taken away replaces the keys it gave.

        Raises `Refused` (`role_missing`, `operator_unknown`, `role_unknown`, `last_administrator`,
        `last_operator`) and `Fault`s.
        """
        with self._asked("set_grants", name):
            keyring = self._administrator()
            before = self._need(name)
            after = before._replace(
                roles=before.roles if roles is None else _known_roles(roles),
                may_reveal=before.may_reveal if may_reveal is None else may_reveal,
                may_sign=before.may_sign if may_sign is None else may_sign,
            )
            events = _differences(before, after)

            def act() -> None:
                _check_administered(after if row.name == after.name else row for row in self.list())
                keyring.set_grants(
                    after.name, roles=after.roles, may_reveal=after.may_reveal, may_sign=after.may_sign
                )

            if events:
                taken = before.may_sign and not after.may_sign
                self._carry_out(keyring, after.name, events, act, renews_key=taken)
        return after

    def change_passphrase(self, old: str, new: str) -> None:
        """Change one's own passphrase. Slow on purpose.

        Raises `WrongPassphrase`, `Refused` (`text_missing`, `passphrase_same`), and `Fault`s.
        """
        check_permission(self._context, PASSPHRASE)
        keyring = self._context.check_signed_in()
        self._context.check_ledger()
        if not new:
            raise Refused("text_missing", "The new passphrase is missing.", field="passphrase")
        if new == old:
            raise Refused("passphrase_same", "The new passphrase is the old one.", field="passphrase")
        me = self._context.operator
        self._carry_out(keyring, me, (e.PassphraseChanged(me),), lambda: keyring.change_passphrase(old, new))

    def rotate_signing_key(self) -> PublishedKey:
        """Retire the signing key between two checkpoints, one by the old key and one by the new.

        Raises `Refused` (`role_missing`), `VaultLocked` where the operator may not sign, `ProofError` where
        the log does not continue its last checkpoint (then the key stays), and `Fault`s.
        """
        with self._asked("rotate_signing_key", ""):
            keyring = self._administrator()
            Checkpoints(self._context).make()
            me = self._context.operator
            self._carry_out(keyring, me, (), keyring.rotate_signing_key, renews_key=True)
        return self.public_keys[-1]

    # --- how ---------------------------------------------------------------------------

    def _administrator(self) -> Keyring:
        keyring = self._context.check_signed_in()
        self._context.check_ledger()
        check_roles(OPERATORS, keyring.roles)
        return self._context.check_writable()

    def _carry_out(
        self,
        keyring: Keyring,
        name: str,
        events: Sequence[e.Event],
        act: Callable[[], object],
        *,
        renews_key: bool = False,
    ) -> None:
        """Record events of an operator and act in the vault; a checkpoint on either side of a new key."""
        if renews_key:
            self._sign(keyring)
        command_id = new_command_id()
        with self._ledger.writing() as batch:
            key_before = self._key_in_use()
            self._record(batch, name, events, command_id)
            act()
            key_after = self._key_in_use()
            if key_after != key_before:
                rotated = e.SigningKeyRotated(key_after)
                self._record(batch, self._context.operator, (rotated,), new_command_id(), command_id)
        if renews_key:
            self._sign(keyring)

    def _record(
        self, batch: Batch, name: str, events: Sequence[e.Event], command_id: str, caused_by: str = ""
    ) -> None:
        if not events:
            return
        now_us = max(self._context.clock(), batch.head.recorded_at_us)
        new_events = [NewEvent(event) for event in events]
        append = StreamAppend(operator_stream(name), None, new_events, now_us, None)
        batch.append(
            [append],
            operator=self._context.operator,
            command_id=command_id,
            correlation_id=caused_by or command_id,
        )

    def _sign(self, keyring: Keyring) -> None:
        """A checkpoint, if this operator may sign; they may just have removed that grant from themselves."""
        if keyring.may_sign and keyring.may_reveal:
            Checkpoints(self._context).make()

    @contextmanager
    def _asked(self, command: str, target: str) -> Iterator[None]:
        """Keep a refusal; a target that nobody bears is free text and left out."""
        try:
            yield
        except Refused as refused:
            known = self._find(target)
            record_refusal(self._context, command, known.name if known else "", refused)
            raise

    def _key_in_use(self) -> str:
        return self._vault().public_keys()[-1].key_id

    def _find(self, name: str) -> Operator | None:
        return next((row for row in self.list() if row.name == name), None)

    def _need(self, name: str) -> Operator:
        found = self._find(name)
        if found is None:
            raise Refused("operator_unknown", "There is no operator of that name.", field="operator")
        return found

    def _vault(self) -> Vault:
        if self._context.vault is None:
            raise VaultMissing("The vault, which knows the operators, is missing.", "Put it back.")
        return self._context.vault


def _operator(row: OperatorRow) -> Operator:
    return Operator(row.name, row.roles, row.may_reveal, row.may_sign, row.added_at_us)


def _known_roles(roles: Sequence[str]) -> tuple[str, ...]:
    if not roles:
        raise Refused("text_missing", "An operator has at least one role.", field="roles")
    if not set(roles) <= set(ROLES):
        raise Refused(
            "role_unknown", "There is no such role.", f"There are {', '.join(ROLES)}.", field="roles"
        )
    return tuple(sorted(set(roles)))


def _differences(before: Operator, after: Operator) -> tuple[e.Event, ...]:
    events: list[e.Event] = []
    if before.roles != after.roles:
        events.append(e.RolesChanged(after.name, after.roles))
    if (before.may_reveal, before.may_sign) != (after.may_reveal, after.may_sign):
        events.append(e.GrantsChanged(after.name, after.may_reveal, after.may_sign))
    return tuple(events)


def _check_administered(rows: Iterable[Operator]) -> None:
    """Administering takes the vault key, and so the grant to see personal data."""
    if not any(ADMINISTRATOR in row.roles and row.may_reveal for row in rows):
        raise Refused(
            "last_administrator",
            "No administrator who may see personal data would be left, and so nobody to let others in.",
            "Make another operator an administrator with that grant first.",
            field="operator",
        )
