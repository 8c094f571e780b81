"""The demo bank: an invented history that is the same for the same seed and day.

It is a client of services, not one of them. What its clerks book goes through the bank's own rules; the one
account that came from a legacy system is history as given.

Read in this order:

- `bank` makes all of it, and names the three accounts that are worth a look.
- `steps` are what a history is planned of: who does what at which instant.
- `lives`, `teacher`, `bakery` and `legacy` plan: private customers, the account with everything on one
  page, the one with 50,000 events, and the one that a legacy system lost track of.
- `people` invents who banks here; `days` has opening hours, holidays and prices.
- `decisions` turns a planned step into the events that the bank's rules make of it, and `clerk` records
  them in their order on a clock of their own.

Everything that is random comes from one seeded generator. Only `bootstrap` and the command line's `demo`
import it. It must never import Qt or a cipher.
"""
