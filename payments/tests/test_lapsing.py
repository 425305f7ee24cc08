"""Holds that are about to lapse: settled or released by the clock if the shop is set so, once, and told."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings as shop_settings
from django.utils import timezone

from config import periodic
from orders import services as orders
from orders.models import OrderHold
from payments import gateway, services
from payments.models import Finding, Payment, PaymentEvent
from payments.services import lapsing
from payments.tests.test_settling_races import at_once

pytestmark = pytest.mark.django_db
CAPTURE = "POST /v1/payment_intents/{id}/capture"


def hold(stripe, till, hours):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    payment.capture_before = timezone.now() + timedelta(hours=hours)
    payment.save(update_fields=["capture_before"])
    return payment


@pytest.fixture
def payment(stripe, till):
    """An order over 44.88 whose hold lapses in an hour."""
    return hold(stripe, till, 1)


def figures(payment):
    payment.refresh_from_db()
    return payment.state, payment.captured, payment.voided


@pytest.mark.parametrize(
    ("policy", "after", "words"),
    [
        ("settle", ("captured", 4488, 0), "Settled by itself"),
        ("release", ("voided", 0, 4488), "Released by itself"),
        ("", ("authorised", 0, 0), ""),
    ],
)
def test_before_a_hold_lapses_the_shop_does_what_it_is_set_to(settings, payment, policy, after, words):
    settings.AUTHORISATION_AT_EXPIRY = policy

    assert services.act_before_holds_lapse() == bool(policy)
    assert services.act_before_holds_lapse() == 0

    assert figures(payment) == after
    assert PaymentEvent.objects.filter(result="requested").count() == bool(policy)
    trail = apps.get_model("accounts", "AuditEntry").objects.values_list("actor", "act")
    assert list(trail) == ([(None, f"{policy} payment by the clock")] if policy else [])
    said = [event.words for event in payment.order.events.filter(is_public=False)]
    assert len(said) == bool(policy)
    assert all(line.startswith(words) for line in said)


@pytest.mark.parametrize("hours", [13, -1])
def test_nothing_is_done_too_early_or_too_late(stripe, till, settings, hours):
    settings.AUTHORISATION_AT_EXPIRY = "settle"
    hold(stripe, till, hours)

    assert services.act_before_holds_lapse() == 0
    assert stripe.calls(CAPTURE) == 0


def test_only_what_is_still_owed_is_settled(settings, payment):
    settings.AUTHORISATION_AT_EXPIRY = "settle"
    services.cancel_order(payment.order, key="c", reason="One is enough.", pieces={1: 1})

    services.act_before_holds_lapse()

    assert figures(payment) == ("captured", 2489, 1999)


def test_an_order_on_hold_is_left_to_people(stripe, settings, payment):
    settings.AUTHORISATION_AT_EXPIRY = "settle"
    orders.hold(payment.order, OrderHold.Kind.REVIEW, why="The address looks odd.", key="review 1")

    assert services.act_before_holds_lapse() == 0

    assert stripe.calls(CAPTURE) == 0
    assert "The address looks odd" in Finding.objects.get().sentence


def test_an_answer_that_is_lost_is_not_asked_for_again(stripe, settings, payment):
    settings.AUTHORISATION_AT_EXPIRY = "settle"
    stripe.fault(CAPTURE, "reset_after", times=2)

    assert services.act_before_holds_lapse() == services.act_before_holds_lapse() == 0
    services.reconcile()

    assert figures(payment) == ("captured", 4488, 0)
    assert PaymentEvent.objects.filter(result="requested").count() == 1


def test_what_stripe_refuses_is_a_finding_and_is_tried_again_after_a_while(settings, payment, monkeypatch):
    settings.AUTHORISATION_AT_EXPIRY = "settle"
    capture = gateway.capture_intent

    def refuse(*given, **more):
        raise gateway.Refused("No captures today.")

    monkeypatch.setattr(gateway, "capture_intent", refuse)
    for _ in range(3):
        services.act_before_holds_lapse()
    assert "Stripe refused: No captures today." in Finding.objects.get().sentence
    assert PaymentEvent.objects.filter(result="requested").count() == 1

    monkeypatch.setattr(gateway, "capture_intent", capture)
    monkeypatch.setattr(lapsing, "TRY_AGAIN_AFTER", timedelta(0))
    assert services.act_before_holds_lapse() == 1
    assert figures(payment)[0] == "captured"


def test_it_comes_round_by_the_clock():
    job = periodic.jobs["act before holds lapse"]
    assert job.every <= timedelta(minutes=15)
    assert shop_settings.AUTHORISATION_AT_EXPIRY == ""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_at_once_with_a_person_who_presses_the_button_it_happens_once(settings, stripe, payment):
    settings.AUTHORISATION_AT_EXPIRY = "settle"
    settings.STRIPE_TIMEOUT_SECONDS = 8

    def press():
        services.release(Payment.objects.get(pk=payment.pk))

    ends = at_once([services.act_before_holds_lapse] * 4 + [press] * 4)

    assert set(ends) <= {"done", "CannotSettle"}
    assert PaymentEvent.objects.filter(result="requested").count() == 1
    intent = gateway.retrieve_intent(payment.intent_id)
    assert (figures(payment)[0], intent.status) in {("captured", "succeeded"), ("voided", "canceled")}


# --- settling at shipment -------------------------------------------------------------------------------
def test_where_sending_does_not_settle_it_says_so(settings, stripe, payment):
    settings.SETTLE_AT_SHIPMENT = False

    assert "goods leave the house when it is settled" in services.why_not_ship(payment.order)
    with pytest.raises(services.CannotShip, match="goods leave the house when it is settled"):
        services.ship_order(payment.order, {1: 2}, key="parcel")
    assert stripe.calls(CAPTURE) == 0

    services.settle(payment, amount=4488)
    payment.order.refresh_from_db()
    services.ship_order(payment.order, {1: 2}, key="parcel")
    payment.order.refresh_from_db()
    assert payment.order.fulfilment_state == "shipped"
