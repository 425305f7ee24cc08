"""What invoices learn of payments, and what becomes of them when a payment is given up."""

import json

import pytest

from config.tests.helpers import run_tasks
from orders.models import Invoice
from orders.tests.factories import OrderFactory
from payments import gateway, services
from payments.services.facts import payment_facts

pytestmark = pytest.mark.django_db


def test_an_invoice_names_brand_and_last_four_digits_of_the_card(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    order = services.prove_payment(payment).order

    run_tasks()

    said = json.loads(Invoice.objects.get(order=order).content)
    assert said["payment"] == {"brand": "visa", "last4": "4242"}


@pytest.mark.broken_books  # it has no payment at all
def test_an_order_without_a_card_has_nothing_to_tell():
    assert payment_facts(OrderFactory()) is None


def test_an_authorisation_that_was_released_takes_the_invoice_back(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    run_tasks()

    gateway.cancel_intent(payment.intent_id, key="test")
    services.prove_payment(payment)
    run_tasks()

    invoice, note = Invoice.objects.order_by("pk")
    assert (note.kind, note.invoice, note.total) == ("credit_note", invoice, payment.amount)
