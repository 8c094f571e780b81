"""The databases a ledger can be kept in. The rest of the ledger is neutral of dialect.

Read in this order:

- `base`: what each must supply, as a protocol.
- `addresses`: from an address to the backend that keeps a ledger there.
- `sqlite`: the one there is. `integrity` is its look at every page, `sqlite_upgrade` how a file of another
  format takes the place of an older one.
- `dialects`: how rows go in, and how append-only is made the database's own law.

`tests/ledger/test_conformance.py` holds what all of them must do. A backend's class is named only
where a ledger is made or opened: in `bootstrap`, at a backup and at a restore.
"""
