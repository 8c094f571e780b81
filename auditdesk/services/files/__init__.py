"""Files on the disk, apart from ledger and vault.

- `places`: where a file may be written: never onto a bank's books, under whatever name they are reached.
- `atomic`: the one way in which files and folders are written: whole or not at all.
- `durable`: written through to the disk, so that a power cut takes nothing back.
- `leftovers`: drafts that a killed process left, told from those in use, and swept.
- `network_mounts`: whether a workspace lies where SQLite's locks can't be trusted.
- `log_file`: the log of bugs and faults of the environment, with nothing personal in it.

The lowest of the services: it imports none of the others, and turns what the operating system says into
`Fault`s.
"""
