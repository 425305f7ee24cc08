"""What a cart is reduced by: promotions by themselves, a voucher by its code, free delivery from a value on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation

from config import toggles
from orders import services as orders
from orders.models import Promotion, ShippingMethod, Voucher
from orders.services.discounts import reduce_cart
from orders.tests.factories import (
    CartLineFactory,
    PromotionFactory,
    ShippingMethodFactory,
    VoucherFactory,
)
from shop.tests.factories import CategoryFactory, FlashSaleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart():
    """Two mugs at 20.00 and, of a category below the mugs', one cup at 10.00; delivery is 4.90, express 12.90."""
    line = CartLineFactory(variant__stock_item__sku="MUG", variant__price=2000, quantity=2)
    below = CategoryFactory(parent=line.variant.product.category)
    CartLineFactory(
        cart=line.cart,
        variant__stock_item__sku="CUP",
        variant__price=1000,
        variant__product__category=below,
    )
    ShippingMethodFactory()
    ShippingMethodFactory(flat_price=1290, position=1)
    return line.cart


def quote(cart, **more):
    return orders.make_quote(cart, country="DE", **more)


def off(cart, **more):
    """(name, code, amount, delivery) of what is taken off."""
    return [(each.name, each.code, each.amount, each.shipping) for each in quote(cart, **more).reductions]


def _category(cart, sku):
    return cart.lines.get(variant__stock_item__sku=sku).variant.product.category


def _hours(count):
    return timezone.now() + timedelta(hours=count)


# --- promotions -------------------------------------------------------------------------------------
def test_promotions_apply_one_after_the_other_to_what_is_left(cart):
    PromotionFactory(position=2, kind="amount", amount=1000, names={"en": "Ten off"})
    PromotionFactory(position=1)

    made = quote(cart)

    assert off(cart) == [("Ten percent", "", 500, 0), ("Ten off", "", 1000, 0)]
    assert {line.sku: line.discount for line in made.lines} == {"MUG": 400 + 800, "CUP": 100 + 200}
    assert made.total == 5000 - 1500 + 490


def test_a_category_takes_those_below_it_along_and_no_others(cart):
    mugs = PromotionFactory(category=_category(cart, "MUG"))
    assert off(cart) == [("Ten percent", "", 500, 0)]

    Promotion.objects.filter(pk=mugs.pk).update(category=_category(cart, "CUP"))
    assert off(cart) == [("Ten percent", "", 100, 0)]

    Promotion.objects.filter(pk=mugs.pk).update(category=CategoryFactory())
    assert off(cart) == []


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"is_active": False}, False),
        ({"starts_at": _hours(1)}, False),
        ({"starts_at": _hours(-2), "ends_at": _hours(-1)}, False),
        ({"starts_at": _hours(-2), "ends_at": _hours(1)}, True),
        ({"minimum": 5000}, True),
        ({"minimum": 5001}, False),
    ],
)
def test_it_counts_while_it_runs_and_from_its_minimum_on(cart, changes, counts):
    PromotionFactory(**changes)

    assert bool(off(cart)) is counts


def test_two_for_the_price_of_one_is_the_cheaper_one(cart):
    PromotionFactory(kind="pieces", buy=2, get=1, percent=100)

    assert {line.sku: line.discount for line in quote(cart).lines} == {"MUG": 0, "CUP": 1000}


def test_free_delivery_looks_at_what_the_goods_cost_in_the_end(cart):
    PromotionFactory(kind="delivery", minimum=4600, names={"en": "Free delivery"})
    assert (quote(cart).shipping, off(cart)) == (0, [("Free delivery", "", 0, 490)])

    PromotionFactory(kind="amount", amount=500)

    assert quote(cart).shipping == 490
    assert quote(cart).reduced.to_free_delivery == 100


def test_a_quicker_way_costs_the_difference_and_collecting_costs_nothing_anyway(cart):
    PromotionFactory(kind="delivery")
    express, collection = (
        ShippingMethodFactory(flat_price=1290, position=1),
        ShippingMethodFactory(flat_price=0, position=2),
    )

    assert quote(cart, method_id=express.pk).shipping == 800
    assert quote(cart, method_id=collection.pk).reductions == []
    assert [price for _method, price in quote(cart).methods] == [0, 800, 800, 0]


def test_what_is_on_a_flash_sale_is_never_reduced_but_counts_for_the_minimum(cart):
    FlashSaleFactory(variant=cart.lines.get(variant__stock_item__sku="MUG").variant)
    PromotionFactory(minimum=2 * 1200 + 1000)
    orders.put_into_cart(cart, VoucherFactory().code)

    assert {line.sku: line.discount for line in quote(cart).lines} == {"MUG": 0, "CUP": 100 + 90}
    assert reduce_cart(cart, orders.price_cart(cart)).amount == 190


