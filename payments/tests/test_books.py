"""Every rule about money, broken behind the services' backs and found."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from config import books
from config.tests.world import (
    authorised,
    balanced_world,
    book,
    contradictions,
    loosen,
    open_checkout,
    placed_order,
    sql,
    unguard,
)
from orders import services as orders
from orders.models import Invoice
from payments.models import Dispute, Finding, Payment, Refund

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]

ORDERED = "order_id IS NOT NULL"


@pytest.fixture
def world():
    """A balanced shop: €44.88 authorised for an order, and a late payment of €19.90 that was released."""
    world = balanced_world()
    assert books.verify().violations == []
    return world


def _minutes_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


# --- copies of the ledger ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "change", "besides", "words"),
    [
        (
            "payments.authorised",
            "authorised = authorised - 1",
            {"payments.order_paid"},
            "€44.87 was authorised, its events add up to €44.88",
        ),
        (
            "payments.captured",
            "captured = 100",
            {"payments.state"},
            "€1.00 was captured, its events add up to €0.00",
        ),
        ("payments.voided", "voided = 100", set(), "€1.00 was voided, its events add up to €0.00"),
        (
            "payments.refunded",
            "captured = 100, refunded = 100",
            {"payments.captured", "payments.refunds", "payments.state"},
            "€1.00 was refunded, its events add up to €0.00",
        ),
    ],
)
def test_an_amount_that_is_not_the_sum_of_its_events_is_found(world, code, change, besides, words):
    sql(f"UPDATE payments_payment SET {change} WHERE {ORDERED}")

    assert contradictions(code, besides=besides) == [f"{world.order.number}: the payment says {words}."]


@pytest.mark.parametrize("result", ["requested", "failed"])
def test_an_event_that_did_not_succeed_adds_nothing(world, result):
    book(world.payment, "capture", result, 4488)

    assert books.verify().violations == []


def test_a_refund_that_failed_after_it_had_succeeded_counts_no_more(world):
    book(world.payment, "capture", "succeeded", 4488)
    book(world.payment, "refund", "requested", 1000)
    book(world.payment, "refund", "succeeded", 1000)
    book(world.payment, "refund", "failed", 1000)

    sql(f"UPDATE payments_payment SET captured = 4488, state = 'captured' WHERE {ORDERED}")
    sql("UPDATE orders_order SET payment_state = 'captured'")

    assert books.verify().violations == []


# --- what stays within what -------------------------------------------------------------------------
@pytest.mark.parametrize("change", ["amount = amount + 1", "currency = 'usd'"])
def test_a_payment_of_another_amount_than_its_checkout_is_found(world, change):
    sql(f"UPDATE payments_payment SET {change} WHERE {ORDERED}")

    assert len(contradictions("payments.amount")) == 1


def test_more_authorised_than_was_asked_for_is_found(world):
    sql(f"UPDATE payments_payment SET amount = amount - 1 WHERE {ORDERED}")

    assert contradictions("payments.authorised_within_amount", besides={"payments.amount"}) == [
        f"{world.order.number}: €44.88 is authorised, though the payment asks for €44.87."
    ]


def test_more_captured_and_released_than_authorised_is_refused_and_found(world):
    change = f"UPDATE payments_payment SET captured = 4488, voided = 1 WHERE {ORDERED}"
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(change)
    loosen("payments_payment")

    sql(change)

    besides = {"payments.captured", "payments.voided", "payments.state"}
    assert contradictions("payments.within_authorised", besides=besides) == [
        f"{world.order.number}: €44.88 captured and €0.01 released exceed the €44.88 authorised."
    ]


def test_more_refunded_than_captured_is_refused_and_found(world):
    change = f"UPDATE payments_payment SET refunded = 1 WHERE {ORDERED}"
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(change)
    loosen("payments_payment")

    sql(change)

    besides = {"payments.refunded", "payments.refunds", "payments.state"}
    assert contradictions("payments.within_captured", besides=besides) == [
        f"{world.order.number}: €0.01 refunded and €0.00 under way are more than the €0.00 captured."
    ]


def test_a_refund_under_way_of_more_than_was_captured_is_found(world):
    book(world.payment, "refund", "requested", 100)

    assert contradictions("payments.within_captured") == [
        f"{world.order.number}: €0.00 refunded and €1.00 under way are more than the €0.00 captured."
    ]


def test_a_refund_that_the_payment_does_not_know_of_is_found(world):
    Refund.objects.create(payment=world.payment, amount=100, state="succeeded", operation="r", cause="r")

    assert contradictions("payments.refunds") == [
        f"{world.order.number}: the payment says €0.00 was refunded, its refunds add up to €1.00."
    ]


# --- states -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "state", ["pending", "captured", "part_refunded", "refunded", "voided", "expired", "failed"]
)
def test_a_state_that_the_amounts_do_not_tell_is_found(world, state):
    sql(f"UPDATE payments_payment SET state = %s WHERE {ORDERED}", state)

    assert contradictions("payments.state", besides={"payments.order_state"}) == [
        f"{world.order.number}: the payment says it is {state}, with €44.88 authorised, €0.00 captured, "
        "€0.00 released, €0.00 refunded."
    ]


@pytest.mark.parametrize(
    ("captured", "voided", "refunded", "state"),
    [
        (4488, 0, 0, "captured"),
        (4000, 488, 0, "captured"),
        (4488, 0, 1, "part_refunded"),
        (4488, 0, 4488, "refunded"),
        (0, 4488, 0, "voided"),
        (0, 4488, 0, "expired"),
    ],
)
def test_each_state_balances_with_the_amounts_that_tell_it(world, captured, voided, refunded, state):
    for kind, amount in (("capture", captured), ("void", voided), ("refund", refunded)):
        book(world.payment, kind, "succeeded", amount)
    if refunded:
        Refund.objects.create(
            payment=world.payment, amount=refunded, state="succeeded", operation="r", cause="r"
        )

    Payment.objects.filter(pk=world.payment.pk).update(
        captured=captured, voided=voided, refunded=refunded, state=state
    )
    sql("UPDATE orders_order SET payment_state = %s", state)

    assert books.verify().violations == []


@pytest.mark.parametrize(("state", "holds"), [("pending", True), ("captured", True), ("authorised", False)])
def test_where_nothing_is_to_be_paid_a_payment_is_settled_at_once(world, state, holds):
    sql("UPDATE orders_checkout SET total = 0, subtotal = 0, shipping = 0 WHERE state = 'awaiting_payment'")
    Payment.objects.create(
        checkout=world.awaiting, idempotency_key="free", currency="eur", amount=0, state=state
    )

    assert books.verify().balances is holds


@pytest.mark.parametrize("state", ["awaiting", "captured", "part_captured", "refunded", "voided"])
def test_an_order_that_says_something_else_than_its_payment_is_found(world, state):
    sql("UPDATE orders_order SET payment_state = %s", state)

    assert contradictions("payments.order_state") == [
        f"Order {world.order.number} says that its payment is {state}, but the payment is authorised."
    ]


# --- money and orders -------------------------------------------------------------------------------
def test_a_payment_that_is_booked_to_another_order_is_found(world):
    other = placed_order(world.cup, 1)

    sql(f"UPDATE payments_payment SET order_id = %s WHERE {ORDERED}", other.pk)

    besides = {"payments.order_paid", "payments.order_state"}
    assert contradictions("payments.same_checkout", besides=besides) == [
        f"The payment of checkout {world.order.number} is booked to order {other.number}, which is of checkout "
        f"{other.number}."
    ]


def test_a_second_payment_of_a_checkout_or_an_intent_is_refused(world):
    other = open_checkout(world.cup, 1, "awaiting_payment")
    another = authorised(other)
    for field in ("checkout_id", "order_id", "intent_id", "idempotency_key"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=another.pk).update(**{field: getattr(world.payment, field)})


def test_money_without_an_order_is_found(world):
    sql(f"UPDATE payments_payment SET order_id = NULL WHERE {ORDERED}")

    assert contradictions("payments.without_order", besides={"payments.order_paid"}) == [
        f"{world.order.number}: €44.88 was paid and does not go back, but there is no order and no open finding."
    ]


def test_late_money_is_found_until_it_goes_back(world):
    payment = authorised(open_checkout(world.cup, 1, "expired"))
    assert len(contradictions("payments.without_order")) == 1

    book(payment, "void", "requested", payment.authorised)

    assert books.verify().violations == []


def test_money_without_an_order_may_wait_as_an_open_finding_only(world):
    payment = authorised(open_checkout(world.cup, 1, "expired"))

    finding = Finding.objects.create(key="late 1", kind="late_money", sentence="Paid late.", payment=payment)
    assert books.verify().violations == []

    sql("UPDATE payments_finding SET resolved_at = %s WHERE id = %s", timezone.now(), finding.pk)
    assert len(contradictions("payments.without_order")) == 1


def test_an_order_that_nobody_paid_is_found(world):
    order = placed_order(world.cup, 1)

    assert contradictions("payments.order_paid") == [
        f"Order {order.number} costs €9.90, but €0.00 was ever authorised for it."
    ]


# --- what is left undecided -------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["received", "failed"])
def test_an_event_that_is_not_decided_within_five_minutes_is_found(world, state):
    change = "UPDATE payments_webhookevent SET state = %s, received_at = %s"
    sql(change, state, _minutes_ago(4))
    assert books.verify().violations == []

    sql(change, state, _minutes_ago(6))

    [sentence] = contradictions("payments.inbox")
    assert sentence.startswith(
        f"checkout.session.completed evt_{world.order.number} of cs_{world.order.number} came at "
    )
    assert sentence.endswith(f", was tried 0 times and is still {state}.")


def test_an_operation_without_a_result_after_five_minutes_is_found(world):
    book(world.payment, "capture", "requested", 100, operation="capture 1", at=_minutes_ago(4))
    assert books.verify().violations == []

    book(world.payment, "capture", "requested", 200, operation="capture 2", at=_minutes_ago(6))

    [sentence] = contradictions("payments.operations")
    assert sentence.startswith(f"{world.order.number}: the capture of €2.00 asked for at ")
    assert sentence.endswith("(capture 2) neither succeeded nor failed.")


@pytest.mark.parametrize("result", ["succeeded", "failed"])
def test_an_operation_with_a_result_is_decided_however_old(world, result):
    book(world.payment, "capture", "requested", 4488, at=_minutes_ago(600))

    book(world.payment, "capture", result, 4488)
    if result == "succeeded":
        sql(f"UPDATE payments_payment SET captured = 4488, state = 'captured' WHERE {ORDERED}")
        sql("UPDATE orders_order SET payment_state = 'captured'")

    assert books.verify().violations == []


# --- disputes ---------------------------------------------------------------------------------------
@pytest.fixture
def disputed(world):
    """The order's payment is settled, and a bank has taken 10.00 of it back."""
    book(world.payment, "capture", "succeeded", 4488)
    book(world.payment, "dispute", "requested", 1000, operation="du_1")
    sql(f"UPDATE payments_payment SET captured = 4488, disputed = 1000, state = 'captured' WHERE {ORDERED}")
    sql("UPDATE orders_order SET payment_state = 'captured'")
    world.dispute = Dispute.objects.create(
        payment=world.payment,
        stripe_id="du_1",
        amount=1000,
        reason="fraudulent",
        state="needs_response",
        opened_at=timezone.now(),
    )
    assert books.verify().violations == []
    return world


