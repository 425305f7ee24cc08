"""Sending: settled first, from the shelf, in parcels, told to the customer; against cancelling one wins."""

import pytest
from django.core import mail

from accounts.models import AuditEntry
from config.tests.helpers import run_tasks
from inventory import services as inventory
from inventory.models import Location, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockLevelFactory
from orders import services as orders
from orders.models import Fulfilment, Order, OrderLine
from payments import services
from payments.models import PaymentEvent
from payments.tests.test_cancelling import ordered
from payments.tests.test_settling_races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(stripe, till):
    """Two mugs over 44.88, authorised."""
    ordered(stripe, till)
    mail.outbox.clear()
    return Order.objects.get()


def ship(order, pieces=None, key="parcel 1", **given):
    parcel = services.ship_order(order, pieces or {1: 2}, key=key, **given)
    run_tasks()
    order.refresh_from_db()
    return parcel


def shelf(till):
    level = StockLevel.objects.get(item=till.mug.stock_item)
    return level.on_hand, level.allocated


def test_the_money_is_settled_before_the_goods_leave(client, till, order):
    ship(order, carrier="Post", tracking_number="JD0001", tracking_url="https://track.example/JD0001")

    assert (order.payment_state, order.fulfilment_state) == ("captured", "shipped")
    assert shelf(till) == (8, 0)
    assert OrderLine.objects.get().shipped == 2
    assert "https://track.example/JD0001" in client.get(order.get_absolute_url()).content.decode()
    (sent,) = mail.outbox
    assert sent.subject == f"On its way: your order {order.number}"
    for said in ("2 x", "Post", "JD0001", "https://track.example/JD0001"):
        assert said in sent.body
        assert said.replace(" x", " ×") in sent.alternatives[0].content


def test_in_two_parcels(till, order):
    ship(order, {1: 1})
    assert (order.fulfilment_state, shelf(till)) == ("partial", (9, 1))

    ship(order, {1: 1}, key="parcel 2")

    assert (order.fulfilment_state, shelf(till)) == ("shipped", (8, 0))
    assert PaymentEvent.objects.filter(kind="capture", result="requested").count() == 1
    assert ["The rest follows" in sent.body for sent in mail.outbox] == [True, False]


def test_the_same_parcel_is_sent_once(till, order):
    assert ship(order) == ship(order)

    assert shelf(till) == (8, 0)
    assert len(mail.outbox) == 1


def nothing_happened(order):
    order.payment.refresh_from_db()
    return (order.payment.captured, order.payment.state) == (
        0,
        "authorised",
    ) and not Fulfilment.objects.exists()


@pytest.mark.parametrize("pieces", [{}, {1: 0}, {1: 3}, {1: -1}, {2: 1}, {1: 1, 2: 1}])
def test_what_does_not_wait_is_neither_sent_nor_charged(till, order, pieces):
    with pytest.raises(services.CannotShip):
        services.ship_order(order, pieces, key="parcel 1")

    assert nothing_happened(order)
    assert shelf(till) == (10, 2)


def test_nothing_leaves_without_the_money(stripe, till, order):
    stripe.fault("POST /v1/payment_intents/{id}/capture", "reset_before", times=2)

    with pytest.raises(services.Undecided):
        ship(order)

    assert shelf(till) == (10, 2)


def test_what_was_released_or_cancelled_is_not_sent(till, order):
    services.cancel_order(order, key="cancellation", reason="")

    with pytest.raises(services.CannotShip, match="cancelled"):
        ship(order)
    assert shelf(till) == (10, 0)


def test_what_was_sent_is_not_cancelled(till, order):
    ship(order, {1: 1})

    done = services.cancel_order(order, key="cancellation", reason="")
    run_tasks()

    order.refresh_from_db()
    line = OrderLine.objects.get()
    assert done == "The money is on its way back to the card."
    assert (line.shipped, line.cancelled, order.state, order.payment_state) == (
        1,
        1,
        "placed",
        "part_refunded",
    )
    with pytest.raises(services.CannotCancel, match="Everything has been shipped"):
        services.cancel_order(order, key="cancellation 2", reason="")


def test_a_parcel_arrives_once_and_the_last_one_delivers_the_order(order):
    first, second = ship(order, {1: 1}), ship(order, {1: 1}, key="parcel 2")

    assert [orders.deliver(first), orders.deliver(first)] == [True, False]
    order.refresh_from_db()
    assert order.fulfilment_state == "shipped"
    orders.deliver(second)

    order.refresh_from_db()
    assert order.fulfilment_state == "delivered"


def test_a_cancelled_order_tells_its_customer(order):
    services.cancel_order(order, key="cancellation", reason="")
    run_tasks()

    (sent,) = mail.outbox
    assert sent.subject == f"Cancelled: your order {order.number}"
    assert "Your order is cancelled" in sent.body


def test_a_refund_tells_its_customer(order):
    payment = order.payment
    services.settle(payment, amount=4488)
    services.refund(payment, amount=1000, cause="scratched")
    run_tasks()

    (sent,) = mail.outbox
    assert sent.subject == f"€10.00 for your order {order.number} go back to you"


