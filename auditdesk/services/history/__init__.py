"""Any account or customer as it stood at any moment, and how it came to be so.

Read in this order:

- `history`: from a moment to a version, from a version to a state, and the register of a stream.
- `views`: what such a look returns: states, rows, one event explained.
- `documents`: an account or customer at a moment as a document of plain values, for JSON and programs.
- `directory`: lists and search. Names are searched in memory, in an index made after sign-in and dropped at
  lock.
- `finder`: the first moment when something became so.
- `stated_balances`: where an imported source's balances part from the replay.

A look reads the nearest snapshot at or before the moment and folds what follows, at most 100 events. It
writes nothing.
"""
