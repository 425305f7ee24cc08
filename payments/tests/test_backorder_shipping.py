"""Shipping what is on backorder: nothing is charged for pieces that are not there, and what is there can go."""

import pytest
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from config.tests.helpers import run_tasks
from inventory import services as inventory
from inventory.models import StockItem, StockLevel
from orders.models import Order
from payments import services
from payments.tests.conftest import make_till
from payments.tests.test_cancelling import ordered
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(stripe):
    """Three mugs, of which one lies on the shelf; authorised."""
    mug = VariantFactory(stock=1, price=1999, stock_item__backorder_limit=5)
    ordered(stripe, make_till(mug=mug, quantity=3))
    return Order.objects.get()


def test_nothing_is_settled_for_pieces_that_are_not_there(stripe, order):
    with pytest.raises(
        services.CannotShip, match="1 pieces lie on the shelf for this order; 2 wait for goods"
    ):
        services.ship_order(order, {1: 2}, key="parcel 1")

    assert stripe.calls("POST /v1/payment_intents/{id}/capture") == 0
    order.refresh_from_db()
    assert order.payment_state == "authorised"


def test_what_lies_there_goes_and_the_rest_when_it_came(order):
    services.ship_order(order, {1: 1}, key="parcel 1")
    order.refresh_from_db()
    assert order.fulfilment_state == "partial"
    level = StockLevel.objects.get()

    inventory.receive(level.item.sku, 2, location=level.location, cause="paper")
    services.ship_order(order, {1: 2}, key="parcel 2")
    run_tasks()

    order.refresh_from_db()
    assert order.fulfilment_state == "shipped"


def test_the_button_says_why_and_offers_what_is_there(client, order):
    client.force_login(StaffFactory(is_superuser=True))
    address = reverse("admin:orders_order_ship", args=[order.pk])
    page = client.get(address).content.decode()
    assert "1 at most" in page

    services.ship_order(order, {1: 1}, key="parcel 1")

    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "All that is left of it waits for goods." in page
    assert (
        "Who waits for it"
        in client.get(
            reverse("admin:inventory_stockitem_change", args=[StockItem.objects.get().pk])
        ).content.decode()
    )
