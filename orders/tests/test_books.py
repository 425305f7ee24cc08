"""Every rule about checkouts and orders, broken behind the services' backs and found."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from config import books
from config.tests.world import balanced_world, contradictions, loosen, sql, unguard
from inventory import services as inventory
from orders import services as orders
from orders.models import Checkout, Fulfilment, Order, OrderLine
from orders.services import quotas
from orders.services.invoice_content import canonical, fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]


@pytest.fixture
def world():
    """A balanced shop: an order of two MUG-1 (€39.98, delivery €4.90), a checkout that awaits payment for one CUP-1."""
    world = balanced_world()
    assert books.verify().violations == []
    return world


def _minutes_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


def _set_line(checkout, **changes):
    Checkout.objects.filter(pk=checkout.pk).update(lines=[checkout.lines[0] | changes])


# --- stock that is promised -------------------------------------------------------------------------
def test_stock_still_held_for_a_checkout_that_ended_is_found(world):
    sql(
        "UPDATE orders_checkout SET state = 'expired', closed_at = %s WHERE state = 'awaiting_payment'",
        _minutes_ago(3),
    )

    assert contradictions("orders.holds") == [
        f"1 of CUP-1 at Main are still held for checkout {world.awaiting.number}, which is expired."
    ]


def test_a_checkout_that_ended_has_two_minutes_to_let_go(world):
    sql(
        "UPDATE orders_checkout SET state = 'expired', closed_at = %s WHERE state = 'awaiting_payment'",
        _minutes_ago(1),
    )

    assert books.verify().violations == []


def test_stock_held_for_nobody_is_found(world):
    sql(
        "UPDATE inventory_reservation SET reference = 'checkout T-000-000-000', created_at = %s WHERE quantity > 0",
        _minutes_ago(3),
    )

    assert contradictions("orders.holds", besides={"orders.held_lines"}) == [
        "1 of CUP-1 at Main are still held for checkout T-000-000-000, which is unknown."
    ]


def test_a_payment_awaited_for_more_than_is_held_is_found(world):
    _set_line(world.awaiting, quantity=2)

    assert contradictions("orders.held_lines") == [
        f"Checkout {world.awaiting.number} awaits payment for 2 of CUP-1, but 1 are held for it."
    ]


def test_a_piece_of_an_order_line_that_is_nowhere_or_twice_is_found(world):
    sql("UPDATE orders_orderline SET cancelled = 1")

    assert contradictions("orders.pieces") == [
        f"Order {world.order.number}, line 1 (MUG-1): 2 were ordered, but 1 cancelled, 0 shipped, 0 short and 2 "
        "allocated make 3."
    ]


def test_a_piece_that_left_no_shelf_is_found(world):
    sql("UPDATE orders_orderline SET shipped = 1")

    assert contradictions("orders.shipped", besides={"orders.pieces", "orders.parcels"}) == [
        f"Order {world.order.number}, line 1 (MUG-1): 1 were shipped, says the line; its movements say 0."
    ]


def test_a_piece_that_left_the_shelf_unnoticed_is_found(world):
    inventory.ship(world.order.lines.get().reference, 1, cause="fulfilment 1")

    assert contradictions("orders.shipped", besides={"orders.pieces"}) == [
        f"Order {world.order.number}, line 1 (MUG-1): 0 were shipped, says the line; its movements say 1."
    ]


def test_a_parcel_that_held_more_than_its_line_says_was_shipped_is_found(world):
    settled(world.order)
    orders.ship(world.order, {1: 1}, key="parcel 1")
    assert "orders.parcels" not in {violation.code for violation in books.verify().violations}
    sql("UPDATE orders_fulfilmentline SET quantity = 2")

    found = [violation for violation in books.verify().violations if violation.code == "orders.parcels"]

    assert [violation.sentence for violation in found] == [
        f"Order {world.order.number}, line 1 (MUG-1): 1 were shipped, says the line; its parcels held 2."
    ]


def settled(order):
    """As far as the order knows: what its payment has to say is another room's matter."""
    Order.objects.filter(pk=order.pk).update(payment_state=Order.PaymentState.CAPTURED)


