"""The ledger: event log, Merkle tree, snapshots and projections, in one database.

Read in this order:

- `schema`: the tables, and the triggers that make append-only the database's own law. `rows`: their rows as
  values.
- `envelope`: what is recorded around an event, and the leaf hash that binds all of it.
- `ledger`: the ledger as services hold it, composed of the parts below.
- `batch`: the one way into the log: checks versions, seals, appends, projects, snapshots, in one
  transaction.
- `log`: reading events, by stream, by position, by moment. `accounts` and `customers`: states at any moment
  and their projections. `snapshots`: states that are kept. `tree`: roots, proofs, checkpoints.
- `rebuild`: projections and snapshots from the log again.
- `database`: transactions and views. `statements`: what is asked many times a second, compiled once.
- `formats`: every format a ledger was ever kept in. `migrations`: an older one brought up to today's.
- `backends`: what only one database has.

What lies in the tables, byte by byte: `resources/docs/format.md`. It never opens a sealed value and knows
no operator's key: a sealer is handed in. It must never import services, vault or Qt.
"""
