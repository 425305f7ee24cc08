"""The voucher on the pages of cart and checkout: typed, refused in words, kept, taken out; with htmx and without."""

import pytest

from config import toggles
from orders.models import Cart, Checkout
from orders.tests.factories import (
    CartLineFactory,
    PromotionFactory,
    ShippingMethodFactory,
    TaxRateFactory,
    VoucherFactory,
    carry,
)

pytestmark = pytest.mark.django_db
CART, VOUCHER, CHECKOUT = "/cart/", "/cart/voucher/", "/checkout/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cart(client):
    """Two mugs at 20.00, in the cart of this browser."""
    ShippingMethodFactory()
    TaxRateFactory()
    line = CartLineFactory(variant__price=2000, quantity=2)
    carry(client, line.cart, 2)
    return line.cart


def _voucher_of(cart):
    return Cart.objects.get(pk=cart.pk).voucher


def test_a_typed_code_shows_what_it_takes_off(client, cart):
    voucher = VoucherFactory(code="TEN")

    answer = client.post(VOUCHER, {"code": " ten"}, follow=True)

    assert answer.redirect_chain == [("/cart/", 303)]
    assert _voucher_of(cart) == voucher
    page = answer.content.decode()
    assert "−€4.00" in page
    assert "€36.00" in page


def test_with_htmx_the_middle_of_the_page_comes_back(client, cart):
    VoucherFactory(code="TEN")

    answer = client.post(VOUCHER, {"code": "TEN"}, headers=HTMX)

    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<div id="cart"')
    assert "−€4.00" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("code", ["NONE", "x" * 500, "ſ", "'; --", "<b>"])
def test_an_unknown_code_is_told_and_stays_in_the_field(client, cart, headers, code):
    answer = client.post(VOUCHER, {"code": code}, headers=headers)

    assert answer.status_code == 422
    assert "We do not know this voucher." in answer.content.decode()
    assert _voucher_of(cart) is None


def test_one_that_does_not_fit_yet_stays_visible_with_its_reason(client, cart):
    VoucherFactory(code="MORE", minimum=4720)

    page = client.post(VOUCHER, {"code": "MORE"}, follow=True).content.decode()

    assert "MORE" in page
    assert "Add goods for €7.20 more to use this voucher." in page
    assert "−€" not in page


def test_removed_it_is_gone(client, cart):
    VoucherFactory(code="TEN")
    client.post(VOUCHER, {"code": "TEN"})

    page = client.post(VOUCHER, {"code": ""}, follow=True).content.decode()

    assert _voucher_of(cart) is None
    assert "TEN" not in page


def test_codes_cannot_be_guessed_through(client, cart):
    VoucherFactory(code="RIGHT")
    for number in range(20):
        assert client.post(VOUCHER, {"code": f"WRONG{number}"}).status_code == 422

    answer = client.post(VOUCHER, {"code": "RIGHT"})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert _voucher_of(cart) is None
    assert client.post(VOUCHER, {"code": ""}).status_code == 303


def test_switched_off_there_is_no_field_and_a_code_is_refused(client, cart):
    VoucherFactory(code="TEN")
    toggles.assume({"vouchers": False})

    assert 'name="code"' not in client.get(CART).content.decode()
    assert 'name="code"' not in client.get(CHECKOUT).content.decode()
    assert client.post(VOUCHER, {"code": "TEN"}).status_code == 409


def test_without_a_cart_there_is_nothing_to_take_off(client):
    assert client.post(VOUCHER, {"code": "TEN"}).status_code == 409


# --- at checkout -------------------------------------------------------------------------------------
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_typed_at_checkout_stays(client, cart, headers):
    VoucherFactory(code="TEN")
    typed = {"email": "ada@example.com", "city": "Berlin", "country": "DE"}

    page = client.post(CHECKOUT, {**typed, "update": "voucher", "code": "TEN"}, headers=headers)

    assert page.status_code == 200
    assert 'value="Berlin"' in page.content.decode()
    assert "−€4.00" in page.content.decode()
    assert "€40.90" in page.content.decode()  # 36.00 and 4.90 for delivery
    page = client.post(CHECKOUT, {**typed, "update": "no voucher"}, headers=headers)
    assert 'value="Berlin"' in page.content.decode()
    assert "TEN" not in page.content.decode()
    assert _voucher_of(cart) is None


def test_another_change_of_the_checkout_leaves_the_voucher_in(client, cart):
    voucher = VoucherFactory(code="TEN")
    client.post(VOUCHER, {"code": "TEN"})

    client.post(CHECKOUT, {"update": "1", "country": "DE"})

    assert _voucher_of(cart) == voucher


def test_a_code_that_was_typed_and_not_tried_counts_before_anything_is_ordered(client, cart):
    voucher = VoucherFactory(code="TEN")

    page = client.post(CHECKOUT, {"code": "ten", "country": "DE", "city": "Berlin"}).content.decode()

    assert _voucher_of(cart) == voucher
    assert "Your total has changed. Please look at it, then order." in page
    assert 'value="Berlin"' in page
    assert not Checkout.objects.exists()


def test_a_wrong_code_at_checkout_is_unprocessable(client, cart):
    answer = client.post(CHECKOUT, {"update": "1", "code": "NONE", "country": "DE"}, headers=HTMX)

    assert answer.status_code == 422
    assert "We do not know this voucher." in answer.content.decode()


# --- promotions --------------------------------------------------------------------------------------
def test_promotions_are_named_and_how_little_is_lacking_for_free_delivery(client, cart):
    PromotionFactory()
    PromotionFactory(kind="delivery", minimum=5000, names={"en": "Free delivery"})

    for address in (CART, CHECKOUT, "/cart/mini/"):
        page = client.get(address).content.decode()
        assert "−€4.00" in page
        assert "€14.00 more for free delivery." in page


def test_what_is_sold_out_is_not_reduced(client, cart):
    CartLineFactory(cart=cart, variant__price=1000, variant__stock=0)
    PromotionFactory()

    assert "−€4.00" in client.get(CART).content.decode()


@pytest.mark.parametrize(("vouchers", "most"), [(0, 4), (1, 7)])
def test_the_cart_costs_one_statement_for_all_promotions(
    client, cart, settings, django_assert_max_num_queries, vouchers, most
):
    for _number in range(3):
        PromotionFactory()
    if vouchers:
        client.post(VOUCHER, {"code": VoucherFactory(per_customer=1).code})
    settings.PAGE_CACHE_SECONDS = 60
    client.get("/")

    with django_assert_max_num_queries(most):
        client.get(CART)