def test_stock_allocated_to_no_order_is_found(world):
    sql("UPDATE inventory_allocation SET reference = 'order T-000-000-000 line 1'")

    assert contradictions("orders.allocations", besides={"orders.pieces"}) == [
        "2 of MUG-1 at Main are allocated to order T-000-000-000 line 1, which does not exist."
    ]


def test_stock_allocated_to_a_line_of_another_sku_is_found(world):
    sql("UPDATE orders_orderline SET sku = 'CUP-1'")

    assert contradictions("orders.allocations", besides={"orders.lines_as_agreed"}) == [
        f"2 of MUG-1 at Main are allocated to order {world.order.number} line 1, which is of CUP-1."
    ]


# --- amounts ----------------------------------------------------------------------------------------
def test_a_line_that_does_not_add_up_is_refused_and_found(world):
    change = "UPDATE orders_orderline SET net = net + 1"
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(change)
    loosen("orders_orderline")

    sql(change)

    assert contradictions("orders.line_total") == [
        f"Order {world.order.number}, line 1 (MUG-1): 2 at €19.99, less €0.00, plus €0.00 duty are €39.98, but the "
        "line says €33.61 net, €6.38 tax, €39.98 gross."
    ]


def test_a_price_that_does_not_make_the_line_is_found(world):
    sql("UPDATE orders_orderline SET unit_price = unit_price - 1")

    assert (
        len(contradictions("orders.line_total", besides={"orders.lines_as_agreed", "orders.subtotal"})) == 1
    )


def test_a_tax_that_is_not_the_rates_is_found(world):
    sql("UPDATE orders_orderline SET tax_rate = 700")

    assert contradictions("orders.line_tax") == [
        f"Order {world.order.number}, line 1 (MUG-1): the tax of €6.38 on €33.60 net, €39.98 gross is not that of the "
        "rate 700 (hundredths of a percent)."
    ]


@pytest.mark.parametrize(
    ("includes_tax", "net", "tax", "rate", "holds"),
    [
        (True, 3360, 638, 1900, True),
        (True, 3361, 637, 1900, False),
        (True, 3359, 639, 1900, False),
        (True, 100, 0, 0, True),
        (False, 1000, 190, 1900, True),
        (False, 1000, 191, 1900, False),
        # A tie, half a cent of tax, may be rounded either way.
        (False, 50, 10, 1900, True),
        (False, 50, 9, 1900, True),
        (False, 50, 8, 1900, False),
    ],
)
def test_the_tax_of_a_line_is_the_nearest_to_its_rate(world, includes_tax, net, tax, rate, holds):
    loosen("orders_order")
    loosen("orders_orderline")
    sql("UPDATE orders_order SET prices_include_tax = %s", includes_tax)

    sql(
        "UPDATE orders_orderline SET net = %s, tax = %s, gross = %s, tax_rate = %s", net, tax, net + tax, rate
    )

    found = {violation.code for violation in books.verify().violations}
    assert ("orders.line_tax" not in found) is holds


def test_a_subtotal_that_is_not_the_sum_of_the_lines_is_found(world):
    sql("UPDATE orders_order SET subtotal = subtotal + 1, shipping = shipping - 1")

    assert contradictions("orders.subtotal", besides={"orders.as_agreed"}) == [
        f"Order {world.order.number} says that its goods cost €39.99, its lines add up to €39.98."
    ]


def test_an_order_without_lines_is_found(world):
    sql("DELETE FROM orders_orderline")

    besides = {"orders.tax", "orders.lines_as_agreed", "orders.allocations"}
    assert len(contradictions("orders.subtotal", besides=besides)) == 1


def test_a_total_that_does_not_add_up_is_refused_and_found(world):
    change = "UPDATE orders_order SET total = total - 1"
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(change)
    loosen("orders_order")

    sql(change)

    assert contradictions("orders.total", besides={"orders.as_agreed"}) == [
        f"Order {world.order.number}: €39.98 of goods less €0.00, €0.00 of duty, €4.90 of delivery and €0.00 of tax on "
        "top do not make €44.87."
    ]


