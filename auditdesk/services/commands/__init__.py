"""The one way in which a command is carried out.

- `issue`: load, decide, append, and keep what was refused. Durable when it returns.
- `repeats`: what a command id that is already in the log means: the same command again, or a mistake.

The rules are in `domain.commands`: nothing here decides. Several tills may write to one account: where
another was first, the command is decided again on the newer state.
"""
