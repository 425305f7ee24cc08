"""Invoices and credit notes: issued once, numbered without a gap, frozen for good."""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.models import Invoice, InvoiceBalance, InvoiceCounter, Order
from orders.services import crediting
from orders.services import invoice_content as content
from orders.services.errors import CreditChanged, NothingToCredit
from orders.services.placing import record_event

logger = logging.getLogger(__name__)

PaymentFacts = Callable[[Order], dict[str, str] | None]
_payment_facts: list[PaymentFacts] = []


def name_payments_by(facts: PaymentFacts) -> None:
    """Sign up who knows how an order is paid: by which card, at the counter, or None. Called at start."""
    _payment_facts[:] = [facts]


def issue_documents(order: Order) -> None:
    """Issue what this order must have by now: its invoice and, if its payment was given up, the credit note of all.

    Safe to run again, and at the same time.
    """
    invoice = issue_invoice(order)
    if order.payment_state in Order.GIVEN_UP and invoice.balance.credited < invoice.total:
        with translation.override(content.language_of(order)):
            reason = _("The payment was released. Nothing was charged.")
        issue_credit_note(order, reason=reason, key=f"released {order.number}")


def credit_excess(
    order: Order, remaining: int, *, why: str, key: str, goods: crediting.Goods | None = None
) -> None:
    """Credit what exceeds `remaining` minor units of the invoice, if anything does: see `credit_down_to`.

    Where `goods` say what came back, the note takes exactly that off its lines.
    """
    with translation.override(content.language_of(order)):
        reason = {
            "unsettled": _("A smaller amount was charged. The rest was released."),
            "refunded": _("Paid back to the card."),
            "refunded_as_credit": _("Paid back as store credit."),
            "refunded_in_cash": _("Paid back in cash."),
        }[why]
    with suppress(NothingToCredit):
        if goods:
            reason = _("Sent back.") + " " + reason
        key = f"{why} {order.number} {key}"[:120]
        issue_credit_note(order, reason=reason, down_to=remaining, goods=goods, key=key)


def credit_cancelled(order: Order, pieces: Mapping[int, int], *, key: str) -> None:
    """Credit pieces that were cancelled (position: how many), once.

    Those that were credited before, as when the payment was released, are not credited again.
    """
    with translation.override(content.language_of(order)):
        reason = _("Cancelled.")
    key = f"cancelled {order.number} {key}"[:120]
    if lines := _not_credited(issue_invoice(order), pieces):
        with suppress(NothingToCredit):
            issue_credit_note(order, reason=reason, lines=lines, key=key)


def _not_credited(invoice: Invoice, pieces: Mapping[int, int]) -> dict[int, int]:
    """As many of these pieces as are left of the invoice."""
    notes = [json.loads(note.content) for note in invoice.credit_notes.all()]
    goods, _delivery = crediting.left_of(json.loads(invoice.content), notes)
    left = {line["position"]: line["quantity"] for line in goods}
    return {at: some for at, count in pieces.items() if (some := min(count, left.get(at, 0))) > 0}


def issue_missing_documents(*, older_than: timedelta = timedelta(minutes=2), most: int = 1000) -> int:
    """Issue what orders should have had for a while; returns for how many. One that fails does not stop the others."""
    invoices = Invoice.objects.filter(order=OuterRef("pk"), kind=Invoice.Kind.INVOICE)
    owed = InvoiceBalance.objects.filter(invoice__order=OuterRef("pk"), credited__lt=F("total"))
    lacking = Q(~Exists(invoices), placed_at__lt=timezone.now() - older_than)
    not_credited = Q(Exists(owed), payment_state__in=Order.GIVEN_UP)
    issued = 0
    for order in Order.objects.filter(lacking | not_credited).order_by("pk")[:most]:
        try:
            issue_documents(order)
        except Exception:
            logger.exception("No invoice for order %s.", order.number)
        else:
            issued += 1
    return issued


def issue_invoice(order: Order) -> Invoice:
    """Issue the order's invoice, or return the one that it has; a race is decided by the database."""
    if issued := invoice_of(order):
        return issued
    facts = _payment_facts[0](order) if _payment_facts else None
    said = content.of_order(order, order.lines.filter(replaces=None), facts)
    try:
        return _write(order, said, key=f"invoice {order.number}")
    except IntegrityError:
        issued = invoice_of(order)
        if issued is None:
            raise
        return issued


