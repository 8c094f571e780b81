"""Ids of commands: what the program calls its own bears names that no person can give theirs.

The same id again means the same command. Whoever could type the id under which the program is going to act
could keep it from acting, as it would take the other's result for its own.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import uuid_utils

from auditdesk.domain.errors import Refused

Origin = Literal["forget", "forgotten", "import", "demo"]
ORIGINS: Final[tuple[str, ...]] = get_args(Origin)
MAX_TYPED: Final = 128  # characters


def new_command_id() -> str:
    """A fresh id for a command (UUIDv7, RFC 9562)."""
    return str(uuid_utils.uuid7())


def program_id(origin: Origin, *parts: str) -> str:
    """The id of something that the program does once: `forget:C-00001`, `import:account:R-1`."""
    return ":".join((origin, *parts))


def check_typed_id(text: str) -> None:
    """Raise `Refused` (`command_id_malformed`) for an id that a person or script can't give a command."""
    origin = text.strip().casefold().partition(":")[0]
    if ":" in text and origin in ORIGINS:
        raise Refused(
            "command_id_malformed",
            f"Command ids that begin with {origin}: are the program's own.",
            "Give the command another id.",
            field="command_id",
        )
    if len(text) > MAX_TYPED or not text.isprintable() or text != text.strip():
        raise Refused(
            "command_id_malformed",
            f"A command id has at most {MAX_TYPED} printable characters, and no space around them.",
            field="command_id",
        )
