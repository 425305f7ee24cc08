"""Many hands at one payment: what they get together is never more than there is, at Stripe as in the books."""

import threading
from collections import Counter

import pytest
from django.db import close_old_connections, connection

from accounts.tests.factories import UserFactory
from orders.models import Order
from payments import gateway, services
from payments.models import Payment, PaymentEvent, Refund
from payments.services import refunding, settling

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(acts):
    """Do them all in threads of their own; what became of each: "done", or the name of its error."""
    gate, ends = threading.Barrier(len(acts)), []

    def run(act):
        gate.wait()
        try:
            act()
            ends.append("done")
        except Exception as error:
            ends.append(type(error).__name__)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


@pytest.fixture
def payment(stripe, till, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment)


def fresh(payment):
    return Payment.objects.select_related("checkout", "order").get(pk=payment.pk)


def test_of_twenty_that_settle_one_does(payment):
    ends = at_once([lambda: services.settle(fresh(payment), amount=4488)] * 20)

    assert ends == {"done": 1, "CannotSettle": 19}
    assert fresh(payment).captured == 4488
    assert PaymentEvent.objects.filter(kind="capture", result="requested").count() == 1


def test_of_settling_and_releasing_one_wins_everywhere(payment):
    ends = at_once(
        [lambda: services.settle(fresh(payment), amount=4488)] * 8
        + [lambda: services.release(fresh(payment))] * 8
    )

    after, intent = fresh(payment), gateway.retrieve_intent(payment.intent_id)
    assert ends == {"done": 1, "CannotSettle": 15}
    assert (after.state, intent.status) in {("captured", "succeeded"), ("voided", "canceled")}
    assert after.order.payment_state == after.state
    assert after.captured + after.voided == 4488


@pytest.mark.broken_books
def test_without_the_lock_and_the_look_for_requests_under_way_stripe_is_asked_twice(payment, monkeypatch):
    """The control: the same crowd, with what keeps it in line taken away."""
    monkeypatch.setattr(settling, "lock", fresh)
    monkeypatch.setattr(settling, "why_not", lambda payment, **_: "")
    ends = at_once(
        [lambda: services.settle(fresh(payment), amount=4488)] * 8
        + [lambda: services.release(fresh(payment))] * 8
    )

    asked = PaymentEvent.objects.filter(result="requested", kind__in=["capture", "void"]).count()
    assert asked > 1, ends


def test_of_twenty_refunds_of_a_fifth_each_five_succeed(payment):
    services.settle(payment, amount=4488)
    fifth = 4488 // 5

    ends = at_once(
        [
            lambda number=number: services.refund(fresh(payment), amount=fifth, cause=f"refund {number}")
            for number in range(20)
        ]
    )

    assert ends == {"done": 5, "CannotRefund": 15}
    assert (
        fresh(payment).refunded
        == 5 * fifth
        == sum(seen.amount for seen in gateway.list_refunds(payment.intent_id))
    )


def test_of_twenty_refunds_for_one_cause_one_is_made(payment):
    services.settle(payment, amount=4488)

    ends = at_once([lambda: services.refund(fresh(payment), amount=100, cause="return 7")] * 20)

    assert ends == {"done": 20}
    assert [seen.amount for seen in gateway.list_refunds(payment.intent_id)] == [100]


@pytest.mark.postgres
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite lets one write at a time, lock or not."
)
@pytest.mark.parametrize(
    ("walls", "asked"), [("name", 1), pytest.param("none", 6, marks=pytest.mark.broken_books)]
)
def test_without_the_lock_the_name_of_a_refund_lets_one_through_and_without_both_all_are_asked_for(
    payment, monkeypatch, walls, asked
):
    """The control: six who have all seen that everything may be paid back."""
    services.settle(payment, amount=4488)
    monkeypatch.setattr(refunding, "lock", fresh)
    meet, look = threading.Barrier(6), refunding.refundable
    monkeypatch.setattr(refunding, "refundable", lambda *asked: (look(*asked), meet.wait(20))[0])
    create = (
        Refund.objects.create
    )  # by then all six have counted how many refunds there are, which names theirs
    monkeypatch.setattr(Refund.objects, "create", lambda **given: (meet.wait(20), create(**given))[1])
    if walls == "none":
        monkeypatch.setattr(refunding, "write_request", write_under_any_name)

    at_once([lambda n=n: services.refund(fresh(payment), amount=4488, cause=f"refund {n}") for n in range(6)])

    assert PaymentEvent.objects.filter(kind="refund", result="requested").count() == asked


def write_under_any_name(payment, amount, *, cause, reason, by, goods):
    row = Refund.objects.create(payment=payment, amount=amount, operation=cause, cause=cause)
    refunding.write_result(row, PaymentEvent.Result.REQUESTED)
    return row


def test_of_twenty_refunds_of_a_fifth_each_to_card_credit_and_cash_five_succeed(payment):
    customer = UserFactory()
    Order.objects.update(customer=customer)
    services.settle(payment, amount=4488)
    fifth, ways = 4488 // 5, ["card", "credit", "cash", "credit"]

    def one(number):
        services.refund(
            fresh(payment), amount=fifth, cause=f"{number}", method=ways[number % 4], handed_over_by="Kim"
        )

    ends = at_once([lambda number=number: one(number) for number in range(20)])

    after = fresh(payment)
    to_card = sum(seen.amount for seen in gateway.list_refunds(payment.intent_id))
    in_cash = sum(row.amount for row in Refund.objects.filter(method="cash"))
    assert ends == {"done": 5, "CannotRefund": 15}
    assert after.refunded == 5 * fifth == to_card + in_cash + services.balance_of(customer.pk)
