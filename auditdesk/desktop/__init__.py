"""The window. The only package that imports PySide6 and pyqtgraph.

Rooms, each importing only from those that come before it:

- `look`: colours, icons, fonts, formats: how things are drawn and written.
- `kit`: parts that any page is made of: fields, lists, tables, tasks, settings, help. `form`: the forms.
- `time`: the slider and everything that shows or moves the moment.
- `bank`: pages about the whole bank: event log, reports, integrity, operators.
- `account`: the accounts page. `customer`: the customers page.
- `shell`: the main window, from the welcome over the sign-in to the pages; where the window starts.

How it works: a view emits what the person wants; a page hands work to the task runner of `kit`; the runner
calls services on its one thread and brings the result back to the GUI thread. Money and instants travel
through signals as objects, since a signal's int has 32 bits. Texts for people are made by `tr`.

It must never import the ledger or the vault: services answer for both. Nothing outside imports it but the
command line's `window`.
"""
