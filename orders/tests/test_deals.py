"""Flash prices in the cart: what a line costs while a sale runs, and what it says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config import toggles
from orders import services as orders
from orders.models import Cart, CartLine, Quota
from orders.tests.factories import CartFactory, PromotionFactory, carry
from shop.models import FlashSale
from shop.services import set_price
from shop.tests.factories import FlashSaleFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale():
    """12.00 instead of 19.99, five pieces, two for each customer."""
    return FlashSaleFactory()


@pytest.fixture
def cart():
    return CartFactory()


def line_of(cart):
    return orders.price_cart(cart).lines[0]


def put(cart, variant, quantity):
    """A line as it lies in a cart from before the sale."""
    return CartLine.objects.create(cart=cart, variant=variant, quantity=quantity, seen_price=variant.price)


def take(sale, pieces):
    """As if others had bought them; nobody has, so the books would tell."""
    Quota.objects.update_or_create(name=sale.quota, defaults={"taken": pieces})


def test_a_line_that_fits_costs_the_flash_price(cart, sale):
    change = orders.add_to_cart(cart, sale.variant_id, 2)

    line = line_of(cart)
    assert not change.is_capped
    assert (line.unit_price, line.total, line.old_price, line.was) == (1200, 2400, None, 1999)
    assert line.is_flash
    assert line.is_full
    assert "at most 2 per customer" in line.deal_words


def test_another_variant_costs_what_it_always_did(cart, sale):
    orders.add_to_cart(cart, VariantFactory(stock=5).pk, 2)

    assert (line_of(cart).unit_price, line_of(cart).deal) == (1999, None)


def test_more_than_one_customer_may_have_is_capped_in_words(client, sale):
    client.post("/cart/add/", {"variant": sale.variant_id, "quantity": 3})

    page = client.get("/cart/").content.decode()

    assert "At most 2 per customer at the flash price of €12.00" in page
    assert line_of(Cart.objects.get()).quantity == 2


@pytest.mark.broken_books
def test_more_than_is_left_is_capped_in_words(client, sale):
    take(sale, 4)

    client.post("/cart/add/", {"variant": sale.variant_id, "quantity": 2})

    assert "Only 1 is left at the flash price" in client.get("/cart/").content.decode()
    assert line_of(Cart.objects.get()).quantity == 1


def test_a_longer_line_from_before_is_at_the_usual_price_and_says_why(cart, sale):
    put(cart, sale.variant, 3)

    line = line_of(cart)

    assert (line.unit_price, line.total) == (1999, 5997)
    assert (
        line.deal_words
        == "At most 2 per customer at the flash price of €12.00; for more the usual price counts."
    )


@pytest.mark.broken_books
def test_sold_out_it_costs_what_it_did_before_and_the_customer_is_told(client, cart, sale):
    orders.add_to_cart(cart, sale.variant_id, 1)
    take(sale, 5)
    carry(client, cart)

    page = client.get("/cart/").content.decode()

    assert line_of(cart).unit_price == 1999
    assert "The flash sale is sold out" in page
    assert "The price of one thing has changed" in page


@pytest.mark.parametrize(
    "change",
    [
        lambda: {"ends_at": timezone.now() - timedelta(seconds=1)},
        lambda: {"starts_at": timezone.now() + timedelta(minutes=30)},
        lambda: {"is_active": False},
    ],
)
def test_before_and_after_it_the_usual_price_counts(client, cart, sale, change):
    orders.add_to_cart(cart, sale.variant_id, 1)
    FlashSale.objects.filter(pk=sale.pk).update(**change())
    carry(client, cart)

    page = client.get("/cart/").content.decode()

    assert "was <s>€12.00</s>, now" in page
    assert line_of(cart).deal is None


def test_switched_off_all_prices_are_the_usual_ones_at_once(cart, sale):
    orders.add_to_cart(cart, sale.variant_id, 1)

    toggles.assume({"flash sales": False})

    assert (line_of(cart).unit_price, line_of(cart).deal) == (1999, None)


def test_a_usual_price_that_fell_below_counts(cart, sale):
    orders.add_to_cart(cart, sale.variant_id, 1)

    set_price(sale.variant, 1100, None)

    assert line_of(cart).unit_price == 1100


def test_a_promotion_takes_nothing_off_a_flash_price(cart, sale):
    PromotionFactory(percent=10)
    orders.add_to_cart(cart, sale.variant_id, 1)
    orders.add_to_cart(cart, VariantFactory(stock=5, price=2000).pk, 1)

    flash_line, other = orders.make_quote(cart, country="DE").lines

    assert (flash_line.unit_price, flash_line.discount) == (1200, 0)
    assert (other.unit_price, other.discount) == (2000, 200)


def test_cart_and_offer_cost_as_many_statements_as_without(cart, sale, django_assert_num_queries):
    orders.add_to_cart(cart, sale.variant_id, 1)
    orders.add_to_cart(cart, VariantFactory(stock=5).pk, 1)

    with django_assert_num_queries(1):
        assert orders.price_cart(cart).subtotal == 1200 + 1999
    with django_assert_num_queries(4):  # lines, promotions, rates, ways of delivery: as ever
        assert orders.make_quote(cart, country="DE").subtotal == 1200 + 1999


def test_the_small_cart_shows_the_flash_price(client, cart, sale):
    orders.add_to_cart(cart, sale.variant_id, 2)
    carry(client, cart)

    assert "2 × €12.00" in client.get("/cart/mini/").content.decode()
