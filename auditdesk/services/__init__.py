"""The services, a package each. Window and command line come here, and only here, for the books.

From the bottom:

- `files`: writing files whole or not at all, and never onto a bank's books; the log of bugs.
- `access`: who asks: the operator's context, what a typed number means, refusals, revealing.
- `commands`: issuing a command. `history`: any state at any moment. `evidence`: checkpoints, and proof of
  one event.
- `verification`: the log against itself and its checkpoints, everything derived against a replay.
- `reports`: CSV with a manifest. `privacy`: forgetting, and its certificate.
- `importing`: a bank's history. `upkeep`: operators, backup, restore.
- `workspace`: opens a ledger with its vault, signs in, and gives a session with all of the above.

To start reading, follow a session: `workspace.workspace`, `workspace.session`, then the service of
interest. import-linter holds the order. Services raise `Refused` where a rule says no and a `Fault` where
the environment fails, report progress, and can be cancelled. They must never import Qt or a cipher.
"""
