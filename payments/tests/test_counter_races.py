"""At the counter at once: one order, money taken once, and never both taken and cancelled."""

from dataclasses import replace
from functools import partial

import pytest

from config import books
from config.tests.helpers import run_tasks
from orders.models import Order, ShippingMethod
from payments import services
from payments.models import Payment, PaymentEvent
from payments.tests.conftest import make_till
from payments.tests.test_counter import press, switch
from payments.tests.test_settling_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def till():
    switch(on=True)
    till = make_till()
    method = ShippingMethod.objects.create(name="Collect in the shop", flat_price=0, is_collection=True)
    till.details = replace(till.details, method_id=method.pk)
    return till


def test_of_many_presses_one_becomes_an_order(till):
    agreed = till.quote.fingerprint

    def order():
        services.start_payment(till.cart, till.details, agreed=agreed, at_counter=True)

    ends = at_once([order] * 6)

    assert ends["done"] == 1
    assert Order.objects.count() == 1
    run_tasks()
    assert books.verify().violations == []


def test_of_carts_of_one_mailbox_no_more_are_ordered_than_it_may_owe(till, settings):
    settings.COUNTER_MOST = 3998
    tills = [till]
    for email in ("Buyer@example.org", "buyer@example.org", "BUYER@example.org"):
        other = make_till(mug=till.mug)
        tills.append(replace(other, details=replace(till.details, email=email)))
    agreed = till.quote.fingerprint

    def order(till):
        services.start_payment(till.cart, till.details, agreed=agreed, at_counter=True)

    ends = at_once([partial(order, each) for each in tills])

    assert ends == {"done": 1, "CounterRefused": 3}
    assert Order.objects.count() == 1
    run_tasks()
    assert books.verify().violations == []


def test_the_money_is_taken_once(till):
    payment = press(till)

    ends = at_once([lambda: services.counter.take(payment, amount=3998, taken_in="cash")] * 6)

    assert ends == {"done": 1, "CannotTake": 5}
    assert PaymentEvent.objects.filter(kind="capture").count() == 1


def test_what_is_paid_and_cancelled_at_once_ends_as_one_of_them(till):
    payment = press(till)

    at_once(
        [
            lambda: services.counter.take(payment, amount=3998, taken_in="cash"),
            lambda: services.cancel_order(payment.order, key="c", reason="No.", by_customer=True),
        ]
    )

    payment = Payment.objects.select_related("order").get()
    assert (payment.state, payment.order.state) in {("captured", "placed"), ("voided", "cancelled")}
    run_tasks()
    assert books.verify().violations == []