def test_a_discount_that_no_line_and_no_offer_has_is_found(world):
    sql("UPDATE orders_order SET discount = 1, shipping = shipping + 1")

    assert contradictions("orders.discount", besides={"orders.as_agreed"}) == [
        f"Order {world.order.number} says €0.01 discount and €0.00 duty, its lines €0.00 and €0.00, and those that "
        "took it off €0.00, by line €0.00; 0 lines differ."
    ]


def test_a_duty_that_no_line_has_is_found(world):
    sql("UPDATE orders_order SET duty = 1, shipping = shipping - 1")

    assert len(contradictions("orders.discount", besides={"orders.as_agreed"})) == 1


def test_a_discount_whose_shares_are_on_other_lines_is_found(world):
    taken = {
        "reference": "promotion 1",
        "name": "Ten",
        "code": "",
        "lines": {"CUP-1": 10},
        "shipping": 0,
        "amount": 10,
    }
    Order.objects.update(discount=10, shipping=500, discounts=[taken])
    OrderLine.objects.update(discount=10, unit_price=2004)

    besides = {"orders.as_agreed", "orders.subtotal", "orders.lines_as_agreed"}
    assert len(contradictions("orders.discount", besides=besides)) == 1


def test_an_allowance_that_is_not_the_sum_of_its_uses_is_found(world):
    quotas.take({"allowance 1": quotas.Share(1, of=5)}, reference=world.awaiting.reference)
    assert books.verify().violations == []

    sql("UPDATE orders_quota SET taken = 2")

    assert contradictions("orders.quotas") == ["allowance 1: 2 are counted as taken, but its uses make 1."]


def test_a_use_of_no_allowance_is_found(world):
    quotas.take({"allowance 1": quotas.Share(1, of=5)}, reference=world.awaiting.reference)

    sql("DELETE FROM orders_quota")

    assert contradictions("orders.quotas") == ["allowance 1: 0 are counted as taken, but its uses make 1."]


def test_an_allowance_that_a_checkout_kept_after_its_end_is_found(world):
    quotas.take({"allowance 1": quotas.Share(1, of=5)}, reference="checkout T-000-000-000")

    assert contradictions("orders.quotas_held") == [
        "checkout T-000-000-000, which is unknown, still has 1 of allowance 1."
    ]


def test_tax_that_lines_and_delivery_do_not_have_is_found(world):
    sql("UPDATE orders_order SET tax = tax + 1")

    assert contradictions("orders.tax", besides={"orders.as_agreed"}) == [
        f"Order {world.order.number} says €7.17 of tax, but its lines have €6.38, its delivery €0.78."
    ]


# --- what was agreed --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        "shipping_tax = shipping_tax + 1",
        "tax = tax + 1",
        "subtotal = subtotal + 1, shipping = shipping - 1",
        "currency = 'usd'",
        "number = 'T-000-000-000'",
    ],
)
def test_an_order_that_is_not_the_one_agreed_to_is_found(world, change):
    sql(f"UPDATE orders_checkout SET {change} WHERE state = 'completed'")

    found = books.verify().violations
    assert "orders.as_agreed" in {violation.code for violation in found}
    assert all(
        world.order.number in violation.sentence
        for violation in found
        if violation.code == "orders.as_agreed"
    )
    assert {violation.code for violation in found} <= {"orders.as_agreed", "payments.amount"}


@pytest.mark.parametrize(
    "change", [{"quantity": 3}, {"unit_price": 1}, {"discount": 1}, {"duty": 1}, {"tax": 1}, {"gross": 1}]
)
def test_a_line_that_is_not_the_one_agreed_to_is_found(world, change):
    agreed = world.order.checkout.lines[0] | change
    _set_line(world.order.checkout, **change)

    gross = f"€{agreed['gross'] / 100:.2f}"
    assert contradictions("orders.lines_as_agreed") == [
        f"Order {world.order.number} has 2 of MUG-1 for €39.98, its checkout offered {agreed['quantity']} for {gross}."
    ]


def test_a_line_that_was_never_agreed_to_is_found(world):
    Checkout.objects.filter(pk=world.order.checkout_id).update(lines=[])

    assert contradictions("orders.lines_as_agreed") == [
        f"Order {world.order.number} has 2 of MUG-1 for €39.98, its checkout offered 0 for €0.00."
    ]


