"""Invoices belong to what a customer can take along, and stay when the customer goes."""

import json

import pytest

from accounts import personal
from accounts.tests.factories import UserFactory
from orders import services as orders
from orders.invoices.personal import WHY_KEPT
from orders.models import Invoice
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def test_a_customer_takes_along_the_numbers_and_amounts_of_the_own_invoices():
    ada = UserFactory()
    order = OrderFactory(customer=ada)
    note = orders.issue_credit_note(order, lines={1: 1}, reason="", key="a")
    orders.issue_invoice(OrderFactory())

    invoice, credit = personal.export(ada)["invoices"]

    assert (invoice["number"], invoice["total"]) == (orders.invoice_of(order).number, 2489)
    assert (credit["number"], credit["kind"], credit["order"]) == (note.number, "credit_note", order.number)
    assert json.dumps(credit)


def test_invoices_stay_as_the_law_asks_when_the_customer_goes():
    ada = UserFactory()
    order = OrderFactory(customer=ada, payment_state="voided")
    orders.issue_credit_note(order, reason="", key=f"released {order.number}")
    before = list(Invoice.objects.order_by("pk").values())

    personal.erase(ada)

    assert list(Invoice.objects.order_by("pk").values()) == before
    assert personal.export(ada)["invoices"][0]["kept_because"] == WHY_KEPT
