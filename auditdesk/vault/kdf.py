"""Passphrases turned into keys: Argon2id (RFC 9106), its cost stored, measured and capped."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, Self, get_args

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from auditdesk.domain.errors import Tampered

Purpose = Literal["production", "tests"]

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
FLOOR_MEMORY_KIB: Final = 19 * 1024  # the least OWASP recommends for Argon2id
MAX_MEMORY_KIB: Final = 1024 * 1024
MAX_ITERATIONS: Final = 64
MAX_LANES: Final = 16
TARGET_S: Final = 0.25


@dataclass(frozen=True)
class KdfParameters:
    """The cost of one derivation: memory in KiB, passes over it, parallel lanes.

    `purpose` is part of what the operator's wrapped key is bound to, as the figures are: whoever
    edits either in the file gets a key that opens nothing, never a cheaper one. So parameters for
    tests can't be smuggled into a vault that was made for use. Raises ValueError out of bounds.
    """

    memory_kib: int = 64 * 1024
    iterations: int = 3
    lanes: int = 4
    purpose: Purpose = "production"

    def __post_init__(self) -> None:
        if self.purpose not in get_args(Purpose):
            raise ValueError(f"{self.purpose!r} is not a purpose of a key derivation.")
        floor_kib = FLOOR_MEMORY_KIB if self.purpose == "production" else 8 * self.lanes
        within = (
            1 <= self.lanes <= MAX_LANES
            and 1 <= self.iterations <= MAX_ITERATIONS
            and floor_kib <= self.memory_kib <= MAX_MEMORY_KIB
        )
        if not within:
            raise ValueError(
                f"Argon2id with {self.memory_kib} KiB, {self.iterations} passes, {self.lanes} lanes "
                f"is outside {floor_kib} KiB to {MAX_MEMORY_KIB} KiB, {MAX_ITERATIONS} passes, "
                f"{MAX_LANES} lanes."
            )

    @classmethod
    def calibrated(cls, target_s: float = TARGET_S) -> Self:
        """The default parameters, with passes added until a derivation takes about `target_s` here.

        Never below the defaults: a busy or slow machine waits longer instead.
        """
        default = cls()
        begun_s = time.perf_counter()
        default.derive("calibration", bytes(SALT_BYTES))
        taken_s = max(time.perf_counter() - begun_s, 1e-6)
        passes = int(default.iterations * target_s / taken_s)
        return cls(iterations=min(max(passes, default.iterations), MAX_ITERATIONS))

    @classmethod
    def stored(cls, memory_kib: int, iterations: int, lanes: int, purpose: str) -> Self:
        """The parameters read from a file. Raises `Tampered` before any memory is taken for absurd ones."""
        try:
            return cls(memory_kib, iterations, lanes, "tests" if purpose == "tests" else "production")
        except ValueError as error:
            raise Tampered(
                f"The vault's key derivation was altered: {error}", "Restore the vault from a backup."
            ) from error

    def derive(self, passphrase: str, salt: bytes) -> bytes:
        """The 32-byte key of a passphrase (in Unicode NFC, so that every keyboard types the same one)."""
        secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
        argon = Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=self.iterations,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        )
        return argon.derive(secret)

    def binding(self) -> tuple[int, int, int, str]:
        """The associated data of a key wrapped under these parameters."""
        return self.memory_kib, self.iterations, self.lanes, self.purpose