# --- one order per checkout -------------------------------------------------------------------------
def test_a_completed_checkout_without_an_order_is_found(world):
    sql("UPDATE orders_checkout SET state = 'completed' WHERE state = 'awaiting_payment'")

    assert contradictions("orders.completed") == [
        f"Checkout {world.awaiting.number} is completed, but there is no order of it."
    ]


def test_an_order_of_a_checkout_that_is_not_completed_is_found(world):
    sql("UPDATE orders_checkout SET state = 'cancelled' WHERE state = 'completed'")

    assert contradictions("orders.completed") == [
        f"Checkout {world.order.number} is cancelled, but there is an order of it."
    ]


def test_a_second_order_of_a_checkout_is_refused_and_found(world):
    second = Order.objects.get()
    second.pk, second.number, second.token = second.pk + 1, "T-000-000-000", "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save(force_insert=True)
    loosen("orders_order")

    second.save(force_insert=True)

    besides = {
        "orders.as_agreed",
        "orders.lines_as_agreed",
        "orders.subtotal",
        "orders.tax",
        "payments.order_paid",
    }
    assert contradictions("orders.one_per_checkout", besides=besides) == [
        f"Checkout {world.order.number} became 2 orders."
    ]


# --- the database's own part ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change", ["cancelled = 3", "short = 1, shipped = 2", "returned = 1", "quantity = 1, shipped = 2"]
)
def test_the_database_refuses_more_pieces_than_were_ordered_or_shipped(world, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"UPDATE orders_orderline SET {change}")


def test_a_timeline_that_can_be_changed_is_found(world):
    unguard("orders_orderevent")

    assert contradictions("orders.events_append_only") == [
        f"Nothing stops an {act} of orders_orderevent: its trigger is gone or switched off."
        for act in ("UPDATE", "DELETE")
    ]


def test_an_order_that_was_shipped_and_cancelled_in_part_balances(world):
    reference = world.order.lines.get().reference
    inventory.ship(reference, 1, cause="fulfilment 1")
    inventory.deallocate(reference, cause="cancellation 1")
    OrderLine.objects.update(shipped=1, cancelled=1)
    parcel = Fulfilment.objects.create(order=world.order, key="parcel 1")
    parcel.lines.create(line=world.order.lines.get(), quantity=1)

    assert books.verify().violations == []


# --- invoices and credit notes ------------------------------------------------------------------------
@pytest.fixture
def invoice(world):
    """The invoice of the one order: €44.88, of which €7.16 tax."""
    invoice = orders.issue_invoice(world.order)
    assert books.verify().violations == []
    return invoice


def _say(invoice, change):
    """Change what an invoice says, and its hash, as somebody would who knows how it is made."""
    said = json.loads(invoice.content)
    change(said)
    text = canonical(said)
    sql(
        "UPDATE orders_invoice SET content = %s, sha256 = %s WHERE id = %s",
        text,
        fingerprint(text),
        invoice.pk,
    )


def test_invoices_that_can_be_changed_are_found(invoice):
    unguard("orders_invoice")

    assert len(contradictions("orders.invoices_append_only")) == 2


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE orders_invoicecounter SET last = 2",
            "1 documents, numbered 1 to 1; its counter stands at 2",
        ),
        ("DELETE FROM orders_invoicecounter", "1 documents, numbered 1 to 1; its counter stands at 0"),
        ("UPDATE orders_invoice SET serial = 2", "1 documents, numbered 2 to 2; its counter stands at 1"),
    ],
)
def test_a_gap_in_the_numbers_is_found(invoice, change, found):
    loosen("orders_invoice")

    sql(change)

    assert contradictions("orders.invoice_numbers", besides={"orders.invoices_append_only"} & _found()) == [
        f"Series {invoice.series} has {found}."
    ]


def _found():
    return {violation.code for violation in books.verify().violations}


