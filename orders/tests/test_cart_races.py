"""Two tabs, two devices, two clicks at once: on PostgreSQL, with real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from orders import services as orders
from orders.models import Cart
from orders.services import cart as cart_services
from orders.tests.factories import CartFactory, CartLineFactory
from shop.tests.factories import VariantFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time"),
]


def held(cart):
    return dict(cart.lines.values_list("variant", "quantity"))


def at_once(act, times):
    """Call `act(number)` in so many threads that start together; returns results or errors."""
    start = Barrier(times)

    def run(number):
        try:
            start.wait()
            return act(number)
        except orders.OrderError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_the_same_thing_added_ten_times_at_once_is_one_line_of_ten():
    cart, variant = CartFactory(), VariantFactory(stock=50)

    at_once(lambda _: orders.add_to_cart(cart, variant.pk, 1), 10)

    assert held(cart) == {variant.pk: 10}


def test_without_the_lock_pieces_are_lost(monkeypatch):
    """The negative control: what the test above proves is the lock's doing."""
    monkeypatch.setattr(cart_services, "lock_cart", lambda cart: None)
    meet = Barrier(6)
    look = cart_services._obtainable
    monkeypatch.setattr(cart_services, "_obtainable", lambda *args: (meet.wait(), look(*args))[1])
    cart, variant = CartFactory(), VariantFactory(stock=50)

    at_once(lambda _: orders.add_to_cart(cart, variant.pk, 1), 6)

    assert held(cart)[variant.pk] < 6


def test_the_limit_of_lines_holds_when_ten_things_are_added_at_once(settings):
    settings.CART_MAX_LINES = 3
    cart, variants = CartFactory(), VariantFactory.create_batch(10, stock=5)

    results = at_once(lambda number: orders.add_to_cart(cart, variants[number].pk, 1), 10)

    assert cart.lines.count() == 3
    assert sum(isinstance(result, orders.TooManyLines) for result in results) == 7


def test_the_limit_of_worth_holds_too(settings):
    settings.CART_MAX_TOTAL = 5000
    cart, variants = CartFactory(), VariantFactory.create_batch(8, stock=5, price=1999)

    at_once(lambda number: orders.add_to_cart(cart, variants[number].pk, 1), 8)

    assert orders.price_cart(cart).subtotal <= 5000
    assert cart.lines.count() == 2


def test_a_login_that_happens_five_times_at_once_joins_the_cart_once():
    user = get_user_model().objects.create_user("ada@example.com")
    guest = CartFactory()
    line = CartLineFactory(cart=guest, quantity=2)

    at_once(lambda _: orders.merge_carts(guest, user), 5)

    assert held(Cart.objects.get()) == {line.variant_id: 2}
    assert Cart.objects.get().customer == user


def test_what_is_added_while_the_guest_signs_in_is_not_lost_silently():
    user = get_user_model().objects.create_user("ada@example.com")
    guest = CartFactory()
    variant = VariantFactory(stock=50)

    def act(number):
        if number == 0:
            return orders.merge_carts(guest, user)
        return orders.add_to_cart(guest, variant.pk, 1)

    results = at_once(act, 5)

    refused = sum(isinstance(result, orders.CartGone) for result in results)
    assert held(Cart.objects.get()).get(variant.pk, 0) == 4 - refused


def test_one_customer_gets_one_cart_from_five_devices_at_once():
    user = get_user_model().objects.create_user("ada@example.com")

    carts = at_once(lambda _: orders.ensure_cart(None, user), 5)

    assert len({cart.pk for cart in carts}) == 1
