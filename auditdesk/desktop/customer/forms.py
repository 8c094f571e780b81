"""The forms of the commands on customers, and the opening of an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import asdict
from PySide6.QtWidgets import QWidget

from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import Field, line_field, text_field
from auditdesk.desktop.kit.form_dialog import FormDialog, Work
from auditdesk.desktop.look import formats
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.base import about
from auditdesk.domain.commands.customer import (
    ChangeAddress,
    ChangeContact,
    OnCustomer,
    PlaceHold,
    RegisterCustomer,
    ReleaseHold,
    RenameCustomer,
)
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.personal import Address, Contact, Mask, PersonalDetails

NOBODY: Final = PersonalDetails("")


class AddressFields:
    """The five fields of an address."""

    def __init__(self, form: FormDialog) -> None:
        tr = form.tr
        self.street = text_field("street", tr("&Street"))
        self.postal_code = line_field("postal_code", tr("&Postal code"))
        self.city = line_field("city", tr("&City"))
        self.region = line_field("region", tr("&Region"))
        self.country = line_field("country", tr("Coun&try"))
        form.add(self.street)
        form.add(self.postal_code, self.city)
        form.add(self.region, self.country)

    def read(self) -> Address:
        """The address as typed."""
        return Address(**{field.name: field.text() for field in self.fields()})

    def fields(self) -> tuple[Field, ...]:
        """All five."""
        return (self.street, self.city, self.region, self.postal_code, self.country)


class RegisterForm(FormDialog):
    """A new customer."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context.runner, self.tr("New customer"), self.tr("Register"), parent=parent)
        self.setObjectName("registerDialog")
        self._session = context.session
        self.name = line_field("name", self.tr("&Name"))
        self.birth_date = line_field(
            "birth_date", self.tr("&Birth date"), hint=self.tr("Written 1980-05-17.")
        )
        self.add(self.name)
        self.add(self.birth_date)
        self.address = AddressFields(self)
        self.email = line_field("email", self.tr("&E-mail"))
        self.phone = line_field("phone", self.tr("P&hone"))
        self.add(self.email, self.phone)
        self.keep_draft(context.drafts)

    def prepare(self) -> Work:
        details = PersonalDetails(
            name=self.name.text(),
            birth_date=self.birth_date.text().strip(),
            address=self.address.read(),
            contact=Contact(self.email.text(), self.phone.text()),
        )
        session, command_id = self._session, self.command_id
        command = RegisterCustomer.of(details)
        return lambda _task: session.issue(command, command_id=command_id)


class ChangeForm(FormDialog):
    """Other details of a customer than those the operator sees: of anybody changed since, it is a conflict.

    `texts_of` says what the fields show of what is known, by their names. Subclasses add them, then `fill`.
    """

    def __init__(
        self,
        context: Context,
        customer: Customer,
        title: str,
        texts_of: Callable[[PersonalDetails], dict[str, str]],
        parent: QWidget | None,
    ) -> None:
        super().__init__(context.runner, title, formats.tr("Change"), parent=parent)
        self.customer = customer
        self._context = context
        self._texts_of = texts_of
        self._shown: dict[str, str] = {}
        self.subject.show_customer(customer)
        self.keep_draft(context.drafts, customer.number, customer=customer.number)

    def work(self, command: OnCustomer) -> Work:
        """Issue a command on the customer as they were seen."""
        session, command_id, version = self._context.session, self.command_id, self.customer.version
        return lambda _task: session.issue(command, command_id=command_id, expected_version=version)

    def fill(self, known: PersonalDetails) -> None:
        """Show what is known, except where something else was typed over what was shown before."""
        for name, text in self._texts_of(known).items():
            field = self.fields[name]
            if field.text() == self._shown.get(name, ""):
                field.set_text(text)
                self._shown[name] = field.text()

    def show_problem(self, error: BaseException) -> None:
        """As every form; after a conflict the customer is looked at again, and what was typed stays."""
        if isinstance(error, Conflict):
            self.customer = self._context.session.history.customer_at(self.customer.number).state
            personal = self.customer.personal
            self.subject.show_customer(self.customer)
            self.fill(NOBODY if isinstance(personal, Mask) else personal)
            self._context.changed.emit()
        super().show_problem(error)


