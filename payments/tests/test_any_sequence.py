"""Whatever happens to orders and their money, in any order and with answers that get lost: the books balance.

Hypothesis makes the sequences up, always the same ones. After every step the rules of `verify_books` hold; in the end
Stripe's own figures agree with ours, and what is paid back in the last place makes up what was paid, to the cent.
"""

import json
from contextlib import suppress
from datetime import timedelta

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config import books
from config.tests.helpers import run_tasks
from orders.models import OrderLine
from payments import gateway, services
from payments.models import Payment
from payments.services import refunding, settling
from payments.tests.conftest import Stripe, make_till
from shop.tests.factories import VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES, STEPS, MOST_ORDERS = 14, 14, 3
# How an answer gets lost: broken before the work or after it, a 500 in place of an answer, that 500 for ever.
POSTS = (
    "POST /v1/payment_intents/{id}/capture",
    "POST /v1/payment_intents/{id}/cancel",
    "POST /v1/refunds",
)
LOSSES = ("reset_before", "reset_after", "error_500", "error_500_after", "saved_500", "saved_500_after")
LOSS = st.sampled_from([*[""] * 3, *LOSSES])
SETTLED = ("captured", "part_refunded")
WHICH = st.integers(0, MOST_ORDERS - 1)
NOES = (services.PaymentError, gateway.GatewayError)


