"""auditdesk: the books of a small bank as immutable events, with a window to look at any moment."""

from pathlib import Path

__version__ = "0.1.0"

_here = Path(__file__).parent
if not (_here / "resources").is_dir():
    # a checkout: the wheel holds `resources` inside the package, the repository beside it
    __path__.append(str(_here.parent))
