"""The log against itself and its checkpoints, and everything derived against a replay.

Read in this order:

- `run`: what is checked and in which order. `findings`: what it says.
- `chain`: numbering, clocks, leaves, tree and roots: needs neither keys nor states, and has a process of
  its own.
- `replay`: one pass that folds every stream and opens seals.
- `tree`: the stored nodes and the checkpoints against the leaves of the pass.
- `derived` and `entries`: projections, snapshots, keys and tables against the replay.
- `incremental`: only what came after the last good verification.
- `damaged_log`: reading on where rows or pages can't be read.

A finding never ends the run: all are told. Nothing that was derived is believed here, and nothing is
written but the result, in the vault.
"""
