"""auditdesk: the books of a small bank as immutable events, with a window to look at any moment.

The layers, each importing only from those that come before it:

- `domain`: what a bank is. Pure.
- `proof`: Merkle trees and signed notes. Knows no bank.
- `storage`: opens, guards and explains a database file.
- `vault` and `ledger`: secrets, and events, each in a database of its own. Neither knows the other.
- `services`: what people do, a package each.
- `demo`: the demo bank, made by services.
- `bootstrap`: the only place that wires the layers together: makes and opens workspaces.
- `desktop`: the window. `cli`: the command line, where `python -m auditdesk` begins, too.

`resources` lies beside this package in a checkout and inside it in a wheel: icons, fonts, help, documents.
Start with `resources/docs/architecture.md`, which follows a command, a look and a verification through the
layers; then with the tour in the `__init__` of the layer of interest. import-linter holds the order.
"""

from pathlib import Path

__version__ = "0.1.0"

_here = Path(__file__).parent
if not (_here / "resources").is_dir():
    # a checkout: the wheel holds `resources` inside the package, the repository beside it
    __path__.append(str(_here.parent))
