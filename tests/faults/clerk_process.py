"""A clerk who deposits as fast as he can and says what was acknowledged, until he is killed.

Run as `python clerk_process.py WORKSPACE ACCOUNT`; each acknowledged version is one line.
"""

from __future__ import annotations

import sys
from pathlib import Path

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.money import Deposit


def main() -> None:
    """Deposit for ever; amounts say which deposit it was."""
    workspace = open_workspace(Path(sys.argv[1]))
    session = workspace.sign_in("ana", "correct horse")
    print("ready", flush=True)
    while True:
        receipt = session.issue(Deposit(sys.argv[2], 100, memo="Secret Memo"))
        print(receipt.version, flush=True)


if __name__ == "__main__":
    main()
