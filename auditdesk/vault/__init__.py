"""Secrets: customers' keys, operators' keys, the bank's signing key. The only package that imports ciphers.

Read in this order:

- `vault`: the vault before anybody has signed in: it fences, destroys and lists, but opens nothing.
- `keyring`: the vault in the hands of a signed-in operator.
- `schema` and `file`: the tables, and a database file that leaves nothing behind of what is deleted from
  it.
- `ciphers`: wrapping by a key and sealing to a person, bound to a context. `kdf`: passphrases into keys.
- `wrapped_keys`: which keys an operator is given. `roster`: the operators, their rows authenticated by the
  vault key.
- `customer_keys`: made, looked up, fenced, destroyed. `sealing`: personal data under them, with its
  commitment.
- `signing_keys`: Ed25519 keys, retired ones kept by their public half.
- `administration`: operators added and removed; who loses a grant keeps nothing that opens the vault
  afterwards.

A destroyed key is deleted, overwritten in file and journal, and the vault key that wrapped it is replaced.
Byte by byte: `resources/docs/format.md`. It must never import the ledger, services or Qt.
"""