@pytest.mark.parametrize(("change", "cached"), [("disputed = 999", "9.99"), ("disputed = 0", "0.00")])
def test_disputed_money_that_the_ledger_does_not_tell_is_found(disputed, change, cached):
    sql(f"UPDATE payments_payment SET {change} WHERE {ORDERED}")

    assert contradictions("payments.disputed") == [
        f"{disputed.order.number}: the payment says €{cached} is disputed or lost, its ledger says €10.00."
    ]


@pytest.mark.parametrize("state", ["lost", "won", "prevented", "warning_closed"])
def test_a_dispute_that_the_ledger_tells_otherwise_is_found(disputed, state):
    sql("UPDATE payments_dispute SET state = %s", state)

    assert contradictions("payments.disputes") == [
        f"{disputed.order.number}: dispute du_1 of €10.00 is {state}, but the ledger says: taken."
    ]


def test_a_dispute_of_another_amount_than_in_the_ledger_is_found(disputed):
    sql("UPDATE payments_dispute SET amount = 999")

    assert len(contradictions("payments.disputes")) == 1


@pytest.mark.parametrize(("result", "state", "away"), [("succeeded", "lost", 1000), ("failed", "won", 0)])
def test_a_dispute_that_is_decided_balances(disputed, result, state, away):
    book(disputed.payment, "dispute", result, 1000, operation="du_1")
    sql("UPDATE payments_dispute SET state = %s", state)
    sql(f"UPDATE payments_payment SET disputed = {away} WHERE {ORDERED}")

    assert books.verify().violations == []


