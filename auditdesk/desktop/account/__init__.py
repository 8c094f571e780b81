"""The accounts page: choose an account, see it at any moment, issue a command on it.

Read in this order:

- `accounts_page` is the list to search with the chosen account's page beside it.
- `page` puts the parts together: all of them follow one timeline (`desktop.time.timeline`).
- `header`: who and what it is, balances, and the buttons of the commands.
- `register_view` shows `register_model`, a paged table of every event; `filter_chips` choose among them.
- `other_side` says where a transfer went, and leads there.
- `state_panel` shows the state at the moment, in the lines that `state_lines` makes without any widget.
- `explain_dialog`, `evidence_dialog` and `find_dialog` take one event apart, prove it, and search for one.

A state comes from `services.history`, as it was at the moment; a command goes to `services.commands`, which
decides. Nothing here folds or decides.
"""