def test_its_name_is_kept_in_the_language_of_the_customer(cart):
    PromotionFactory()

    with translation.override("de"):
        assert [each["name"] for each in quote(cart).discounts] == ["Zehn Prozent"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": 0},
        {"percent": 101},
        {"percent": None},
        {"amount": 5},
        {"kind": "amount", "amount": 0},
        {"kind": "pieces", "buy": 0, "get": 1},
        {"kind": "pieces"},
        {"kind": "delivery", "percent": 5},
        {"kind": "nonsense"},
        {"minimum": -1},
        {"ends_at": _hours(-5)},
    ],
)
def test_the_database_refuses_what_makes_no_sense(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        PromotionFactory(**{"percent": 10} | wrong)


@pytest.mark.parametrize("wrong", [{"code": "small"}, {"code": ""}, {"limit": 0}, {"per_customer": 0}])
def test_the_database_refuses_vouchers_that_make_no_sense(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        VoucherFactory(**wrong)


# --- vouchers ---------------------------------------------------------------------------------------
def test_a_voucher_comes_after_the_promotions(cart):
    PromotionFactory()
    VoucherFactory(code="TEN")

    orders.put_into_cart(cart, " ten ")

    assert off(cart) == [("Ten percent", "", 500, 0), ("Voucher", "TEN", 450, 0)]


def test_an_empty_code_takes_it_out_and_an_unknown_one_changes_nothing(cart):
    orders.put_into_cart(cart, VoucherFactory().code)

    with pytest.raises(orders.UnknownVoucher):
        orders.put_into_cart(cart, "NONE")
    cart.refresh_from_db()
    assert cart.voucher

    orders.put_into_cart(cart, "")
    cart.refresh_from_db()
    assert (cart.voucher, off(cart)) == (None, [])


def test_switched_off_it_counts_for_nothing_and_comes_back(cart):
    voucher = VoucherFactory()
    orders.put_into_cart(cart, voucher.code)
    toggles.assume({"vouchers": False})

    assert off(cart) == []
    with pytest.raises(orders.VouchersOff):
        orders.put_into_cart(cart, voucher.code)

    toggles.assume({})
    assert len(off(cart)) == 1


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"starts_at": timezone.now() + timedelta(days=400)}, "This voucher counts from "),
        ({"starts_at": _hours(-9), "ends_at": _hours(-1)}, "This voucher was valid until "),
        ({"is_active": False}, "This voucher is not valid any more."),
        ({"minimum": 5720}, "Add goods for €7.20 more to use this voucher."),
    ],
)
def test_it_says_why_it_does_not_fit_and_counts_once_it_does(cart, terms, why):
    voucher = VoucherFactory(**terms)
    orders.put_into_cart(cart, voucher.code)

    assert (off(cart), quote(cart).reduced.code) == ([], voucher.code)
    assert quote(cart).reduced.why_not.startswith(why)

    Voucher.objects.update(starts_at=_hours(-1), ends_at=None, is_active=True, minimum=5000)
    cart.refresh_from_db()
    assert (len(off(cart)), quote(cart).reduced.why_not) == (1, "")


def test_it_is_for_goods_of_its_category_only(cart):
    orders.put_into_cart(cart, VoucherFactory(category=CategoryFactory()).code)

    assert quote(cart).reduced.why_not == "This voucher is not for what is in your cart."


def test_it_can_free_the_delivery_unless_that_is_free_already(cart):
    orders.put_into_cart(cart, VoucherFactory(kind="delivery", code="FREE").code)
    assert off(cart) == [("Voucher", "FREE", 0, 490)]

    PromotionFactory(kind="delivery", names={"en": "Free"})

    assert off(cart) == [("Free", "", 0, 490)]
    assert quote(cart).reduced.why_not == "Delivery is free already: keep this voucher for another time."


def test_free_delivery_by_voucher_asks_what_the_goods_cost_after_promotions_as_a_promotion_does(cart):
    voucher = VoucherFactory(kind="delivery", minimum=4600)
    orders.put_into_cart(cart, voucher.code)
    assert quote(cart).shipping == 0

    PromotionFactory()

    assert (off(cart), quote(cart).shipping) == ([("Ten percent", "", 500, 0)], 490)
    assert quote(cart).reduced.why_not == "Add goods for €1.00 more to use this voucher."
    Voucher.objects.update(minimum=4500)
    cart.refresh_from_db()
    assert quote(cart).shipping == 0


def test_free_delivery_is_free_also_where_collection_is_the_first_way(cart):
    ShippingMethod.objects.update(position=F("position") + 1)
    pickup = ShippingMethodFactory(flat_price=0, position=0, is_collection=True)
    PromotionFactory(kind="delivery", names={"en": "Free"})
    [collected, *sent] = [way.pk for way, _price in quote(cart).methods]

    assert collected == pickup.pk
    assert [price for _way, price in quote(cart).methods] == [0, 0, 800]
    assert [quote(cart, method_id=way).shipping for way in sent] == [0, 800]
    assert quote(cart, method_id=pickup.pk).reductions == []


def test_without_a_voucher_an_offer_costs_one_statement_more_however_many_promotions(
    cart, django_assert_num_queries
):
    with django_assert_num_queries(4):  # lines, rates, methods, promotions
        quote(cart)
    for _number in range(3):
        PromotionFactory()

    with django_assert_num_queries(4):
        quote(cart)


def test_offers_of_categories_cost_one_statement_more_however_many(cart, django_assert_num_queries):
    for _number in range(3):
        PromotionFactory(category=_category(cart, "MUG"))

    with django_assert_num_queries(5):  # and the categories, which a running shop keeps for a moment
        quote(cart)


def test_a_voucher_costs_two_statements(cart, django_assert_num_queries):
    orders.put_into_cart(cart, VoucherFactory(per_customer=1, limit=5).code)
    cart = type(cart).objects.get(pk=cart.pk)

    with django_assert_num_queries(6):
        quote(cart, email="a@example.org")
