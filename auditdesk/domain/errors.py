"""Error types: refusals by a rule, and faults of the environment.

Everything else that is raised anywhere in the program is a bug.
"""

from __future__ import annotations

from datetime import date


class AuditdeskError(Exception):
    """Base of every error that is shown to a person in words.

    `message` is a whole sentence; `remedy`, where not empty, says what would help.
    Neither ever holds personal data, so both may be logged and recorded.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Refused(AuditdeskError):
    """A rule of the bank said no.

    `code` is a stable snake_case word for programs and tests (for example
    `insufficient_funds`), `field` the input it is about, where there is one.
    """

    def __init__(self, code: str, message: str, remedy: str = "", *, field: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code
        self.field = field


class Fault(AuditdeskError):
    """The environment, not a rule, prevented the work; nothing was changed."""


class NotALedger(Fault):
    """The file is no auditdesk ledger or vault: empty, another program's, or no database."""


class NewerLedger(Fault):
    """The file was written by a newer auditdesk and is left untouched."""


class LedgerMissing(Fault):
    """There is no workspace at the path that was asked for."""


class LedgerLocked(Fault):
    """Another process holds the file longer than we are willing to wait."""


class LedgerReadOnly(Fault):
    """The ledger can be looked at but not written: a read-only folder, or damage."""


class LedgerDamaged(Fault):
    """The ledger is damaged: its contents contradict each other."""


class VaultMissing(Fault):
    """The ledger's vault is not there; no empty one is made in its place."""


class VaultMismatch(Fault):
    """The vault belongs to another ledger."""


class VaultLocked(Fault):
    """No operator who may see personal data is signed in."""


class WrongPassphrase(Fault):
    """The operator's name and passphrase do not match."""


class KeyLost(Fault):
    """A customer's key is gone although the ledger never recorded an erasure."""


class SubjectErased(Fault):
    """Personal data was to be sealed for a customer who has been forgotten."""

    def __init__(self, message: str, erased_on: date | None = None) -> None:
        super().__init__(message)
        self.erased_on = erased_on


class Tampered(Fault):
    """A sealed value does not open under the envelope it was found in."""


class DiskFull(Fault):
    """The disk, or the quota, has no room; nothing was written."""


class Conflict(Fault):
    """Someone else wrote to the same stream first; look again and repeat."""


class UnknownEvent(Fault):
    """The log holds an event whose tag or schema this program does not know."""


class ProofError(AuditdeskError):
    """A proof, a signed note or a checkpoint does not prove what it claims, or is malformed.

    `code` is a stable snake_case word for programs and tests (for example `root_mismatch`).
    """

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code


class Cancelled(AuditdeskError):
    """The person cancelled; everything is as it was before."""

    def __init__(self, message: str = "Cancelled; nothing was changed.") -> None:
        super().__init__(message)