class AnySequence(RuleBasedStateMachine):
    """A shop with one kind of mug, its customers, its staff, and Stripe."""

    stripe: Stripe

    def __init__(self) -> None:
        super().__init__()
        self.stripe.simulator.reset()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.mug = VariantFactory(stock=20, price=1999)
        self.acts = 0

    def key(self) -> str:
        self.acts += 1
        return f"act {self.acts}"

    def attempt(self, act, *given, loss="", **more):
        """Do it; an expected no is an answer like any other. The books balance afterwards.

        `loss` befalls the first answer to a POST; a broken connection is tried again once by itself, so it takes two.
        """
        if loss:
            for endpoint in POSTS:
                self.stripe.fault(endpoint, loss, times=2 if loss.startswith("reset") else 1)
        with suppress(NOES):
            act(*given, **more)
        self.stripe.simulator.faults.clear()
        found = books.verify(books.rules_up_to("payments")).violations
        assert found == [], [violation.sentence for violation in found]

    # --- customers ----------------------------------------------------------------------------------
    @initialize(quantity=st.integers(2, 3), settled=st.booleans())
    def first_order(self, quantity, settled):
        self.place(quantity, comes_back=True)
        if settled:
            self.settle(0, percent=100, loss="")

    @precondition(lambda self: Payment.objects.count() < MOST_ORDERS)
    @rule(quantity=st.integers(1, 3), comes_back=st.booleans())
    def place(self, quantity, comes_back):
        """Order and pay; the shop hears of it at once, or when an event or reconciliation tells it."""
        try:
            payment = make_till(mug=self.mug, quantity=quantity).start()
        except NOES:
            return
        self.stripe.pay(payment)
        if comes_back:
            self.attempt(services.prove_payment, payment)

    # --- staff --------------------------------------------------------------------------------------
    @precondition(lambda self: among("authorised"))
    @rule(which=WHICH, percent=st.sampled_from([1, 33, 60, 100, 110]), loss=LOSS)
    def settle(self, which, percent, loss):
        payment = one_of(which, "authorised")
        most = services.most_to_settle(payment) if payment.order else payment.authorised
        self.attempt(services.settle, payment, amount=most * percent // 100, loss=loss)

    @precondition(lambda self: among("authorised"))
    @rule(which=WHICH, loss=LOSS)
    def release(self, which, loss):
        self.attempt(services.release, one_of(which, "authorised"), loss=loss)

    @precondition(lambda self: among(*SETTLED, "authorised"))
    @rule(which=WHICH, pieces=st.integers(1, 3), loss=LOSS)
    def ship(self, which, pieces, loss):
        if order := one_of(which, *SETTLED, "authorised").order:
            self.attempt(services.ship_order, order, {1: pieces}, key=self.key(), loss=loss)

    @precondition(lambda self: among(*SETTLED, "authorised"))
    @rule(which=WHICH, pieces=st.sampled_from([None, 1, 1, 2, 3]), loss=LOSS)
    def cancel(self, which, pieces, loss):
        if order := one_of(which, *SETTLED, "authorised").order:
            wanted = None if pieces is None else {1: pieces}
            self.attempt(
                services.cancel_order, order, key=self.key(), reason="Not wanted.", pieces=wanted, loss=loss
            )

    @precondition(lambda self: among(*SETTLED))
    @rule(which=WHICH, percent=st.sampled_from([1, 33, 60, 100, 110]), loss=LOSS)
    def refund(self, which, percent, loss):
        payment = one_of(which, *SETTLED)
        amount = services.refundable(payment) * percent // 100
        self.attempt(services.refund, payment, amount=amount, cause=self.key(), loss=loss)

    @rule(which=WHICH, act=st.sampled_from(["settle", "release", "refund"]))
    def try_whatever_it_is(self, which, act):
        """Most often it is not possible."""
        payment = one_of(which)
        if payment and act == "release":
            self.attempt(services.release, payment)
        elif payment:
            more = {"cause": self.key()} if act == "refund" else {}
            self.attempt(getattr(services, act), payment, amount=700, **more)

    # --- Stripe and the banks -----------------------------------------------------------------------
    @precondition(lambda self: among("authorised"))
    @rule(which=WHICH)
    def lapse(self, which):
        self.stripe.control(f"payment_intents/{one_of(which, 'authorised').intent_id}/lapse")

    @precondition(lambda self: among(*SETTLED))
    @rule(which=WHICH)
    def refund_in_the_dashboard(self, which):
        with suppress(gateway.GatewayError):
            gateway.refund_intent(one_of(which, *SETTLED).intent_id, 500, key=self.key())

    @rule(which=st.integers(0, 40), times=st.integers(1, 2))
    def deliver(self, which, times):
        """An event comes: any that there ever was, so late, twice and in any order."""
        store = self.stripe.simulator.store
        with store.lock:
            told = store.db.execute("SELECT doc FROM events ORDER BY seq").fetchall()
        if not told:
            return
        event = gateway.stored_event(json.loads(told[which % len(told)][0]))
        for _ in range(times):
            self.attempt(services.record_event, event)

    @rule(is_late=st.booleans())
    def reconcile(self, is_late):
        """`is_late`: so long after that what Stripe does not know of has not happened."""
        with pytest.MonkeyPatch.context() as patch:
            for room in (settling, refunding) if is_late else ():
                patch.setattr(room, "UNANSWERED_AFTER", -timedelta(minutes=2))
            services.reconcile()
        self.attempt(lambda: None)

    # --- the end ------------------------------------------------------------------------------------
    def teardown(self):
        try:
            self.reconcile(is_late=True)
            self.agree_with_stripe()
            for payment in Payment.objects.filter(captured__gt=0):
                self.pay_all_back(payment)
            self.attempt(run_tasks)
            self.agree_with_stripe()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def agree_with_stripe(self):
        assert not services.unknown().exists()
        for payment in Payment.objects.exclude(intent_id=None):
            intent = gateway.retrieve_intent(payment.intent_id)
            back = [each.amount for each in gateway.list_refunds(intent.id) if each.status == "succeeded"]
            status = "requires_capture" if payment.state == "authorised" else intent.status
            assert (payment.captured, payment.refunded, status) == (intent.received, sum(back), intent.status)

    def pay_all_back(self, payment):
        """After any parts, the rest: together exactly what was paid."""
        if left := services.refundable(payment):
            services.refund(payment, amount=left, cause="the rest")
        payment.refresh_from_db()
        assert (payment.refunded, payment.state) == (payment.captured, "refunded")
        assert sum(row.amount for row in payment.refunds.filter(state="succeeded")) == payment.captured
        assert all(line.shipped + line.cancelled <= line.quantity for line in OrderLine.objects.all())


def among(*states):
    """Whether there is any payment in one of these states."""
    return Payment.objects.filter(state__in=states).exists()


def one_of(which, *states):
    """One of those payments, or of all, if no state is given."""
    rows = Payment.objects.select_related("checkout", "order").order_by("pk")
    rows = list(rows.filter(state__in=states) if states else rows)
    return rows[which % len(rows)] if rows else None


def test_any_sequence_of_acts_faults_and_events_leaves_books_that_balance(stripe, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8  # no answer gets lost but those that are meant to

    class Here(AnySequence):
        pass

    Here.stripe = stripe
    run_state_machine_as_test(
        Here,
        settings=hypothesis.settings(
            derandomize=True,
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
