"""A session: what one operator can do with one workspace, from sign-in to lock."""

from __future__ import annotations

from functools import cached_property

from auditdesk.domain.commands.base import Command
from auditdesk.domain.roles import Permission
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.permission import why_not_permitted
from auditdesk.services.commands.issue import Issuer, Receipt
from auditdesk.services.evidence.bundle import Evidence
from auditdesk.services.evidence.checkpoints import Checkpoints
from auditdesk.services.history.directory import Directory
from auditdesk.services.history.finder import Finder
from auditdesk.services.history.history import History
from auditdesk.services.importing.run import Importer
from auditdesk.services.privacy.certificate import Certificates
from auditdesk.services.privacy.forgetting import Forgetting
from auditdesk.services.reports.export import Reports
from auditdesk.services.upkeep.backup import Backup
from auditdesk.services.upkeep.operators import Operators
from auditdesk.services.verification.run import Verification


class Session:
    """The services of a signed-in operator. `close` drops the keys from memory."""

    def __init__(self, context: OperatorContext, notices: tuple[str, ...] = ()) -> None:
        self.context = context
        self.notices = notices

    @property
    def operator(self) -> str:
        """The operator's name."""
        return self.context.operator

    @property
    def is_signed_in(self) -> bool:
        """True if a passphrase was given, so that the operator may change what their own key opens."""
        return self.context.signed_in is not None

    @property
    def may_write(self) -> bool:
        """True if commands can be issued."""
        return self.context.may_write

    @property
    def may_reveal(self) -> bool:
        """True if personal data can be shown."""
        return self.context.may_reveal

    @property
    def may_sign(self) -> bool:
        """True if checkpoints can be signed."""
        keyring = self.context.keyring
        return self.may_write and keyring is not None and keyring.may_sign

    def now_us(self) -> int:
        """The workspace's clock, in microseconds UTC."""
        return self.context.clock()

    def issue(
        self, command: Command, *, command_id: str = "", expected_version: int | None = None
    ) -> Receipt:
        """Carry a command out; as `Issuer.issue`."""
        return self._issuer.issue(command, command_id=command_id, expected_version=expected_version)

    def why_not(self, permission: Permission) -> str:
        """The reason why the operator may not do something; empty if they may."""
        return why_not_permitted(self.context, permission)

    @cached_property
    def _issuer(self) -> Issuer:
        return Issuer(self.context)

    @cached_property
    def history(self) -> History:
        """Time travel."""
        return History(self.context)

    @cached_property
    def directory(self) -> Directory:
        """Lists and search."""
        return Directory(self.context)

    @cached_property
    def finder(self) -> Finder:
        """The first moment when something became so."""
        return Finder(self.context)

    @cached_property
    def reports(self) -> Reports:
        """CSV reports."""
        return Reports(self.context, self.history)

    @cached_property
    def importer(self) -> Importer:
        """Import of history."""
        return Importer(self.context)

    @cached_property
    def forgetting(self) -> Forgetting:
        """Erasure."""
        return Forgetting(self.context)

    @cached_property
    def verification(self) -> Verification:
        """Proof that nothing contradicts the log."""
        return Verification(self.context)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """Signed statements of what the log holds."""
        return Checkpoints(self.context)

    @cached_property
    def evidence(self) -> Evidence:
        """Evidence for single events."""
        return Evidence(self.context)

    @cached_property
    def certificates(self) -> Certificates:
        """Certificates of erasure."""
        return Certificates(self.context)

    @cached_property
    def operators(self) -> Operators:
        """Operators and signing keys."""
        return Operators(self.context)

    @cached_property
    def backup(self) -> Backup:
        """Copies of ledger and vault."""
        return Backup(self.context)

    def sign_off(self) -> None:
        """Sign a checkpoint over what is not under one yet, if the operator may.

        Raises `ProofError` where the log does not continue its last one, and `Fault`s.
        """
        if self.may_sign and self.checkpoints.is_due():
            self.checkpoints.make()

    def close(self) -> None:
        """Drop the keys and every name from memory; the session can't be used afterwards."""
        self.directory.close()
        if self.context.signed_in is not None:
            self.context.signed_in.close()
