"""Commands: one frozen class for each thing an operator can ask for, and the catalogue of them all.

Start with `base`: what every command has. `on_account` is what the commands on one account share; then
`money` (deposit, withdraw, transfer, interest, fee), `account` (open, overdraft, freeze, unfreeze, close)
and `customer` (register, rename, address, contact, legal holds). A command is declared here once: the
window's forms and menus, the shell's `post`, the demo, help and the table of roles read `COMMANDS`.

`services.commands.issue` carries a command out. Nothing here reads a clock, a file or a key: what a
decision asks of the books it asks of `base.Books`.
"""

from collections.abc import Mapping
from typing import Final

from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command
from auditdesk.domain.commands.customer import (
    ChangeAddress,
    ChangeContact,
    PlaceHold,
    RegisterCustomer,
    ReleaseHold,
    RenameCustomer,
)
from auditdesk.domain.commands.money import ChargeFee, CreditInterest, Deposit, Transfer, Withdraw

COMMANDS: Final[Mapping[str, type[Command]]] = {
    each.NAME: each
    for each in (
        Deposit,
        Withdraw,
        Transfer,
        CreditInterest,
        ChargeFee,
        SetOverdraft,
        Freeze,
        Unfreeze,
        CloseAccount,
        RegisterCustomer,
        RenameCustomer,
        ChangeAddress,
        ChangeContact,
        OpenAccount,
        PlaceHold,
        ReleaseHold,
    )
}
