"""One ledger with its vault, as a person opens it.

- `workspace`: opens both, says what is amiss, signs in, and finishes then what a crash interrupted.
- `opening_checks`: quick looks at triggers, checkpoints and the last verification; where one fails, the
  ledger is read-only.
- `session`: everything that one operator can do until they sign out: each service, made when first asked
  for.

The top of the services. Opening a workspace creates and destroys nothing. `bootstrap` makes and opens them.
"""