@pytest.mark.parametrize("column", ["content", "sha256"])
def test_an_invoice_that_was_changed_after_its_issue_is_found(invoice, column):
    loosen("orders_invoice")

    sql(f"UPDATE orders_invoice SET {column} = UPPER({column})")

    [sentence] = contradictions("orders.invoice_hash", besides=_found() - {"orders.invoice_hash"})
    assert sentence.startswith(f"{invoice.number} was changed after it was issued")
    assert _found() <= {"orders.invoice_hash", "orders.invoices_append_only"}


def test_an_invoice_whose_text_is_nonsense_is_found_and_stops_no_proof(invoice):
    loosen("orders_invoice")

    sql("UPDATE orders_invoice SET content = 'nonsense'")

    assert "orders.invoice_hash" in _found()


@pytest.mark.parametrize("column", ["number = 'INV-X'", "total = total + 1"])
def test_columns_that_are_not_what_the_text_says_are_found(invoice, column):
    loosen("orders_invoice")

    sql(f"UPDATE orders_invoice SET {column}")

    assert "orders.invoice_columns" in _found()
    assert len(contradictions("orders.invoice_columns", besides=_found() - {"orders.invoice_columns"})) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["lines"][0].update(gross=3999),
        lambda said: said["lines"][0].update(tax=639),
        lambda said: said["shipping"].update(gross=491),
        lambda said: said["tax_parts"][0].update(tax=1),
        lambda said: said["totals"].update(duty=1),
        lambda said: said["totals"].update(discount=1),
        lambda said: said["lines"][0].update(discount=1),
        lambda said: said["discounts"].append({"name": "x", "amount": 1}),
        lambda said: said.update(lines=[]),
    ],
)
def test_parts_that_do_not_make_the_invoice_are_found(invoice, change):
    loosen("orders_invoice")

    _say(invoice, change)

    assert "orders.invoice_parts" in _found()
    assert _found() <= {"orders.invoice_parts", "orders.invoices_append_only"}


def test_an_invoice_of_something_else_than_the_order_is_found(world, invoice):
    sql("UPDATE orders_order SET total = total + 1, subtotal = subtotal + 1")

    others = {"orders.subtotal", "orders.as_agreed"} | {
        code for code in _found() if code.startswith("payments")
    }
    assert contradictions("orders.invoice_total", besides=others) == [
        f"{invoice.number} is of €44.88 with €7.16 tax, but order {world.order.number} costs €44.89 with €7.16."
    ]


def test_a_credit_note_beyond_the_invoice_is_found(world, invoice):
    orders.issue_credit_note(world.order, amount=1000, reason="", key="a")
    loosen("orders_invoice")

    sql("UPDATE orders_invoice SET total = 4489 WHERE kind = 'credit_note'")

    [sentence] = contradictions("orders.credit_notes", besides=_found() - {"orders.credit_notes"})
    assert sentence == (
        f"Invoice {invoice.number} of €44.88 has 1 credit notes of €44.89 together, 0 of another order; its balance "
        "says €10.00 of €44.88."
    )


def test_a_balance_that_is_not_the_sum_of_the_credit_notes_is_found(invoice):
    sql("UPDATE orders_invoicebalance SET credited = 1")

    assert len(contradictions("orders.credit_notes")) == 1


def test_an_order_without_invoice_is_found_after_five_minutes(world):
    Order.objects.update(placed_at=_minutes_ago(4))
    assert books.verify().violations == []

    Order.objects.update(placed_at=_minutes_ago(6))

    [sentence] = contradictions("orders.invoiced")
    assert sentence.startswith(f"Order {world.order.number}, placed at ")
    assert sentence.endswith(", has no invoice.")


def test_a_released_payment_whose_invoice_stands_is_found(world, invoice):
    """Its events are older than five minutes, as the timeline cannot be dated back."""
    sql("UPDATE orders_order SET payment_state = 'voided'")
    assert "orders.released_credited" not in _found()
    loosen("orders_orderevent")

    sql("UPDATE orders_orderevent SET at = %s", _minutes_ago(6))

    [sentence] = contradictions("orders.released_credited", besides=_found() - {"orders.released_credited"})
    assert sentence == (
        f"Order {world.order.number} was not paid in the end (voided), but of {invoice.number} €0.00 is credited."
    )
