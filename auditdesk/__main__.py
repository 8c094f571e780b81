"""`python -m auditdesk`: the same as the command `auditdesk`."""

from __future__ import annotations

import sys

from auditdesk.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
