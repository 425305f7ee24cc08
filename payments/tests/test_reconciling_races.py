"""Several reconciliations and webhooks at once: each thing is booked once, and no finding is left behind."""

import pytest
from django.db.models import Count

from orders.models import Order, OrderEvent
from payments import gateway, services
from payments.models import Dispute, Finding, Payment, PaymentEvent, Refund
from payments.services.comparing import ask, book
from payments.services.reconciling import examine
from payments.tests.test_refunding import settled
from payments.tests.test_settling_races import at_once, fresh

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def payment(stripe, till, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    return settled(stripe, till)


def test_two_reconciliations_at_once_place_one_order_and_leave_no_finding_open(stripe, till, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    payment = till.start()
    stripe.pay(payment)

    ends = at_once([services.reconcile] * 2)

    assert ends == {"done": 2}
    assert Order.objects.get().payment == fresh(payment)
    assert not Finding.objects.filter(resolved_at=None).exists()


def test_a_dispute_and_a_refund_of_which_many_hear_at_once_are_booked_once(stripe, payment):
    gateway.refund_intent(payment.intent_id, 700, key="by hand")
    name = stripe.control("disputes", payment_intent=payment.intent_id, amount=1000)["id"]
    stripe.control(f"disputes/{name}/decide", won=False)
    facts = ask(fresh(payment))

    ends = at_once(
        [lambda: book(fresh(payment), facts)] * 3
        + [lambda: services.follow_dispute(fresh(payment), name)] * 3
        + [lambda: examine(fresh(payment), repair=True)] * 2
    )

    assert ends == {"done": 8}
    after = fresh(payment)
    assert (after.refunded, after.disputed) == (700, 1000)
    assert (Refund.objects.count(), Dispute.objects.count()) == (1, 1)
    assert list(PaymentEvent.objects.filter(kind="dispute").values_list("result", flat=True)) == [
        "requested",
        "succeeded",
    ]
    twice = OrderEvent.objects.values("words", "order").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
    assert Payment.objects.get().order.holds.count() == 1
