"""auditdesk: the books of a small bank as immutable events, with a window to look at any moment."""

__version__ = "0.1.0"
