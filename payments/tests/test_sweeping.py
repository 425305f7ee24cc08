"""What goes round by the clock: one row that is broken never keeps the others waiting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.models import StockLevel
from orders.models import Checkout, Order
from payments import gateway, services
from payments.models import Payment, WebhookEvent
from payments.services import inbox, reconciling, start, sweeping
from payments.tests.conftest import make_till

pytestmark = pytest.mark.django_db


def broken(monkeypatch, module, name, payment):
    """Let a function fail, as a bug would, whenever it is about this payment."""
    works = getattr(module, name)

    def fails(about, *args, **kwargs):
        if payment.session_id in {getattr(about, "session_id", None), getattr(about, "id", None)}:
            raise RuntimeError("a bug")
        return works(about, *args, **kwargs)

    monkeypatch.setattr(module, name, fails)


def test_a_checkout_that_cannot_be_ended_does_not_keep_the_stock_of_others(stripe, till, monkeypatch):
    first, second = till.start(), make_till().start()
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    broken(monkeypatch, sweeping, "end_session", first)

    tally = services.expire_checkouts()

    assert (tally.seen, tally.repaired, tally.undecided) == (2, 1, 1)
    assert Checkout.objects.get(pk=second.checkout_id).state == "expired"
    assert sorted(StockLevel.objects.values_list("reserved", flat=True)) == [0, 2]


def test_a_session_that_cannot_be_booked_does_not_keep_other_orders_from_being_placed(
    stripe, till, monkeypatch
):
    first, second = till.start(), make_till().start()
    for payment in (first, second):
        stripe.pay(payment)
    broken(monkeypatch, reconciling, "examine", first)

    tally = services.reconcile()

    assert (tally.seen, tally.repaired, tally.undecided) == (2, 1, 1)
    assert Order.objects.get().payment == second


def test_an_event_that_cannot_be_decided_does_not_keep_those_behind_it(stripe, till, monkeypatch):
    payment = till.start()
    stripe.pay(payment)
    session = {"object": "checkout.session", "id": payment.session_id, "metadata": {}}
    good = {
        "id": "evt_2",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": session},
    }
    for name, body in (("evt_1", {"nonsense": True}), ("evt_2", good)):
        WebhookEvent.objects.create(
            event_id=name, kind="checkout.session.completed", object_id="x", body=body
        )

    rows = inbox.undecided_events(older_than=timezone.now() + timedelta(minutes=1))
    assert [inbox.act_again(row) for row in rows] == [False, True]

    assert Order.objects.get().payment == payment


def test_of_two_tabs_at_once_none_is_led_to_what_it_did_not_agree_to(stripe, till, monkeypatch):
    """The other tab's checkout, with another address, is opened between our look and our insert."""
    details = till.details
    elsewhere = type(details)(
        details.email,
        {**details.shipping_address, "city": "Potsdam"},
        details.billing_address,
        details.method_id,
    )
    opened = start._open

    def open_after_the_other(cart, mine, quote, credit, **how):
        monkeypatch.setattr(start, "_open", opened)
        services.start_payment(cart, elsewhere, agreed=quote.fingerprint)
        return opened(cart, mine, quote, credit, **how)

    monkeypatch.setattr(start, "_open", open_after_the_other)
    with pytest.raises(services.ProviderAway):
        till.start()

    other = Payment.objects.get()
    assert other.checkout.shipping_address["city"] == "Potsdam"
    assert gateway.retrieve_session(other.session_id).status == "expired"
    again = till.start()
    assert again.checkout.shipping_address["city"] == details.shipping_address["city"]


@pytest.mark.parametrize(("end", "state"), [("lapse", "expired"), ("capture", "captured")])
def test_an_authorisation_of_long_ago_whose_end_nobody_told_is_asked_for(stripe, till, end, state):
    """Holds end after seven days; sessions are walked for three."""
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    if end == "lapse":
        stripe.control(f"payment_intents/{payment.intent_id}/lapse")
    else:
        gateway.calls.call(lambda client: client.payment_intents.capture(payment.intent_id))

    assert services.reconcile(since=timedelta(seconds=-60)).repaired == 0
    Payment.objects.update(capture_before=timezone.now() - timedelta(hours=1))
    assert services.reconcile(since=timedelta(seconds=-60)).repaired == 1

    payment.refresh_from_db()
    assert payment.state == state
    assert Order.objects.get().payment_state == state
    assert services.reconcile(since=timedelta(seconds=-60)).repaired == 0
