"""What was paid at the counter and comes back: its money goes back in cash or as store credit, never to a card."""

from dataclasses import replace

import pytest

from accounts.tests.factories import UserFactory
from config import books, toggles
from config.tests.helpers import run_tasks
from orders.models import Order, ShippingMethod
from payments import services as payments
from payments.models import Payment
from payments.services import store_credit
from returns import services
from returns.tests.conftest import Sold
from returns.words import next_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(till):
    """Two mugs for 19.99 each, paid in cash and handed over."""
    return sell(till)


def sell(till, *, credit=0):
    toggles.assume({"cash": True})
    method = ShippingMethod.objects.create(name="Collect in the shop", flat_price=0, is_collection=True)
    till.details = replace(till.details, method_id=method.pk)
    agreed = till.quote.fingerprint
    payments.start_payment(till.cart, till.details, agreed=agreed, credit=credit, at_counter=True)
    payments.counter.take(Payment.objects.get(), amount=3998 - credit, taken_in="cash")
    payments.ship_order(Order.objects.get(), {1: 2}, key="handed over")
    run_tasks()
    return Sold(None, till)


def test_the_money_of_a_return_goes_back_in_cash(sold):
    row = sold.inspected(1)
    assert services.usual_parts(row) == {"card": 0, "credit": 0, "cash": 1999}
    with pytest.raises(services.CannotResolve, match="nothing can go back to a card"):
        services.resolve(row, parts={"card": 1999})
    with pytest.raises(services.CannotResolve, match="who handed the cash over"):
        services.resolve(row)

    services.resolve(row, handed_over_by="Till 1")
    row.refresh_from_db()
    assert next_of(row) == "Your money goes back in cash or as store credit."
    run_tasks()

    payment = Payment.objects.get()
    assert (payment.state, payment.refunded, payment.refunded_otherwise) == ("part_refunded", 1999, 1999)
    assert books.verify().violations == []


def test_what_comes_back_in_parts_becomes_no_more_store_credit_than_was_paid_with_it(till):
    customer = UserFactory(email="buyer@example.org")
    store_credit.book(customer.pk, "granted", 1000, key="gift")
    till.details = replace(till.details, customer=customer)
    sold = sell(till, credit=1000)
    first = sold.inspected(1)
    assert services.usual_parts(first) == {"card": 0, "credit": 1000, "cash": 999}
    services.resolve(first, handed_over_by="Till 1")
    run_tasks()

    assert services.usual_parts(sold.inspected(1, key="second")) == {"card": 0, "credit": 0, "cash": 1999}