def invoice_of(order: Order) -> Invoice | None:
    return Invoice.objects.filter(order=order, kind=Invoice.Kind.INVOICE).select_related("balance").first()


def issue_credit_note(
    order: Order,
    *,
    reason: str,
    key: str,
    lines: Mapping[int, int] | None = None,
    shipping: bool = False,
    amount: int | None = None,
    down_to: int | None = None,
    goods: crediting.Goods | None = None,
) -> Invoice:
    """Credit a part of an order's invoice, or all that is left of it; the same key never credits twice.

    Asked for are pieces by the position of their line (`lines`), what is left of the delivery (`shipping`), both; or
    an `amount` of minor units, tax included, that is taken off everything in proportion, or as much of it as leaves
    `down_to`, first of the lines that `goods` name; or, with none of them, the rest. `reason` is for the customer, in
    the language of the order. May be called inside a transaction: it then holds the counter of the series until that
    ends, so let it come late and commit soon. Raises NothingToCredit, CreditTooHigh, NotOnInvoice, and CreditChanged
    if another note came in between, which nothing but a missing row lock can do.
    """
    if issued := Invoice.objects.filter(key=key).first():
        return issued
    invoice = issue_invoice(order)
    with transaction.atomic():
        balance = InvoiceBalance.objects.select_for_update().get(pk=invoice.pk)
        if issued := Invoice.objects.filter(key=key).first():
            return issued
        if down_to is not None and (amount := balance.total - balance.credited - down_to) <= 0:
            raise NothingToCredit(invoice.number)
        said = crediting.of_credit(
            json.loads(invoice.content),
            [json.loads(note.content) for note in invoice.credit_notes.all()],
            lines=lines,
            shipping=shipping,
            amount=amount,
            goods=goods,
            reason=reason,
        )
        _take(balance, said["totals"]["total"])  # type: ignore[index]
        return _write(order, said, key=key, invoice=invoice)


def _take(balance: InvoiceBalance, amount: int) -> None:
    """Take an amount off what is left, if that is still what was looked at; the UPDATE itself is the guard."""
    unchanged = InvoiceBalance.objects.filter(pk=balance.pk, notes=balance.notes)
    enough = unchanged.filter(credited__lte=F("total") - amount)
    if not enough.update(credited=F("credited") + amount, notes=F("notes") + 1):
        raise CreditChanged


@transaction.atomic
def _write(order: Order, said: content.Content, *, key: str, invoice: Invoice | None = None) -> Invoice:
    """Number a document and write it down, both or neither."""
    kind = Invoice.Kind.CREDIT_NOTE if invoice else Invoice.Kind.INVOICE
    now = timezone.now()
    day = content.local_day(now)
    series = f"{settings.CREDIT_NOTE_PREFIX if invoice else settings.INVOICE_PREFIX}-{day.year}"
    serial = _next_serial(series)
    number = f"{series}-{serial:06d}"
    text = content.canonical({**said, "number": number, "issued_on": day.isoformat()})
    totals: dict[str, int] = said["totals"]  # type: ignore[assignment]
    document = Invoice.objects.create(
        kind=kind,
        number=number,
        series=series,
        serial=serial,
        key=key,
        order=order,
        invoice=invoice,
        currency=order.currency,
        tax=totals["tax"],
        total=totals["total"],
        content=text,
        sha256=content.fingerprint(text),
        issued_at=now,
    )
    if invoice is None:
        document.balance = InvoiceBalance.objects.create(invoice=document, total=document.total)
    words = (
        gettext_noop("Credit note %(number)s issued.")
        if invoice
        else gettext_noop("Invoice %(number)s issued.")
    )
    record_event(order, words, details={"number": number}, key=f"issued {number}")
    return document


def _next_serial(series: str) -> int:
    """Take the next number of a series. Until the transaction ends nobody else gets one; if it fails, nobody lost one.

    The UPDATE takes the row's lock on PostgreSQL; on SQLite the transaction has been the only writer from its start.
    """
    counter = InvoiceCounter.objects.filter(series=series)
    if not counter.update(last=F("last") + 1):
        InvoiceCounter.objects.bulk_create([InvoiceCounter(series=series)], ignore_conflicts=True)
        counter.update(last=F("last") + 1)
    return counter.values_list("last", flat=True).get()
