"""Shreds a customer and kills itself, as kill -9 does, before or after one of the steps.

Arguments: the vault's path, the step as `module:name`, `before` or `after`, `signed-in` or `nobody`.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from auditdesk.vault.vault import Vault

_, vault_path, step, moment, who = sys.argv


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(original: Callable[..., object]) -> Callable[..., object]:
    def wrapper(*arguments: object, **named: object) -> object:
        if moment == "before":
            kill()
        result = original(*arguments, **named)
        kill()
        return result

    return wrapper


vault = Vault.open(Path(vault_path), ledger_id="0197-ledger", clock=lambda: 1_800_000_000_000_000)
keyring = vault.sign_in("ana", "correct horse") if who == "signed-in" else None
module, _, name = step.partition(":")
owner = importlib.import_module(module)
*path, last = name.split(".")
for part in path:
    owner = getattr(owner, part)
setattr(owner, last, dying(getattr(owner, last)))
vault.shred("C-00001", keyring=keyring)
sys.exit("the step was never reached")
