"""Refunds to the card: never more than was settled, each cause once, booked as Stripe says, whatever it says later."""

import random
from datetime import timedelta

import pytest

from config.tests.helpers import run_tasks
from orders.models import Invoice, Order
from payments import gateway, services
from payments.models import Finding, Payment, PaymentEvent, Refund
from payments.services import refunding
from payments.tests.test_inbox import deliver, events_of  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(stripe, till):
    return settled(stripe, till)


def settled(stripe, till, **card):
    """An order over 44.88, authorised and settled."""
    payment = till.start()
    stripe.pay(payment, **card)
    services.prove_payment(payment)
    return services.settle(Payment.objects.get(pk=payment.pk), amount=4488)


def figures(payment):
    payment.refresh_from_db()
    return payment.state, payment.refunded, services.refundable(payment)


def results(row):
    return list(PaymentEvent.objects.filter(operation=row.operation).values_list("result", flat=True))


def test_a_part_is_paid_back_and_credited(payment):
    run_tasks()

    row = services.refund(payment, amount=1000, cause="scratched")
    run_tasks()

    assert (row.state, results(row)) == ("succeeded", ["requested", "succeeded"])
    assert figures(payment) == ("part_refunded", 1000, 3488)
    assert Order.objects.get().payment_state == "part_refunded"
    assert Invoice.objects.get(kind="credit_note").total == 1000
    assert "€10.00 refunded to the card." in [event.said for event in Order.objects.get().events.all()]


def test_all_is_paid_back_in_parts(payment):
    for number, amount in enumerate((1000, 2000, 1488)):
        services.refund(payment, amount=amount, cause=f"part {number}")

    assert figures(payment) == ("refunded", 4488, 0)
    assert Order.objects.get().payment_state == "refunded"
    assert [seen.amount for seen in gateway.list_refunds(payment.intent_id)] == [1000, 2000, 1488]


def test_the_same_cause_is_refunded_once(stripe, payment):
    first = services.refund(payment, amount=1000, cause="return 7")
    second = services.refund(payment, amount=1000, cause="return 7")

    assert first == second
    assert stripe.calls("POST /v1/refunds") == 1


@pytest.mark.parametrize("amount", [-5, 0, 4489, 10**10])
def test_no_more_than_was_settled(stripe, payment, amount):
    with pytest.raises(services.CannotRefund, match=r"At most €44\.88"):
        services.refund(payment, amount=amount, cause="greed")

    assert stripe.calls("POST /v1/refunds") == 0
    assert not Refund.objects.exists()


def test_what_was_only_authorised_is_not_refunded(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)

    with pytest.raises(services.CannotRefund, match="Nothing was settled"):
        services.refund(payment, amount=1, cause="early")


def test_a_pending_refund_counts_until_it_is_through(stripe, till):
    payment = settled(stripe, till, card="4000000000007726")

    row = services.refund(payment, amount=4000, cause="slow")
    assert (row.state, figures(payment)) == ("pending", ("captured", 0, 488))
    with pytest.raises(services.CannotRefund, match=r"At most €4\.88"):
        services.refund(payment, amount=489, cause="more")
    stripe.control("clock", advance=86_400)
    services.reconcile()

    row.refresh_from_db()
    assert (row.state, figures(payment)) == ("succeeded", ("part_refunded", 4000, 488))


def test_a_refund_that_fails_later_is_taken_back_reported_and_may_be_made_anew(stripe, till):
    payment = settled(stripe, till, card="4000000000005126")
    row = services.refund(payment, amount=4488, cause="return 7")
    assert figures(payment) == ("refunded", 4488, 0)

    stripe.control("clock", advance=86_400)
    services.look(payment)

    row.refresh_from_db()
    assert (row.state, row.failure) == ("failed", "expired_or_canceled_card")
    assert results(row) == ["requested", "succeeded", "failed"]
    assert figures(payment) == ("captured", 0, 4488)
    assert Order.objects.get().payment_state == "captured"
    assert "the customer has not got the money" in Finding.objects.get().sentence
    again = services.refund(payment, amount=4488, cause="return 7")
    assert again.operation != row.operation


def test_what_was_paid_back_in_the_dashboard_is_booked_once(payment):
    gateway.refund_intent(payment.intent_id, 700, key="by hand")

    services.look(payment)
    services.look(payment)

    row = Refund.objects.get()
    assert (row.amount, row.is_external, results(row)) == (700, True, ["requested", "succeeded"])
    assert figures(payment) == ("part_refunded", 700, 3788)


@pytest.mark.parametrize("fault", ["reset_after", "reset_before"])
def test_an_answer_that_is_lost_is_found_in_stripe_s_list(stripe, payment, fault, monkeypatch):
    stripe.fault("POST /v1/refunds", fault, times=2)
    with pytest.raises(services.Undecided):
        services.refund(payment, amount=1000, cause="return 7")
    assert services.refundable(payment) == 3488

    monkeypatch.setattr(refunding, "UNANSWERED_AFTER", timedelta(0))
    services.reconcile()

    row = Refund.objects.get()
    if fault == "reset_after":
        assert (row.state, figures(payment)) == ("succeeded", ("part_refunded", 1000, 3488))
    else:
        assert (row.state, figures(payment)) == ("failed", ("captured", 0, 4488))
        assert services.refund(payment, amount=1000, cause="return 7").state == "succeeded"


def test_a_refund_that_turns_up_after_it_was_given_up_is_booked_and_counts(payment, monkeypatch):
    monkeypatch.setattr(refunding, "UNANSWERED_AFTER", timedelta(0))
    with monkeypatch.context() as slow:
        slow.setattr(gateway, "refund_intent", unanswered)
        with pytest.raises(services.Undecided):
            services.refund(payment, amount=1000, cause="scratched")
    row = Refund.objects.get()
    assert refunding.follow_up(row)
    assert figures(payment) == ("captured", 0, 4488)

    gateway.refund_intent(payment.intent_id, 1000, key=row.operation)  # the request arrives after all
    for _again in range(2):
        refunding.look(payment)

    assert figures(payment) == ("part_refunded", 1000, 3488)
    assert [each.state for each in Refund.objects.all()] == ["failed", "succeeded"]


def unanswered(*args, **kwargs):
    raise gateway.Unclear("No answer.")


def test_the_events_of_a_refund_in_any_order_and_twice_change_nothing_more(payment, deliver):  # noqa: F811
    services.refund(payment, amount=1000, cause="scratched")
    events = events_of(payment) * 2
    random.Random(7).shuffle(events)

    assert {deliver(event).status_code for event in events} == {204}

    assert figures(payment) == ("part_refunded", 1000, 3488)
    assert Refund.objects.count() == 1


def test_an_event_brings_a_refund_of_the_dashboard(payment, deliver):  # noqa: F811
    gateway.refund_intent(payment.intent_id, 700, key="by hand")
    (news,) = [event for event in events_of(payment) if event["type"] == "refund.created"]

    deliver(news)

    assert figures(payment) == ("part_refunded", 700, 3788)


def test_stripe_s_refusal_ends_the_request_and_says_why(stripe, payment):
    stripe.control("disputes", payment_intent=payment.intent_id)

    with pytest.raises(services.CannotRefund, match="charged back"):
        services.refund(payment, amount=1000, cause="scratched")

    assert (Refund.objects.get().state, figures(payment)) == ("failed", ("captured", 0, 4488))
