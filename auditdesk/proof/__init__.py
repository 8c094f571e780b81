"""Merkle trees, signed notes, checkpoints and proofs. Knows no bank, no database and no cipher.

Read in this order:

- `merkle`: hashing and proofs of RFC 6962 §2.1, verification of RFC 9162 §2.1.3 and §2.1.4, over a store
  that keeps one level in eight.
- `signed_note`: C2SP signed notes, strictly read: a note has one spelling.
- `checkpoint`: C2SP checkpoints: origin, size and root in a signed note.
- `tlog_proof`: C2SP proofs of inclusion to take away.

Signing and checking of signatures are handed in. What does not prove what it claims raises `ProofError`
with a stable code. The same checks stand a second time in `resources/check_evidence.py`, which travels with
evidence and needs nothing but Python; `tests/evidence` holds that both agree. It must never import anything
of ours but `domain.errors`.
"""
