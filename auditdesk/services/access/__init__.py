"""Access: the operator's context, permissions, lookups, and revealing personal data.

- `context`: what every service works on: the ledger, the vault as far as the operator may use it, a clock,
  progress.
- `command_ids`: the ids of commands: the program's own bear names that nobody can give theirs.
- `lookup`: from what a person types (a number, a reference) to an account or customer.
- `refusals`: what was asked and which rule said no, kept in the operator's stream.
- `permission`: whether the operator's roles allow what they ask for; a denial is kept in the log.
- `revealing`: from a sealed value to what the operator may see: personal data, or the mask that stands for
  it.

Every service takes an `OperatorContext` and nothing global. A context belongs to one sign-in: after a lock,
its keys are gone, and whatever needs them raises `VaultLocked`.
"""