def test_a_dispute_waits_for_its_bank_however_long(disputed):
    book(disputed.payment, "dispute", "requested", 100, operation="du_2", at=_minutes_ago(600))

    assert len(contradictions("payments.disputed")) == 1


# --- invoices ---------------------------------------------------------------------------------------
@pytest.fixture
def invoiced(world):
    """The order of two mugs at 19.99 has its invoice, and everything about it is older than five minutes."""
    orders.issue_invoice(world.order)
    loosen("orders_orderevent")
    sql("UPDATE orders_orderevent SET at = %s", _minutes_ago(6))
    assert _not_as_invoiced() == []
    return world


def _not_as_invoiced():
    """What the rule finds; hiding the timeline also hides its triggers, which another rule is about."""
    [rule] = [rule for rule in books.all_rules() if rule.code == "payments.invoiced"]
    return [found.sentence for found in books.verify([rule]).violations]


def _settled(captured, refunded=0):
    sql(
        f"UPDATE payments_payment SET captured = %s, refunded = %s, state = 'captured' WHERE {ORDERED}",
        captured,
        refunded,
    )


@pytest.mark.parametrize(("captured", "refunded", "paid"), [(4000, 0, "40.00"), (4488, 1000, "34.88")])
def test_an_invoice_of_more_than_was_paid_is_found(invoiced, captured, refunded, paid):
    _settled(captured, refunded)

    number = Invoice.objects.get(kind="invoice").number
    assert _not_as_invoiced() == [
        f"Order {invoiced.order.number}: {number} less its credit notes is €44.88, but the customer has paid, or has "
        f"yet to pay, €{paid}."
    ]


