"""The customers page: who they are at any moment, what changed, and forgetting one.

Read in this order:

- `customers_page` is the list to search with the chosen customer's page beside it.
- `page`: details at a moment, accounts, and the way to be forgotten.
- `history` is the register of every change, with who entered it.
- `forget_dialog` previews an erasure, asks for a reason and the typed number, and shows each step.
- `certificate_dialog` saves what came of it; `certificate_pdf` makes the sheet to hand over.

Personal data is shown as services reveal it: a value or a mask. Nothing here keeps a name longer than a
page shows it, and nothing writes one anywhere but into a file that a person asked for.
"""
