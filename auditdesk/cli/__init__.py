"""The command line: `auditdesk [WORKSPACE]` opens the window, sub-commands serve scripts and auditors.

Read in this order:

- `main` declares the sub-commands, turns errors into exit codes, and keeps bugs in the log.
- `grammar` has what the commands share in how they are typed: lazy loading, common options.
- `terminal` opens a workspace and signs in for a command, and draws progress.
- `words` is the one way to a terminal: what would steer it is shown by its code.

Then one file a family of commands, its options beside what it does:

- `demo`, `window`: the demo bank, and the window.
- `make`: init and import. `show`: an account or a customer at a moment. `export`: reports.
- `post`: the clerk's commands. `forget`: a customer.
- `verify`: verify and checkpoint. `evidence`: evidence, check-evidence, check-certificate.
- `backup`: backup and restore. `operators`: operators, passphrase, keys.

A module here is imported when its command runs. It asks `bootstrap` for a workspace and services for
everything else. It must never import Qt (only `window` opens one, through `desktop.shell.app`), the ledger
or the vault. `resources/docs/command-line.md` is its reference.
"""
