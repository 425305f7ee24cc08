"""What the warehouse prints: the right pieces from the right places, in the right words, in few queries."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from inventory import services as inventory
from inventory.models import StockItem
from inventory.tests.factories import LocationFactory, StockLevelFactory
from orders import services as orders
from orders.models import Order, OrderHold
from orders.papers import layout, packing_slip, pick_sheet
from orders.papers.drawing import can_be_read
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
PICKS, PICKS_PDF = "admin:orders_order_pick_list", "admin:orders_order_pick_list_pdf"
SLIPS = "admin:orders_order_packing_slips"


@pytest.fixture
def desk(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


def ordered(sku, quantity=1, **fields):
    return OrderFactory(lines=[{"variant__stock_item__sku": sku, "quantity": quantity}], **fields)


def several(sku, *quantities, **fields):
    """Orders of the same thing, of which there are ten."""
    first = ordered(sku, quantities[0], **fields)
    variant = first.lines.get().variant
    return [
        first,
        *(OrderFactory(lines=[{"variant": variant, "quantity": n}], **fields) for n in quantities[1:]),
    ]


def all_orders():
    return Order.objects.all()


def text_of(data):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def written(*sheets):
    file = io.BytesIO()
    layout.write(sheets, file, title="Paper")
    return text_of(file.getvalue())


# --- picking ----------------------------------------------------------------------------------------
def test_a_pick_list_gathers_by_place_and_sku():
    a, b = several("MUG-1", 2, 3)
    c = ordered("CUP-1", 1)
    floor = LocationFactory(code="floor", name="Shop floor", priority=20)
    StockLevelFactory(item=StockItem.objects.get(sku="MUG-1"), location=floor, on_hand=4)
    inventory.promise_from(b.lines.get().reference, 3, location=floor, cause="move")
    StockItem.objects.filter(sku="CUP-1").update(barcode="4006381333931")

    found = orders.pick_list(all_orders())

    assert [
        (place.name, [(heap.first.sku, heap.pieces, heap.first.code) for heap in heaps])
        for place, heaps in found.by_place
    ] == [
        ("Warehouse main", [("CUP-1", 1, "4006381333931"), ("MUG-1", 2, "MUG-1")]),
        ("Shop floor", [("MUG-1", 3, "MUG-1")]),
    ]
    assert [(order, sum(take.pieces for take in takes)) for order, takes in found.by_order] == [
        (a, 2),
        (b, 3),
        (c, 1),
    ]


def test_orders_that_may_not_leave_are_left_out_and_named_with_why():
    good, held, unpaid, cancelled = several("MUG-1", 1, 1, 1, 1)
    orders.hold(held, OrderHold.Kind.REVIEW, why="The address looks odd.", key="review")
    Order.objects.filter(pk=unpaid.pk).update(payment_state="awaiting")
    Order.objects.filter(pk=cancelled.pk).update(state="cancelled")

    found = orders.pick_list(all_orders())

    assert found.orders == [good]
    assert dict(found.left_out) == {
        held: "The order is on hold: The address looks odd.",
        unpaid: "The payment is awaiting payment; goods leave the house when it is settled.",
        cancelled: "The order is cancelled.",
    }


def test_only_what_is_still_to_be_sent_is_picked():
    order = ordered("MUG-1", 3, payment_state=Order.PaymentState.CAPTURED)
    orders.ship(order, {1: 2}, key="parcel")

    assert orders.pick_list(all_orders()).pieces == 1
    orders.ship(order, {1: 1}, key="parcel 2")
    assert [why for _, why in orders.pick_list(all_orders()).left_out] == ["Nothing of it waits to be sent."]


def test_what_waits_for_goods_is_not_picked_and_what_lies_there_is_for_the_oldest():
    first, second = several("MUG-1", 3, 2)
    count_mugs(4)

    found = orders.pick_list(all_orders())

    assert [(take.order, take.pieces) for take in found.takes] == [(first, 3), (second, 1)]
    assert found.left_out == [(second, "1 of MUG-1 wait for goods.")]


def count_mugs(left):
    level = StockItem.objects.get(sku="MUG-1").levels.get()
    inventory.adjust("MUG-1", left - level.on_hand, location=level.location, cause="count", reason="Counted")


def test_the_page_and_the_paper_say_the_same(desk):
    a, b = several("MUG-1", 2, 3)
    orders.hold(b, OrderHold.Kind.REVIEW, why="The address looks odd.", key="review")

    for by in ("place", "order"):
        page = desk.get(reverse(PICKS), {"by": by}).content.decode()
        answer = desk.get(reverse(PICKS_PDF), {"by": by})
        assert answer["Content-Type"] == "application/pdf"
        paper = text_of(answer.content)
        for words in (
            "MUG-1",
            a.number,
            b.number,
            "Stoneware mug",
            "Warehouse main",
            "The address looks odd.",
        ):
            assert words in page, (by, words)
            assert words in paper, (by, words)
        assert "2 ×" in paper


def test_ticked_orders_lead_to_their_pick_list_and_slips(desk):
    a, b = several("MUG-1", 2, 3)
    ordered("CUP-1")
    ticked = {"_selected_action": [a.pk, b.pk]}
    page = reverse("admin:orders_order_changelist")

    picks = desk.post(page, {**ticked, "action": "print_pick_list"}, follow=True).content.decode()
    slips = desk.post(page, {**ticked, "action": "print_packing_slips"})

    assert "MUG-1" in picks
    assert "CUP-1" not in picks
    assert len(PdfReader(io.BytesIO(slips.content)).pages) == 2
    assert AuditEntry.objects.get(act="print packing slips").after == {"orders": [a.number, b.number]}


def test_ten_orders_cost_as_many_queries_as_one(django_assert_num_queries):
    several("MUG-1", 1)
    with django_assert_num_queries(6):
        orders.pick_list(all_orders())

    several("CUP-1", *[1] * 9)

    with django_assert_num_queries(6):
        assert len(orders.pick_list(all_orders()).orders) == 10
    with django_assert_num_queries(3):
        assert len(packing_slip.slips_of_orders(all_orders())) == 10


@pytest.mark.parametrize("asked", ["", "abc", "9" * 5000, "-1", "1,2,,x", "٣", "1" * 18])
def test_odd_addresses_find_nothing(desk, asked):
    for name in (PICKS, PICKS_PDF, SLIPS):
        assert desk.get(reverse(name), {"orders": asked}, follow=True).status_code == 200


def test_only_who_may_see_orders_prints_them(client):
    order, user = ordered("MUG-1"), StaffFactory()
    client.force_login(user)
    pages = [reverse(name) for name in (PICKS, PICKS_PDF, SLIPS)]
    pages.append(reverse("admin:orders_order_packing_slip", args=[order.pk]))

    assert {client.get(page).status_code for page in pages} == {403}
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    assert {client.get(page).status_code for page in pages} == {200}


# --- packing slips ----------------------------------------------------------------------------------
def slip_of(order, desk):
    answer = desk.get(reverse("admin:orders_order_packing_slip", args=[order.pk]))
    assert answer["Content-Disposition"] == f'inline; filename="packing-slip-{order.number}.pdf"'
    return text_of(answer.content)


def test_a_slip_says_what_is_in_the_parcel_and_no_price(desk):
    order = ordered("MUG-1", 2)
    StockItem.objects.filter(sku="MUG-1").update(barcode="4006381333931")

    paper = slip_of(order, desk)

    for words in (
        "Packing slip",
        order.number,
        "Ada Example",
        "Unter den Linden 1",
        "Stoneware mug, Large",
        "MUG-1 · 4006381333931",
        "/orders/find/",
        "put this slip into the parcel",
        "Page 1 of 1",
    ):
        assert words in paper, words
    for price in ("€", "19.99", "39.98"):
        assert price not in paper


def test_a_slip_speaks_the_customer_s_language(desk):
    paper = slip_of(ordered("MUG-1", language="de"), desk)

    for words in ("Lieferschein", "Bestellung", "Stück", "Seite 1 von 1"):
        assert words in paper
    assert "Packing slip" not in paper


def test_a_parcel_s_slip_says_what_it_held_with_whom_and_what_follows(desk):
    order = ordered("MUG-1", 3, payment_state=Order.PaymentState.CAPTURED)
    parcel = orders.ship(order, {1: 1}, key="parcel", carrier="Post", tracking_number="JD0001")

    answer = desk.get(reverse("admin:orders_fulfilment_packing_slip", args=[parcel.pk]))

    paper = text_of(answer.content)
    for words in ("Post", "JD0001", "Still to come in a parcel of its own: 2 × Stoneware mug, Large."):
        assert words in paper


def test_nothing_to_pack_makes_no_slip(desk):
    captured = ordered("CUP-1", payment_state=Order.PaymentState.CAPTURED)
    orders.ship(captured, {1: 1}, key="parcel")

    page = desk.get(reverse("admin:orders_order_packing_slip", args=[captured.pk]), follow=True)

    assert "Nothing of it waits to be packed." in page.content.decode()


@pytest.mark.parametrize(
    ("code", "is_readable"),
    [
        ("MUG-1", True),
        ("4006381333931", True),
        ("", False),
        ("Größe", False),
        ("a\nb", False),
        ("9" * 60, False),
    ],
)
def test_barcodes_hold_what_readers_can_read(code, is_readable):
    assert can_be_read(code) is is_readable


@pytest.mark.parametrize("name", ["<b>Ada</b> & (unbalanced", "🦊 Ada", "A" * 900, "", "עדה"])
def test_no_name_breaks_a_paper(name):
    order = ordered("MUG-1")
    order.lines.update(name=name[:160])
    Order.objects.filter(pk=order.pk).update(shipping_address={**order.shipping_address, "name": name})
    [slip] = packing_slip.slips_of_orders(all_orders())
    found = orders.pick_list(all_orders())

    papers = [packing_slip.sheet_of(slip), pick_sheet.gathered(found), pick_sheet.by_order(found)]

    assert order.number in written(*papers)
