"""Whatever becomes of Stripe's answer to a request that moves money: one effect there, and books that agree.

Every request is asked in every way in which its answer can get lost, by somebody who then presses again. Stripe's own
list of what happened is the judge.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from config import books
from orders.models import Order
from payments import gateway, services
from payments.models import Payment
from payments.services import settling
from payments.services.ledger import undecided
from payments.tests.conftest import Stripe, Till

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
A_DAY_AND_AN_HOUR = 25 * 3600
# Seconds: short enough to be waited for, and longer than the moment in which a broken connection is tried again.
SHORT, LONG = 0.7, 8


class Act:
    """One thing that Stripe is asked for, and how often it happened there."""

    endpoint = ""
    happened = ""

    def __init__(self, stripe: Stripe, till: Till):
        self.stripe, self.till = stripe, till
        self.prepare()

    def prepare(self) -> None:
        payment = self.till.start()
        self.stripe.pay(payment)
        self.payment = services.prove_payment(payment)

    def press(self) -> None:
        raise NotImplementedError

    def outcome(self) -> tuple[object, ...]:
        self.payment.refresh_from_db()
        row = self.payment
        return row.state, row.captured, row.voided, row.refunded


class Capture(Act):
    endpoint = "POST /v1/payment_intents/{id}/capture"
    happened = "charge.captured"
    ends = ("captured", 4488, 0, 0)

    def press(self) -> None:
        services.settle(self.payment, amount=4488)


class Void(Act):
    endpoint = "POST /v1/payment_intents/{id}/cancel"
    happened = "payment_intent.canceled"
    ends = ("voided", 0, 4488, 0)

    def press(self) -> None:
        services.release(self.payment)


class Refund(Act):
    endpoint = "POST /v1/refunds"
    happened = "refund.created"
    ends = ("part_refunded", 4488, 0, 1000)

    def prepare(self) -> None:
        super().prepare()
        services.settle(self.payment, amount=4488)

    def press(self) -> None:
        services.refund(self.payment, amount=1000, cause="return 7")


class Create(Act):
    endpoint = "POST /v1/checkout/sessions"
    happened = "checkout.session.completed"
    ends = ("authorised", 0, 0, 0)

    def prepare(self) -> None:
        self.payment = None

    def press(self) -> None:
        services.start_payment(self.till.cart, self.till.details, agreed=self.till.quote.fingerprint)

    def outcome(self) -> tuple[object, ...]:
        """After pressing on until there is a page, and paying there."""
        self.press()
        self.payment = Payment.objects.select_related("checkout").latest("pk")
        self.stripe.pay(self.payment)
        self.payment = services.prove_payment(self.payment)
        assert Order.objects.count() == 1
        pages = Counter(
            session.status for session in gateway.list_sessions(since=self.payment.created_at - HOUR)
        )
        assert pages["complete"] == 1
        assert pages["open"] == 0
        return super().outcome()


LOSSES = ("reset", "hang", "error_500", "saved_500", "saved_500_after", "forgotten")


def lose(stripe: Stripe, endpoint: str, loss: str) -> None:
    """Have the next answer of this endpoint get lost; a broken connection is tried again once by itself."""
    kinds = {
        "reset": ("reset_after", 2),
        "forgotten": ("reset_after", 2),
        "hang": ("hang_after", 1),
        "error_500": ("error_500_after", 1),
    }
    kind, times = kinds.get(loss, (loss, 1))
    stripe.fault(endpoint, kind, times=times, seconds=60)


def reconcile_until_decided() -> None:
    """Bounded; Stripe may still be at work on a request that we have stopped waiting for."""
    for _ in range(50):
        services.reconcile()
        if not undecided().exists():
            return
    raise AssertionError(f"still undecided: {list(undecided())}")


def at_stripe(kind: str) -> int:
    def walk(client):
        return Counter(event.type for event in client.events.list({"limit": 100}).auto_paging_iter())

    return gateway.calls.call(walk)[kind]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", [Capture, Void, Refund, Create], ids=lambda kind: kind.__name__.lower())
def test_an_answer_that_is_lost_in_whatever_way_leaves_one_effect_and_books_that_agree(
    stripe, till, settings, monkeypatch, kind, loss
):
    settings.STRIPE_TIMEOUT_SECONDS = LONG
    act = kind(stripe, till)
    lose(stripe, act.endpoint, loss)

    settings.STRIPE_TIMEOUT_SECONDS = SHORT if loss == "hang" else LONG
    with pytest.raises(services.Undecided) if kind is not Create else suppress(services.ProviderAway):
        act.press()
    settings.STRIPE_TIMEOUT_SECONDS = LONG
    if loss == "forgotten":
        stripe.control("clock", advance=A_DAY_AND_AN_HOUR)
    if kind is not Create:
        press_again(act)
    if (
        loss == "saved_500"
    ):  # Stripe never did it: after a while that is certain, and it may be asked for anew
        assert at_stripe(act.happened) == 0
        monkeypatch.setattr(settling, "UNANSWERED_AFTER", timedelta(0))
        monkeypatch.setattr("payments.services.refunding.UNANSWERED_AFTER", timedelta(0))
    reconcile_until_decided()
    if loss == "forgotten":
        stripe.control("clock", offset=0)
    if loss == "saved_500" and kind is not Create:
        act.press()

    assert act.outcome() == act.ends
    assert at_stripe(act.happened) == 1
    assert act.payment.events.filter(result="succeeded", kind=KINDS[kind]).count() == 1
    assert books.verify().violations == []


KINDS = {Capture: "capture", Void: "void", Refund: "refund", Create: "authorise"}


def press_again(act: Act) -> None:
    """Whoever presses again is told to wait, or that it was asked for already; Stripe is not asked once more."""
    before, told = act.stripe.calls(act.endpoint), ""
    try:
        act.press()
    except services.PaymentError as refusal:
        told = str(refusal)
    assert not told or "has not answered yet" in told
    assert act.stripe.calls(act.endpoint) == before
