"""Checkpoints, and proof of one event for somebody who need not trust the bank.

Read in this order:

- `signing`: notes signed with the vault's key, and the keys by which they are believed.
- `checkpoints`: signs the log as it is, if it continues the last checkpoint; keeps, saves and compares
  anchors.
- `bundle`: the evidence for one event, checked before it is handed out.
- `checking_program`: the program in the bundle, with types: what it checks, we check with it.

A tree that does not continue the last signed one is never signed. The formats are in
`resources/docs/format.md`.
"""