class RenameForm(ChangeForm):
    """Another name from now on."""

    def __init__(
        self, context: Context, customer: Customer, known: PersonalDetails, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            context, customer, formats.tr("Change the name"), lambda known: {"name": known.name}, parent
        )
        self.setObjectName("renameDialog")
        self.name = line_field("name", self.tr("&Name from now on"))
        self.add(self.name)
        self.fill(known)

    def prepare(self) -> Work:
        return self.work(RenameCustomer(self.customer.number, self.name.text()))


class AddressForm(ChangeForm):
    """Another address from now on."""

    def __init__(
        self, context: Context, customer: Customer, known: PersonalDetails, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            context, customer, formats.tr("Change the address"), lambda known: asdict(known.address), parent
        )
        self.setObjectName("addressDialog")
        self.address = AddressFields(self)
        self.fill(known)

    def prepare(self) -> Work:
        return self.work(ChangeAddress.of(self.customer.number, self.address.read()))


class ContactForm(ChangeForm):
    """Other contact details from now on."""

    def __init__(
        self, context: Context, customer: Customer, known: PersonalDetails, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            context,
            customer,
            formats.tr("Change the contact details"),
            lambda known: asdict(known.contact),
            parent,
        )
        self.setObjectName("contactDialog")
        self.email = line_field("email", self.tr("&E-mail"))
        self.phone = line_field("phone", self.tr("&Phone"))
        self.add(self.email)
        self.add(self.phone)
        self.fill(known)

    def prepare(self) -> Work:
        return self.work(ChangeContact(self.customer.number, self.email.text(), self.phone.text()))


class HoldForm(FormDialog):
    """A legal hold, or the end of one."""

    def __init__(self, context: Context, customer: Customer, parent: QWidget | None = None) -> None:
        self._command = PlaceHold if customer.held_since_us is None else ReleaseHold
        super().__init__(context.runner, self._command.TITLE, self._command.POST, parent=parent)
        self.setObjectName("holdDialog")
        self._session, self._customer = context.session, customer
        self.reason = text_field(
            "reason", self.tr("&Reason"), hint=self.tr("Kept sealed. Under a hold nobody can be forgotten.")
        )
        self.add(self.reason)
        self.subject.show_customer(customer)
        self.keep_draft(context.drafts, customer.number, customer=customer.number)

    def prepare(self) -> Work:
        session, command_id = self._session, self.command_id
        command = self._command(self._customer.number, self.reason.text())
        return lambda _task: session.issue(command, command_id=command_id)


class OpenAccountForm(FormDialog):
    """A new account for a customer."""

    def __init__(self, context: Context, customer: Customer, parent: QWidget | None = None) -> None:
        super().__init__(context.runner, self.tr("Open an account"), self.tr("Open"), parent=parent)
        self.setObjectName("openAccountDialog")
        self._session, self._customer = context.session, customer
        self.currency = line_field(
            "currency", self.tr("&Currency"), hint=self.tr("A code such as EUR or JPY.")
        )
        self.limit = line_field("overdraft", self.tr("&Overdraft limit"), hint=self.tr("Empty: none."))
        self.reference = line_field("reference", self.tr("&Reference"), hint=self.tr("May be empty."))
        self.currency.set_text("EUR")
        self.add(self.currency, self.limit)
        self.add(self.reference)
        self.subject.show_customer(customer)
        self.keep_draft(context.drafts, customer.number, customer=customer.number)

    def prepare(self) -> Work:
        currency = self.currency.text().strip().upper()
        written = self.limit.text().strip()
        with about("overdraft", "amount"):
            limit_minor = formats.parse_money(written, currency) if written else 0
        if not currency:
            raise Refused("currency_unknown", self.tr("Say in which currency."), field="currency")
        session, command_id = self._session, self.command_id
        command = OpenAccount(self._customer.number, currency, limit_minor, self.reference.text())
        return lambda _task: session.issue(command, command_id=command_id)
