"""Upkeep of a workspace: operators, backup and restore.

- `operators`: operators added, changed and removed, passphrases, the signing key; each kept in the log.
- `backup`: ledger and vault copied while they are in use, verified before they are given their name.
- `restore`: a backup checked and made a workspace again, in which everybody who was forgotten is forgotten
  again first.

The vault's copy holds keys of people who may be forgotten later: the name of its folder says when it must
be destroyed.
"""
