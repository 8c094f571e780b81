"""Describe an event in one line, in words for people."""

from __future__ import annotations

from auditdesk.desktop.look import formats
from auditdesk.domain import events as e
from auditdesk.services.history.views import other_account


def event_words(event: e.Event, currency: str) -> str:
    """The public content of an event; `currency` is its account's, empty where it has none."""
    tr, words = formats.tr, ""
    match event:
        case e.MoneyEvent():
            words = _money_words(event, currency)
        case e.AccountOpened(currency=opened_in, overdraft_limit_minor=limit_minor):
            limit = formats.money_with_currency(limit_minor, opened_in)
            words = tr("for {customer}, overdraft {limit}").format(customer=event.customer, limit=limit)
        case e.OverdraftLimitSet(limit_minor=limit_minor):
            words = formats.money_with_currency(limit_minor, currency) if currency else ""
        case e.AccountFrozen(blocks=blocks) | e.AccountUnfrozen(blocks=blocks):
            words = {"all": tr("debits and credits")}.get(blocks, blocks)
        case _:
            words = _other_words(event)
    return words


def _other_words(event: e.Event) -> str:
    """Events of customers, operators and the bank."""
    tr, words = formats.tr, ""
    match event:
        case e.CommandRefused(command=command, target=target, message=message):
            words = f"{command} {target}: {message}".replace(" :", ":")
        case e.CustomerRegistered(reference=reference):
            words = reference
        case e.ErasureRequested(reason=reason):
            words = reason
        case e.CustomerForgotten(key_id=key_id, sealed_events=sealed):
            words = tr("{n} events, key {key} destroyed").format(n=sealed, key=key_id[:12])
        case e.HistoryImported(rows_booked=booked, rows_rejected=rejected):
            words = tr("{n} rows booked, {m} rejected").format(n=f"{booked:,}", m=f"{rejected:,}")
        case e.ReportExported(report=report, rows=rows):
            words = tr("{report}, {n} rows, with personal data").format(report=report, n=f"{rows:,}")
        case _:
            words = _operator_words(event)
    return words


def _operator_words(event: e.Event) -> str:
    """Events of those who may sign in, and of the signing key."""
    tr, words = formats.tr, ""
    match event:
        case e.OperatorAdded(operator=operator, roles=roles) | e.RolesChanged(operator=operator, roles=roles):
            words = f"{operator} ({', '.join(roles)})"
        case e.OperatorRemoved(operator=operator) | e.PassphraseChanged(operator=operator):
            words = operator
        case e.GrantsChanged(operator=operator, may_reveal=may_reveal, may_sign=may_sign):
            words = f"{operator}: {grants_words(may_reveal=may_reveal, may_sign=may_sign)}"
        case e.SigningKeyRotated(key_id=key_id):
            words = tr("new key {key}").format(key=key_id)
    return words


def grants_words(*, may_reveal: bool, may_sign: bool) -> str:
    """Describe an operator's grants: personal data (*reveal*), the signing key (*sign*)."""
    tr = formats.tr
    granted = [tr("sees personal data")] * may_reveal + [tr("signs")] * may_sign
    return ", ".join(granted) or tr("neither sees personal data nor signs")


def _money_words(event: e.MoneyEvent, currency: str) -> str:
    amount = formats.money_with_currency(event.signed_minor, currency) if currency else ""
    other = other_account(event)
    arrow = ("→" if event.signed_minor < 0 else "←") if other else ""
    return " ".join(part for part in (amount, arrow, other, event.reference) if part)
