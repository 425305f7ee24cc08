"""Settling and releasing: within what was authorised, once, and never in doubt for long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.tests.helpers import run_tasks
from orders.models import Invoice, Order
from payments import gateway, services
from payments.models import Payment, PaymentEvent
from payments.services import settling

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(stripe, till):
    """An order over 44.88, authorised."""
    return ordered(stripe, till)


def ordered(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment)


def figures(payment):
    payment.refresh_from_db()
    return payment.state, payment.authorised, payment.captured, payment.voided


def lines(payment, kind):
    return list(
        PaymentEvent.objects.filter(payment=payment, kind=kind).values_list("result", "amount", "operation")
    )


def status_at_stripe(payment):
    intent = gateway.retrieve_intent(payment.intent_id)
    return intent.status, intent.received


def test_the_whole_amount_is_settled(payment):
    services.settle(payment, amount=4488)

    assert figures(payment) == ("captured", 4488, 4488, 0)
    assert status_at_stripe(payment) == ("succeeded", 4488)
    operation = f"capture-{payment.checkout.number}-1"
    assert lines(payment, "capture") == [("requested", 4488, operation), ("succeeded", 4488, operation)]
    assert Order.objects.get().payment_state == "captured"


def test_a_smaller_amount_releases_the_rest_and_credits_it(payment):
    run_tasks()

    services.settle(payment, amount=3000)
    run_tasks()

    assert figures(payment) == ("captured", 4488, 3000, 1488)
    assert status_at_stripe(payment) == ("succeeded", 3000)
    assert Order.objects.get().payment_state == "part_captured"
    assert list(Invoice.objects.order_by("pk").values_list("kind", "total")) == [
        ("invoice", 4488),
        ("credit_note", 1488),
    ]


@pytest.mark.parametrize("amount", [-1, 0, 4489, 10**9])
def test_no_more_than_was_authorised_and_no_less_than_a_cent(stripe, payment, amount):
    with pytest.raises(services.CannotSettle, match=r"Between €0\.01 and €44\.88 can be settled"):
        services.settle(payment, amount=amount)

    assert stripe.calls("POST /v1/payment_intents/{id}/capture") == 0
    assert lines(payment, "capture") == []


def test_a_payment_is_settled_once(payment):
    services.settle(payment, amount=3000)

    with pytest.raises(services.CannotSettle, match="only an authorised one"):
        services.settle(payment, amount=1488)

    assert figures(payment) == ("captured", 4488, 3000, 1488)


def test_nothing_is_settled_after_the_bank_let_go(stripe, payment):
    Payment.objects.update(capture_before=timezone.now() - timedelta(seconds=1))

    with pytest.raises(services.CannotSettle, match="has lapsed"):
        services.settle(payment, amount=4488)

    assert stripe.calls("POST /v1/payment_intents/{id}/capture") == 0


def test_a_release_lets_go_of_all_and_credits_the_invoice(payment):
    run_tasks()

    services.release(payment)
    run_tasks()

    assert figures(payment) == ("voided", 4488, 0, 4488)
    assert status_at_stripe(payment)[0] == "canceled"
    assert [result for result, *_ in lines(payment, "void")] == ["requested", "succeeded"]
    assert Invoice.objects.get(kind="credit_note").total == 4488


def test_what_was_released_cannot_be_settled(payment):
    services.release(payment)

    with pytest.raises(services.CannotSettle, match="only an authorised one"):
        services.settle(payment, amount=4488)


@pytest.mark.parametrize("act", ["settle", "release"])
def test_an_answer_that_is_lost_is_asked_for_and_booked_once(stripe, payment, act):
    endpoint = {"settle": "capture", "release": "cancel"}[act]
    stripe.fault(f"POST /v1/payment_intents/{{id}}/{endpoint}", "reset_after", times=2)

    with pytest.raises(services.Undecided):
        services.settle(payment, amount=4488) if act == "settle" else services.release(payment)
    assert figures(payment)[0] == "authorised"
    with pytest.raises(services.CannotSettle, match="has not answered yet"):
        services.settle(payment, amount=4488)

    services.reconcile()
    services.reconcile()

    assert figures(payment)[0] == {"settle": "captured", "release": "voided"}[act]
    kind = {"settle": "capture", "release": "void"}[act]
    assert [result for result, *_ in lines(payment, kind)] == ["requested", "succeeded"]


def test_a_request_that_never_reached_stripe_fails_after_a_while_and_may_be_made_anew(
    stripe, payment, monkeypatch
):
    stripe.fault("POST /v1/payment_intents/{id}/capture", "reset_before", times=2)
    with pytest.raises(services.Undecided):
        services.settle(payment, amount=4488)

    assert services.reconcile().undecided == 1
    monkeypatch.setattr(settling, "UNANSWERED_AFTER", timedelta(0))
    services.reconcile()
    services.settle(payment, amount=4488)

    assert figures(payment) == ("captured", 4488, 4488, 0)
    number = payment.checkout.number
    assert lines(payment, "capture") == [
        ("requested", 4488, f"capture-{number}-1"),
        ("failed", 4488, f"capture-{number}-1"),
        ("requested", 4488, f"capture-{number}-2"),
        ("succeeded", 4488, f"capture-{number}-2"),
    ]


def test_what_stripe_s_dashboard_did_meanwhile_is_booked_and_told(payment):
    gateway.cancel_intent(payment.intent_id, key="by hand")

    with pytest.raises(services.CannotSettle, match="It was released before"):
        services.settle(payment, amount=4488)

    assert figures(payment) == ("voided", 4488, 0, 4488)
    assert [result for result, *_ in lines(payment, "capture")] == ["requested", "failed"]


def test_what_was_settled_in_stripe_s_dashboard_is_not_released(payment):
    gateway.capture_intent(payment.intent_id, 4488, key="by hand")

    with pytest.raises(services.CannotSettle, match="It was settled before"):
        services.release(payment)

    assert figures(payment) == ("captured", 4488, 4488, 0)


def test_a_payment_without_an_order_is_left_to_itself(payment):
    payment.order = None

    assert "goes back by itself" in services.why_not(payment)
