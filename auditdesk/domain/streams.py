"""Names of streams. A stream holds the facts of one account, customer or operator, or the bank's own."""

from __future__ import annotations

from typing import Final

BANK: Final = "bank"


def account_stream(account: str) -> str:
    """The stream of the account with this number (`10-00042`)."""
    return f"account/{account}"


def customer_stream(customer: str) -> str:
    """The stream of the customer with this number (`C-00042`)."""
    return f"customer/{customer}"


def operator_stream(operator: str) -> str:
    """The stream of what this operator did that concerns no single account."""
    return f"operator/{operator}"


def prefix_of(stream: str) -> str:
    """The word that says of which kind a stream is: what stands before its slash."""
    return stream.partition("/")[0]


def name_in(stream: str) -> str:
    """The account number, customer number or operator name that a stream is about."""
    return stream.partition("/")[2]


def account_number(serial: int) -> str:
    """The number shown for the serial-th account; five digits keep spreadsheets from reading a month."""
    return f"10-{serial:05d}"


def serial_of(number: str) -> int:
    """The serial number in an account's or a customer's number. Raises ValueError for one that isn't ours."""
    return int(number.rpartition("-")[2])


def customer_number(serial: int) -> str:
    """The number shown for the serial-th customer."""
    return f"C-{serial:05d}"
