"""Invoices and credit notes: once per order, without a gap, frozen, never credited beyond their amount."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from unittest.mock import patch

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from config.tests.helpers import run_tasks
from orders import services as orders
from orders.models import Invoice, InvoiceBalance, InvoiceCounter, Order
from orders.services import invoicing
from orders.services.invoice_content import fingerprint
from orders.tests.factories import OrderFactory, TaxRateFactory
from shop.models import Product

pytestmark = pytest.mark.django_db
YEAR = timezone.now().year


def said(document):
    return json.loads(document.content)


def numbers():
    return list(Invoice.objects.order_by("pk").values_list("number", flat=True))


# --- issuing ----------------------------------------------------------------------------------------
def test_a_placed_order_gets_its_invoice_from_a_task_of_the_same_transaction():
    order = OrderFactory()
    assert not Invoice.objects.exists()

    run_tasks()

    invoice = Invoice.objects.get()
    assert (invoice.order, invoice.number, invoice.total) == (order, f"INV-{YEAR}-000001", order.total)
    assert [event.said for event in order.events.all()].count(f"Invoice INV-{YEAR}-000001 issued.") == 1


def test_an_order_that_was_not_placed_leaves_no_task_and_no_invoice():
    with transaction.atomic():
        OrderFactory()
        transaction.set_rollback(True)

    run_tasks()

    assert not Invoice.objects.exists()


def test_a_task_that_runs_twice_issues_once():
    order = OrderFactory()

    orders.issue_documents(order)
    orders.issue_documents(order)
    run_tasks()

    assert numbers() == [f"INV-{YEAR}-000001"]


def test_it_says_who_sold_what_to_whom_for_how_much(settings):
    settings.SHOP_LEGAL_NAME, settings.SHOP_ADDRESS = "Tally Goods Ltd", ["1 Quay", "Dublin"]
    settings.SHOP_VAT_ID = "IE1234567A"
    order = OrderFactory(lines=[{"quantity": 3}, {"variant__product__name": "Plate", "variant__price": 500}])

    content = said(orders.issue_invoice(order))

    assert content["seller"]["name"] == "Tally Goods Ltd"
    assert content["seller"]["lines"] == ["1 Quay", "Dublin"]
    assert content["seller"]["vat_id"] == "IE1234567A"
    assert content["buyer"]["lines"] == ["Ada Example", "Unter den Linden 1", "10117 Berlin", "Germany"]
    assert content["order"]["number"] == order.number
    assert [(line["name"], line["quantity"], line["gross"]) for line in content["lines"]] == [
        ("Stoneware mug", 3, 5997),
        ("Plate", 1, 500),
    ]
    assert content["shipping"] == {"name": "Parcel", "net": 412, "tax": 78, "gross": 490, "tax_rate": 1900}
    assert content["totals"]["total"] == order.total == 6987
    assert content["tax_parts"] == [{"rate": 1900, "net": 5871, "tax": 1116, "gross": 6987}]
    assert (content["discounts"], content["totals"]["duty"], content["payment"]) == ([], 0, None)


def test_of_the_card_it_keeps_brand_and_last_four_digits_and_nothing_else():
    order = OrderFactory()
    with patch.object(invoicing, "_payment_facts", [lambda order: {"brand": "visa", "last4": "4242"}]):
        content = said(orders.issue_invoice(order))

    assert content["payment"] == {"brand": "visa", "last4": "4242"}


def test_what_changes_later_changes_no_invoice(settings):
    order = OrderFactory()
    invoice = orders.issue_invoice(order)
    before = (invoice.content, invoice.sha256)

    Product.objects.update(name="Something else")
    settings.SHOP_LEGAL_NAME = "Another seller"
    Order.objects.update(billing_address={"name": "X", "country": "FR"})

    again = orders.issue_invoice(Order.objects.get())
    assert (again.content, again.sha256) == before
    assert fingerprint(again.content) == again.sha256


def test_series_count_by_kind_prefix_and_year(settings):
    first = orders.issue_invoice(OrderFactory())
    note = orders.issue_credit_note(first.order, reason="Broken", key="a")
    settings.INVOICE_PREFIX = "RE"
    other_prefix = orders.issue_invoice(OrderFactory())
    with patch("django.utils.timezone.now", return_value=timezone.now().replace(year=YEAR + 1)):
        next_year = orders.issue_invoice(OrderFactory())

    assert [each.number for each in (first, note, other_prefix, next_year)] == [
        f"INV-{YEAR}-000001",
        f"CN-{YEAR}-000001",
        f"RE-{YEAR}-000001",
        f"RE-{YEAR + 1}-000001",
    ]


def test_a_process_that_dies_between_number_and_row_leaves_no_gap():
    first, second = OrderFactory(), OrderFactory()

    with patch.object(Invoice.objects, "create", side_effect=SystemExit), pytest.raises(SystemExit):
        orders.issue_invoice(first)
    orders.issue_invoice(second)
    orders.issue_invoice(first)

    assert numbers() == [f"INV-{YEAR}-000001", f"INV-{YEAR}-000002"]
    assert InvoiceCounter.objects.get().last == 2


def test_what_was_missed_is_made_up_for():
    """As after an update from a shop without invoices, or when a task was parked."""
    old, new = OrderFactory(placed_at=timezone.now() - timedelta(minutes=3)), OrderFactory()

    assert orders.issue_missing_documents() == 1
    assert orders.issue_missing_documents() == 0

    assert list(Invoice.objects.values_list("order", flat=True)) == [old.pk]
    assert orders.invoice_of(new) is None


def test_one_that_fails_does_not_stop_the_others(caplog):
    for _ in range(2):
        OrderFactory(placed_at=timezone.now() - timedelta(minutes=3))
    issue, tries = orders.issue_documents, []

    def fail_once(order):
        tries.append(order)
        if len(tries) == 1:
            raise ZeroDivisionError
        issue(order)

    with patch.object(invoicing, "issue_documents", fail_once):
        assert orders.issue_missing_documents() == 1

    assert "No invoice for order" in caplog.text
    orders.issue_missing_documents()


# --- what the database refuses ----------------------------------------------------------------------
@pytest.mark.parametrize("act", ["UPDATE orders_invoice SET total = total + 1", "DELETE FROM orders_invoice"])
def test_an_issued_invoice_can_be_neither_changed_nor_deleted(act):
    orders.issue_invoice(OrderFactory())

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


def test_an_order_has_one_invoice_and_a_number_is_given_once():
    invoice = orders.issue_invoice(OrderFactory())
    copied = {
        field.attname: getattr(invoice, field.attname)
        for field in Invoice._meta.concrete_fields
        if field.attname != "id"
    }

    for changes in (
        {"number": "X", "key": "x", "serial": 2},
        {"number": "X", "key": "x", "order_id": OrderFactory().pk},
        {"key": "x", "serial": 2, "order_id": OrderFactory().pk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.create(**copied | changes)


def test_more_than_the_invoice_cannot_be_credited_even_by_hand():
    invoice = orders.issue_invoice(OrderFactory())

    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceBalance.objects.filter(pk=invoice.pk).update(credited=invoice.total + 1)


# --- credit notes -----------------------------------------------------------------------------------
@pytest.fixture
def order():
    """Three mugs at 19.99, two plates at 5.00 with 7 %, delivery 4.90."""
    TaxRateFactory()
    TaxRateFactory(tax_class="reduced", rate=700)
    plate = {"variant__product__name": "Plate", "variant__price": 500, "variant__tax_class": "reduced"}
    return OrderFactory(lines=[{"quantity": 3}, plate | {"quantity": 2}])


def test_a_credit_note_names_its_invoice_and_takes_back_what_is_left(order):
    note = orders.issue_credit_note(order, reason="Sent back", key="all")

    content, invoice = said(note), orders.invoice_of(order)
    assert (note.number, note.invoice, note.total) == (f"CN-{YEAR}-000001", invoice, order.total)
    assert content["credits"] == {
        "number": invoice.number,
        "issued_on": said(invoice)["issued_on"],
        "reason": "Sent back",
    }
    for part in ("lines", "shipping", "tax_parts", "totals", "seller", "buyer"):
        assert content[part] == said(invoice)[part]
    assert (invoice.balance.credited, invoice.balance.notes) == (order.total, 1)


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize("price", [1, 7, 33, 1999])
def test_pieces_that_are_cancelled_one_by_one_leave_an_invoice_of_what_is_owed(settings, included, price):
    """To the last unit, although the tax of a line without it in the price divides by its pieces to no whole number."""
    settings.PRICES_INCLUDE_TAX = included
    TaxRateFactory()
    order = OrderFactory(lines=[{"quantity": 5, "variant__price": price}])

    for piece in range(1, 5):
        orders.cancel(order, key=f"piece {piece}", reason="", pieces={1: 1})
        orders.credit_cancelled(order, {1: 1}, key=f"piece {piece}")
        balance = orders.invoice_of(order).balance
        assert balance.total - balance.credited == orders.owed(order)


def test_pieces_are_credited_at_the_price_that_was_shown(order):
    note = orders.issue_credit_note(order, lines={1: 1, 2: 2}, reason="", key="a")

    assert [(line["sku"], line["quantity"], line["gross"]) for line in said(note)["lines"]] == [
        (order.lines.get(position=1).sku, 1, 1999),
        (order.lines.get(position=2).sku, 2, 1000),
    ]
    assert note.total == 2999
    assert said(note)["shipping"] is None


def test_pieces_one_by_one_and_delivery_add_up_to_the_whole(order):
    for key in "abc":
        orders.issue_credit_note(order, lines={1: 1}, reason="", key=key)
    orders.issue_credit_note(order, shipping=True, reason="", key="d")
    rest = orders.issue_credit_note(order, reason="", key="e")

    assert rest.total == 1000
    assert sum(Invoice.objects.filter(kind="credit_note").values_list("tax", flat=True)) == order.tax
    with pytest.raises(orders.NothingToCredit):
        orders.issue_credit_note(order, reason="", key="f")


def test_an_amount_is_spread_over_all_rates(order):
    note = orders.issue_credit_note(order, amount=1000, reason="Scratched", key="a")

    assert note.total == 1000
    assert [part["rate"] for part in said(note)["tax_parts"]] == [1900, 700]
    assert sum(part["gross"] for part in said(note)["tax_parts"]) == 1000
    assert {line["quantity"] for line in said(note)["lines"]} == {0}


@pytest.mark.parametrize("amount", [-1, 0, 7488])
def test_an_amount_that_is_not_left_is_refused(order, amount):
    assert order.total == 7487

    with pytest.raises(orders.CreditTooHigh) as refusal:
        orders.issue_credit_note(order, amount=amount, reason="", key="a")

    assert "€74.87 of the invoice are left" in str(refusal.value)
    assert numbers() == [f"INV-{YEAR}-000001"]


@pytest.mark.parametrize("lines", [{3: 1}, {1: 4}, {1: 0}, {1: -1}])
def test_pieces_that_were_not_bought_are_refused(order, lines):
    with pytest.raises(orders.NotOnInvoice):
        orders.issue_credit_note(order, lines=lines, reason="", key="a")


def test_pieces_are_not_credited_twice(order):
    orders.issue_credit_note(order, lines={1: 2}, reason="", key="a")

    with pytest.raises(orders.NotOnInvoice):
        orders.issue_credit_note(order, lines={1: 2}, reason="", key="b")


def test_the_same_key_credits_once(order):
    first = orders.issue_credit_note(order, lines={1: 1}, reason="", key="a")
    second = orders.issue_credit_note(order, lines={1: 1}, reason="", key="a")

    assert first == second
    assert orders.invoice_of(order).balance.credited == 1999


def test_without_looking_again_the_update_itself_refuses(order):
    invoice = orders.issue_invoice(order)
    seen = InvoiceBalance.objects.get(pk=invoice.pk)
    orders.issue_credit_note(order, lines={1: 1}, reason="", key="a")

    with pytest.raises(orders.CreditChanged):
        invoicing._take(seen, 1)


@pytest.mark.parametrize("state", ["voided", "expired"])
def test_a_payment_that_was_given_up_takes_the_invoice_back(order, state):
    run_tasks()

    with transaction.atomic():
        orders.record_payment(order, state, "The payment was released.", key="voided pi_1")
    run_tasks()
    run_tasks()

    note = Invoice.objects.get(kind="credit_note")
    assert note.total == order.total
    assert said(note)["credits"]["reason"] == "The payment was released. Nothing was charged."


def test_a_payment_that_was_given_up_at_once_has_both_documents(order):
    orders.record_payment(order, "voided", "The payment was released.", key="voided pi_1")

    run_tasks()

    assert numbers() == [f"INV-{YEAR}-000001", f"CN-{YEAR}-000001"]


# --- it adds up -------------------------------------------------------------------------------------
amounts = strategies.integers(1, 99_999)
baskets = strategies.lists(
    strategies.tuples(
        amounts, strategies.integers(1, 9), strategies.sampled_from(["standard", "reduced", "zero"])
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    basket=baskets,
    included=strategies.booleans(),
    rates=strategies.tuples(strategies.integers(0, 3000), strategies.integers(0, 3000)),
    data=strategies.data(),
)
def test_every_invoice_and_its_credit_notes_add_up_to_the_cent(settings, basket, included, rates, data):
    with transaction.atomic():
        settings.PRICES_INCLUDE_TAX = included
        for tax_class, rate in zip(("standard", "reduced"), rates, strict=True):
            TaxRateFactory(tax_class=tax_class, rate=rate)
        order = OrderFactory(
            lines=[
                {"variant__price": price, "quantity": quantity, "variant__tax_class": tax_class}
                for price, quantity, tax_class in basket
            ]
        )
        invoice = orders.issue_invoice(order)
        adds_up(said(invoice))
        assert (invoice.total, invoice.tax) == (order.total, order.tax)
        for key in "abc":
            credit_something(order, data, key)
        if InvoiceBalance.objects.get().credited < invoice.total:
            orders.issue_credit_note(order, reason="", key="rest")
        notes = Invoice.objects.filter(kind="credit_note")
        for note in notes:
            adds_up(said(note))
        assert sum(note.total for note in notes) == invoice.total
        assert sum(note.tax for note in notes) == invoice.tax
        by_rate = {part["rate"]: part for part in said(invoice)["tax_parts"]}
        for rate, part in by_rate.items():
            parts = [each for note in notes for each in said(note)["tax_parts"] if each["rate"] == rate]
            assert {name: sum(each[name] for each in parts) for name in ("net", "tax", "gross")} == {
                name: part[name] for name in ("net", "tax", "gross")
            }
        transaction.set_rollback(True)


def credit_something(order, data, key):
    """An amount or some pieces, as chance has it."""
    invoice = orders.invoice_of(order)
    left = invoice.total - invoice.balance.credited
    try:
        if data.draw(strategies.booleans()) and left:
            orders.issue_credit_note(
                order, amount=data.draw(strategies.integers(1, left)), reason="", key=key
            )
        else:
            orders.issue_credit_note(
                order, lines={1: data.draw(strategies.integers(1, 3))}, reason="", key=key
            )
    except (orders.NotOnInvoice, orders.NothingToCredit):
        pass


def adds_up(content):
    items = [*content["lines"], *([content["shipping"]] if content["shipping"] else [])]
    totals = content["totals"]
    for item in items:
        assert item["net"] + item["tax"] == item["gross"]
        assert min(item["net"], item["tax"], item.get("quantity", 0)) >= 0
    assert sum(item["gross"] for item in items) == totals["total"] == totals["net"] + totals["tax"]
    assert sum(part["gross"] for part in content["tax_parts"]) == totals["total"]
    assert sum(part["tax"] for part in content["tax_parts"]) == totals["tax"]
    shown = totals["goods"] + totals["shipping"] + (0 if content["prices_include_tax"] else totals["tax"])
    assert shown == totals["total"]


# --- all at once ------------------------------------------------------------------------------------
races = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")


def at_once(act, times):
    start = Barrier(times)

    def run(number):
        try:
            start.wait()
            return act(number)
        except (orders.OrderError, DatabaseError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@races
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_tasks_at_once_issue_one_invoice_and_leave_no_gap():
    order, others = OrderFactory(), [OrderFactory() for _ in range(3)]

    found = at_once(lambda _: orders.issue_invoice(order), 20)
    at_once(lambda number: orders.issue_invoice(others[number % 3]), 12)

    assert {invoice.number for invoice in found} == {f"INV-{YEAR}-000001"}
    assert sorted(numbers()) == [f"INV-{YEAR}-00000{n}" for n in (1, 2, 3, 4)]


@races
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_credit_notes_at_once_credit_exactly_what_was_bought():
    order = OrderFactory(lines=[{"quantity": 7}])
    orders.issue_invoice(order)

    found = at_once(lambda n: orders.issue_credit_note(order, lines={1: 1}, reason="", key=f"note {n}"), 20)

    assert sum(isinstance(each, Invoice) for each in found) == 7
    assert {type(each) for each in found} == {Invoice, orders.NotOnInvoice}
    assert orders.invoice_of(order).balance.credited == 7 * 1999


@races
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_amounts_at_once_never_exceed_the_invoice():
    order = OrderFactory()
    orders.issue_invoice(order)

    found = at_once(lambda n: orders.issue_credit_note(order, amount=500, reason="", key=f"note {n}"), 20)

    assert sum(isinstance(each, Invoice) for each in found) == 4  # of 24.89
    assert orders.invoice_of(order).balance.credited == 2000


@races
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_credit_note_asked_for_twenty_times_at_once_is_one():
    order = OrderFactory()
    orders.issue_invoice(order)

    found = at_once(lambda _: orders.issue_credit_note(order, amount=500, reason="", key="one"), 20)

    assert {each.number for each in found} == {f"CN-{YEAR}-000001"}


@races
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_row_lock_the_guard_still_holds(monkeypatch):
    """The negative control of the lock: notes are refused that would have had room, but none goes beyond."""
    manager = InvoiceBalance.objects
    monkeypatch.setattr(manager, "select_for_update", manager.all, raising=False)
    order = OrderFactory(lines=[{"quantity": 7}])
    orders.issue_invoice(order)

    found = at_once(lambda n: orders.issue_credit_note(order, lines={1: 1}, reason="", key=f"note {n}"), 20)

    issued = sum(isinstance(each, Invoice) for each in found)
    assert 1 <= issued <= 7
    assert orders.invoice_of(order).balance.credited == issued * 1999