def test_an_invoice_that_was_credited_without_money_is_found(invoiced):
    _settled(4488)
    sql("UPDATE orders_invoicebalance SET credited = 1000")

    assert len(_not_as_invoiced()) == 1


@pytest.mark.parametrize("state", ["requested", "pending", "failed"])
def test_money_that_is_on_its_way_back_or_did_not_arrive_may_be_credited(invoiced, state):
    _settled(4488)
    sql("UPDATE orders_invoicebalance SET credited = 1000")
    Refund.objects.create(payment=invoiced.payment, amount=1000, state=state, operation="r", cause="r")
    assert _not_as_invoiced() == []

    sql("UPDATE orders_invoicebalance SET credited = 1001")

    assert len(_not_as_invoiced()) == 1


def test_an_order_that_was_cancelled_in_part_owes_the_rest(invoiced):
    sql("UPDATE orders_orderline SET cancelled = 1")
    assert len(_not_as_invoiced()) == 1

    sql("UPDATE orders_invoicebalance SET credited = 1999")
    assert _not_as_invoiced() == []

    sql("UPDATE orders_invoicebalance SET credited = 1998")
    assert len(_not_as_invoiced()) == 1


def test_for_five_minutes_credit_notes_may_be_on_their_way(invoiced):
    _settled(4000)
    sql("UPDATE orders_orderevent SET at = %s", _minutes_ago(4))

    assert _not_as_invoiced() == []


def test_a_ledger_of_money_that_can_be_changed_is_found(world):
    unguard("payments_paymentevent")

    assert contradictions("payments.events_append_only") == [
        f"Nothing stops an {act} of payments_paymentevent: its trigger is gone or switched off."
        for act in ("UPDATE", "DELETE")
    ]


# --- pages that are waited for ----------------------------------------------------------------------
def test_a_wait_without_a_payment_and_one_whose_page_is_there_are_found(world):
    waits = open_checkout(world.cup, 1, "awaiting_link")
    assert contradictions("payments.links_awaited") == [
        f"{waits.number} waits for its payment page, but no payment was started for it."
    ]

    payment = Payment.objects.create(
        checkout=waits, idempotency_key="session-1", currency="eur", amount=waits.total
    )
    assert books.verify().violations == []
    Payment.objects.filter(pk=payment.pk).update(session_id="cs_1")

    assert contradictions("payments.links_awaited") == [
        f"{waits.number} waits for its payment page, but it has one: cs_1."
    ]


def test_stock_that_is_held_past_the_time_for_a_page_nobody_asked_for_is_found(world):
    waits = open_checkout(world.cup, 1, "awaiting_link")
    payment = Payment.objects.create(
        checkout=waits, idempotency_key="session-1", currency="eur", amount=waits.total
    )
    sql("UPDATE orders_checkout SET expires_at = %s WHERE state = 'awaiting_link'", _minutes_ago(4))
    assert books.verify().violations == []
    sql("UPDATE orders_checkout SET expires_at = %s WHERE state = 'awaiting_link'", _minutes_ago(6))
    assert len(contradictions("payments.links_in_time")) == 1

    # Stripe may know of it, and only what Stripe says sets its stock free.
    Payment.objects.filter(pk=payment.pk).update(page_until=timezone.now())

    assert books.verify().violations == []


def test_a_wait_for_a_page_holds_every_piece(world):
    waits = open_checkout(world.cup, 2, "awaiting_link")
    Payment.objects.create(checkout=waits, idempotency_key="session-1", currency="eur", amount=waits.total)
    sql("UPDATE inventory_reservation SET quantity = 1 WHERE reference = %s", waits.reference)

    assert len(contradictions("orders.held_lines", besides={"inventory.reservations"})) == 1
