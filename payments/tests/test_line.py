"""In a rush: a place in line, kept by whoever holds it, and the way on when its turn has come."""

import re

import pytest
import time_machine
from django.test import Client

from config import pace
from orders.models import Cart, Checkout
from payments import line
from payments.models import Payment
from payments.tests.conftest import make_till
from payments.tests.test_views import typed

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000.0
"""A moment whose turns are easy to read."""


@pytest.fixture(autouse=True)
def _one_a_second(settings):
    settings.THROTTLING_MAX_RPS, settings.THROTTLING_WINDOW_SECONDS = 1.0, 1.0
    settings.THROTTLING_LONGEST_MINUTES = 1


def buyer_of(till):
    """A browser that has filled a cart; the till is at that cart."""
    client = Client()
    client.post("/cart/add/", {"variant": till.mug.pk, "quantity": 2})
    till.cart = Cart.objects.latest("pk")
    return client


def press(client, till, **changes):
    return client.post("/checkout/", typed(till, **changes))


@pytest.fixture
def rush(stripe):
    """The one slot of this second is taken."""
    with time_machine.travel(NOW, tick=False) as clock:
        till = make_till()
        assert press(buyer_of(till), till).status_code == 303
        yield clock


def test_who_comes_in_a_rush_gets_a_place_and_nothing_typed_is_lost(rush):
    till = make_till()

    answer = press(buyer_of(till), till, email="second@example.org")

    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    page = answer.content.decode()
    assert "You are in line" in page
    assert '<input type="hidden" name="email" value="second@example.org">' in page
    assert not Payment.objects.filter(checkout__cart=till.cart).exists()


def test_the_page_that_all_share_tells_each_their_own(rush, settings):
    settings.PAGE_CACHE_SECONDS = 60
    first, second = make_till(), make_till()
    early, late = buyer_of(first), buyer_of(second)

    pages = [
        press(early, first, email="one@example.org", name="[[words]] & [[typed]]").content.decode(),
        press(late, second, email="two@example.org").content.decode(),
    ]

    assert "About 1 person is before you. Your turn comes in a second." in pages[0]
    assert 'name="name" value="[[words]] &amp; [[typed]]"' in pages[0]
    assert "About 2 people are before you. Your turn comes in 2 seconds." in pages[1]
    assert "one@example.org" not in pages[1]
    assert 'value="two@example.org"' in pages[1]
    for page in pages:
        assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', page)


def test_a_place_in_line_costs_one_statement(rush, settings, django_assert_num_queries):
    settings.PAGE_CACHE_SECONDS = 60
    first, till = make_till(), make_till()
    press(buyer_of(first), first)
    buyer, fields = buyer_of(till), typed(till)

    with django_assert_num_queries(1):
        assert buyer.post("/checkout/", fields).status_code == 429


def test_without_a_cart_nobody_takes_a_place(rush):
    answer = press(Client(), make_till())

    assert (answer.status_code, answer["Location"]) == (302, "/cart/")
    assert line.NAME not in answer.cookies


def test_reloading_and_pressing_again_keep_the_place(rush):
    first, second = make_till(), make_till()
    early, late = buyer_of(first), buyer_of(second)
    turns = [press(early, first)["Retry-After"], press(late, second)["Retry-After"]]

    again = [press(early, first)["Retry-After"] for _ in range(5)]

    assert turns == ["1", "2"]
    assert again == ["1"] * 5
    assert press(late, second)["Retry-After"] == "2"


def test_when_the_turn_has_come_the_payment_starts(rush):
    till = make_till()
    buyer = buyer_of(till)
    press(buyer, till)
    assert "About 1 person is before you." in buyer.get("/checkout/place/").content.decode()

    rush.shift(1)

    assert "It is your turn" in buyer.get("/checkout/place/").content.decode()
    assert press(buyer, till).status_code == 303
    assert Payment.objects.filter(checkout__cart=till.cart).count() == 1


def test_a_place_is_of_no_use_to_another_cart_and_none_can_be_made_up(rush):
    mine, other = make_till(), make_till()
    holder, thief = buyer_of(mine), buyer_of(other)
    press(holder, mine)
    rush.shift(1)
    thief.cookies[line.NAME] = holder.cookies[line.NAME].value
    assert press(thief, other).status_code == 429
    thief.cookies[line.NAME] = f"{other.cart.token}:1.0:forged"
    assert press(thief, other).status_code == 429

    assert press(holder, mine).status_code == 303


def test_a_place_ends_some_minutes_after_its_turn(rush):
    till = make_till()
    buyer = buyer_of(till)
    press(buyer, till)

    rush.shift(line.LASTS.total_seconds() + 2)

    assert "It is your turn" in buyer.get("/checkout/place/").content.decode()
    assert line.Place(till.cart.token, NOW + 1).is_over


def test_a_line_that_is_too_long_takes_nobody_in(rush):
    for _ in range(61):
        pace.take(line.PACE, rate=1, window=1, longest=60)
    till = make_till()

    last = press(buyer_of(till), till)

    assert (last.status_code, last["Retry-After"]) == (429, "60")
    assert line.NAME not in last.cookies
    assert re.search(r"Please wait a minute", last.content.decode())


def test_without_a_limit_nobody_stands_in_line(rush, settings):
    settings.THROTTLING_MAX_RPS = 0.0
    till = make_till()

    assert press(buyer_of(till), till).status_code == 303


def test_the_small_page_may_stand_in_the_large_one_and_nowhere_else():
    answer = Client().get("/checkout/place/")

    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert Checkout.objects.count() == 0
