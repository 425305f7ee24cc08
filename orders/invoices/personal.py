"""Invoices as what the shop keeps about a customer: handed out in short, and kept when the customer goes.

The law that asks for invoices asks for keeping them (in Germany for eight years, § 14b UStG; the GDPR makes room for
that in article 17 (3) b). They are append-only as well: what was issued names whom it was issued to.
"""

import json

from accounts.models import User
from orders.models import Invoice, Order
from orders.personal_data import belongs_to

WHY_KEPT = "The law asks for invoices to be kept, so they stay when an account is erased."


def export_invoices(user: User) -> list[dict]:
    """Number, date and amounts of each invoice and credit note; amounts in minor units."""
    found = (
        Invoice.objects.filter(order__in=Order.objects.filter(belongs_to(user)))
        .select_related("order")
        .order_by("pk")
    )
    return [_invoice(each) for each in found]


def erase_invoices(user: User) -> None:
    """Leave them as they are: see WHY_KEPT."""


def _invoice(invoice: Invoice) -> dict:
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "order": invoice.order.number,
        "issued_at": invoice.issued_at.isoformat(),
        "currency": invoice.currency,
        "tax": invoice.tax,
        "total": invoice.total,
        "billed_to": json.loads(invoice.content)["buyer"]["lines"],
        "kept_because": WHY_KEPT,
    }