def test_staff_ship_from_the_order_s_page(client, order, till, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("owner@example.com"))
    page = f"/admin/orders/order/{order.pk}/ship/"
    typed = {"key": "0123456789abcdef", "line_1": "2", "carrier": "Post", "tracking_number": "JD1"}

    assert "First the card is charged €44.88" in client.get(page).content.decode()
    assert "2 pieces leave the shelf" in client.post(page, typed).content.decode()
    done, again = (client.post(page, {**typed, "confirmed": "1"}, follow=True) for _ in range(2))

    assert "2 pieces are on their way" in done.content.decode()
    assert again.status_code == 409
    assert shelf(till) == (8, 0)
    assert StockMovement.objects.filter(kind="ship").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_parcel_that_is_sent_six_times_at_once_is_one(stripe, till, settings):
    """The ship command of a reader that stutters: the same key, before the first answer is there."""
    settings.STRIPE_TIMEOUT_SECONDS = 8
    payment = ordered(stripe, till)
    services.settle(payment, amount=4488)
    order = Order.objects.get()

    ends = at_once([lambda: services.ship_order(order, {1: 2}, key="scan 1")] * 6)

    assert ends == {"done": 6}
    assert Fulfilment.objects.count() == StockMovement.objects.filter(kind="ship").count() == 1
    assert shelf(till) == (8, 0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_shipping_and_cancelling_one_wins_and_all_agree(stripe, till, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    payment = ordered(stripe, till)
    services.settle(payment, amount=4488)
    order = Order.objects.get()
    acts = [lambda n=n: services.ship_order(order, {1: 2}, key=f"parcel {n}") for n in range(6)]
    acts += [lambda n=n: services.cancel_order(order, key=f"cancellation {n}", reason="") for n in range(6)]

    ends = at_once(acts)
    run_tasks()

    order.refresh_from_db()
    assert ends["done"] == 1, ends
    assert (order.state, order.fulfilment_state, order.payment_state, shelf(till)) in {
        ("placed", "shipped", "captured", (8, 0)),
        ("cancelled", "unfulfilled", "refunded", (10, 0)),
    }


# --- from which place ---------------------------------------------------------------------------------
@pytest.fixture
def floor(till):
    """Three more mugs on the shop floor."""
    place = LocationFactory(code="floor", name="Shop floor", priority=20)
    StockLevelFactory(item=till.mug.stock_item, location=place, on_hand=3)
    return place


def lying(till):
    levels = StockLevel.objects.filter(item=till.mug.stock_item).order_by("location__priority")
    return list(levels.values_list("on_hand", "allocated"))


def test_pieces_may_be_taken_from_another_place_that_has_them(till, order, floor):
    assert lying(till) == [(10, 2), (3, 0)]

    ship(order, {1: 1}, places={1: floor})

    assert lying(till) == [(10, 1), (2, 0)]


def test_a_place_without_so_many_sends_nothing(till, order, floor):
    inventory.adjust(till.mug.sku, -2, location=floor, cause="broken", reason="Broken")

    with pytest.raises(services.CannotShip, match="has not so many"):
        ship(order, places={1: floor})

    assert lying(till) == [(10, 2), (1, 0)]
    assert nothing_happened(order)


def lose(till, place, left):
    """Somebody counts `left` mugs at a place."""
    level = StockLevel.objects.get(item=till.mug.stock_item, location=place)
    inventory.adjust(
        till.mug.sku, left - level.on_hand, location=place, cause=f"{place} {left}", reason="Lost"
    )


def test_a_place_that_does_not_feed_the_shop_sends_and_charges_nothing(order, floor):
    Location.objects.filter(pk=floor.pk).update(is_sellable=False)
    floor.refresh_from_db()

    with pytest.raises(services.CannotShip, match="does not feed the shop"):
        ship(order, places={1: floor})

    assert nothing_happened(order)


def test_what_is_promised_at_a_place_but_gone_is_neither_sent_nor_charged(till, order, floor):
    inventory.promise_from(order.lines.get().reference, 1, location=floor, cause="move")
    lose(till, floor, 0)

    for pieces, places in (({1: 2}, {}), ({1: 1}, {1: floor})):
        with pytest.raises(services.CannotShip):
            ship(order, pieces, places=places)
    assert nothing_happened(order)


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_places_the_one_that_lost_its_piece_is_passed_over(till, order, floor, is_first):
    main = StockLevel.objects.get(item=till.mug.stock_item, allocated=2).location
    inventory.promise_from(order.lines.get().reference, 1, location=floor, cause="move")
    lose(till, main if is_first else floor, 0)

    ship(order, {1: 1})

    assert lying(till) == ([(0, 1), (2, 0)] if is_first else [(9, 0), (0, 1)])


def test_the_form_says_where_each_piece_lies_and_takes_it_from_elsewhere(
    client, till, order, floor, django_user_model
):
    client.force_login(django_user_model.objects.create_superuser("owner@example.com"))
    page = f"/admin/orders/order/{order.pk}/ship/"
    typed = {"key": "0123456789abcdef", "line_1": "2", "from_1": str(floor.pk)}

    asked = client.get(page).content.decode()
    assert "where it is promised: 2 at" in asked
    assert "Shop floor: 0 promised to this order, 3 free" in asked
    assert "is taken from Shop floor" in client.post(page, typed).content.decode()
    assert client.post(page, {**typed, "from_1": "99"}).status_code == 422
    client.post(page, {**typed, "confirmed": "1"})

    assert lying(till) == [(10, 0), (1, 0)]
    assert AuditEntry.objects.get(act="ship order").after["from"] == {"1": "floor"}


def test_a_held_order_is_neither_shipped_nor_charged(order):
    orders.hold(order, "review", why="The address looks odd.", key="review 1")

    assert "looks odd" in services.why_not_ship(order)
    with pytest.raises(services.CannotShip, match="looks odd"):
        ship(order)

    order.refresh_from_db()
    assert order.payment_state == "authorised"
