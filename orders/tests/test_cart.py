from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from orders import services as orders
from orders.models import Cart, CartLine, Checkout
from orders.tests.factories import CartFactory, CartLineFactory, CheckoutFactory
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def held(cart):
    return dict(cart.lines.values_list("variant", "quantity"))


def customer(email="ada@example.com"):
    return get_user_model().objects.create_user(email)


# --- finding --------------------------------------------------------------------------------------
def test_a_guest_s_cart_is_found_by_its_token():
    cart = CartFactory()

    assert orders.find_cart(cart.token, None) == cart
    assert orders.find_cart("nonsense", None) is None
    assert orders.find_cart(None, None) is None


def test_a_token_alone_never_opens_a_customer_s_cart():
    cart = CartFactory(customer=customer())

    assert orders.find_cart(cart.token, None) is None
    assert orders.find_cart(None, cart.customer) == cart


def test_a_customer_s_token_does_not_matter():
    own, other = CartFactory(customer=customer()), CartFactory()

    assert orders.find_cart(other.token, own.customer) == own


def test_ensure_cart_makes_one_cart_per_customer():
    user = customer()

    first, second = orders.ensure_cart(None, user), orders.ensure_cart(None, user)

    assert first == second
    assert first.customer == user


# --- adding ---------------------------------------------------------------------------------------
def test_adding_twice_adds_up_in_one_line():
    cart, variant = CartFactory(), VariantFactory(stock=10)

    orders.add_to_cart(cart, variant.pk, 2)
    change = orders.add_to_cart(cart, variant.pk, 3)

    assert held(cart) == {variant.pk: 5}
    assert (change.before, change.quantity, change.wanted, change.count) == (2, 5, 5, 5)
    assert not change.is_capped


def test_a_new_cart_is_saved_with_its_first_line_only():
    variant, sold_out = VariantFactory(stock=1), VariantFactory(stock=0)

    with pytest.raises(orders.SoldOut):
        orders.add_to_cart(Cart(), sold_out.pk, 1)
    assert not Cart.objects.exists()

    orders.add_to_cart(Cart(), variant.pk, 1)
    assert held(Cart.objects.get()) == {variant.pk: 1}


def test_adding_more_than_there_is_takes_what_there_is():
    cart, variant = CartFactory(), VariantFactory(stock=3)

    change = orders.add_to_cart(cart, variant.pk, 5)

    assert held(cart) == {variant.pk: 3}
    assert change.is_capped


def test_adding_never_goes_beyond_the_limit_of_a_line(settings):
    settings.CART_MAX_QUANTITY = 4
    cart, variant = CartFactory(), VariantFactory(stock=10)

    orders.add_to_cart(cart, variant.pk, 3)
    change = orders.add_to_cart(cart, variant.pk, 3)

    assert held(cart) == {variant.pk: 4}
    assert change.is_capped


@pytest.mark.parametrize("quantity", [-1, 0, 100, 10**30])
def test_a_quantity_out_of_range_changes_nothing(quantity):
    line = CartLineFactory(quantity=2)

    with pytest.raises(orders.BadQuantity):
        orders.add_to_cart(line.cart, line.variant_id, quantity)

    assert held(line.cart) == {line.variant_id: 2}


@pytest.mark.parametrize("variant_id", [0, -1, 10**30])
def test_what_is_not_in_the_catalogue_cannot_be_added(variant_id):
    with pytest.raises(orders.NotForSale):
        orders.add_to_cart(CartFactory(), variant_id, 1)


@pytest.mark.parametrize("withdrawn", ["variant", "product", "category"])
def test_what_was_withdrawn_cannot_be_added(withdrawn):
    variant = VariantFactory(stock=10)
    row = {"variant": variant, "product": variant.product, "category": variant.product.category}[withdrawn]
    row.is_active = False
    row.save()

    with pytest.raises(orders.NotForSale):
        orders.add_to_cart(CartFactory(), variant.pk, 1)


def test_a_cart_holds_so_many_different_things(settings):
    settings.CART_MAX_LINES = 2
    cart = CartFactory()
    lines = [CartLineFactory(cart=cart), CartLineFactory(cart=cart)]

    with pytest.raises(orders.TooManyLines):
        orders.add_to_cart(cart, VariantFactory(stock=1).pk, 1)

    orders.add_to_cart(cart, lines[0].variant_id, 1)
    assert held(cart) == {lines[0].variant_id: 2, lines[1].variant_id: 1}


def test_a_cart_is_worth_so_much_at_most(settings):
    settings.CART_MAX_TOTAL = 5000
    cart = CartFactory()
    CartLineFactory(cart=cart, variant__price=3000)
    cheap = VariantFactory(price=1000, stock=10)

    orders.add_to_cart(cart, cheap.pk, 2)
    with pytest.raises(orders.TooDear):
        orders.add_to_cart(cart, cheap.pk, 1)

    assert held(cart)[cheap.pk] == 2


def test_a_cart_that_grew_too_dear_can_still_shrink(settings):
    line = CartLineFactory(quantity=3, variant__price=1000)
    settings.CART_MAX_TOTAL = 500

    orders.set_quantity(line.cart, line.pk, 2)

    assert held(line.cart) == {line.variant_id: 2}


def test_a_cart_that_moved_away_is_not_filled():
    cart = CartFactory()
    Cart.objects.all().delete()

    with pytest.raises(orders.CartGone):
        orders.add_to_cart(cart, VariantFactory(stock=1).pk, 1)


# --- setting --------------------------------------------------------------------------------------
def test_a_quantity_is_set_and_zero_removes_the_line():
    line = CartLineFactory()

    orders.set_quantity(line.cart, line.pk, 4)
    assert held(line.cart) == {line.variant_id: 4}

    change = orders.set_quantity(line.cart, line.pk, 0)
    assert held(line.cart) == {}
    assert (change.before, change.quantity, change.count) == (4, 0, 0)


def test_setting_more_than_there_is_takes_what_there_is():
    line = CartLineFactory(variant__stock=3)

    change = orders.set_quantity(line.cart, line.pk, 9)

    assert held(line.cart) == {line.variant_id: 3}
    assert change.is_capped


def test_a_line_of_somebody_else_is_not_touched():
    cart, other = CartFactory(), CartLineFactory(quantity=2)

    with pytest.raises(orders.LineGone):
        orders.set_quantity(cart, other.pk, 0)

    assert held(other.cart) == {other.variant_id: 2}


def test_a_withdrawn_line_can_only_be_removed():
    line = CartLineFactory(variant__is_active=False)

    with pytest.raises(orders.NotForSale):
        orders.set_quantity(line.cart, line.pk, 2)

    orders.set_quantity(line.cart, line.pk, 0)
    assert held(line.cart) == {}


# --- pricing --------------------------------------------------------------------------------------
def test_the_catalogue_prices_the_cart():
    cart = CartFactory()
    CartLineFactory(cart=cart, quantity=2, variant__price=1050)
    CartLineFactory(cart=cart, quantity=1, variant__price=99)

    priced = orders.price_cart(cart)

    assert [(line.unit_price, line.quantity, line.total) for line in priced.lines] == [
        (1050, 2, 2100),
        (99, 1, 99),
    ]
    assert (priced.subtotal, priced.count, priced.problems) == (2199, 3, [])


def test_a_changed_price_is_said_until_it_is_acknowledged():
    line = CartLineFactory(variant__price=1000)
    Variant.objects.update(price=1200)

    before = orders.price_cart(line.cart)
    orders.acknowledge_prices(before)
    after = orders.price_cart(line.cart)

    assert [(each.old_price, each.unit_price) for each in before.lines] == [(1000, 1200)]
    assert [(each.old_price, each.unit_price) for each in after.lines] == [(None, 1200)]


def test_only_the_price_that_was_shown_is_acknowledged():
    line = CartLineFactory(variant__price=1000)
    Variant.objects.update(price=1200)
    shown = orders.price_cart(line.cart)
    Variant.objects.update(price=1500)

    orders.acknowledge_prices(shown)

    assert orders.price_cart(line.cart).lines[0].old_price == 1200


def test_short_sold_out_and_withdrawn_lines_are_told_apart_and_cost_only_if_they_can_be_had():
    cart = CartFactory()
    CartLineFactory(cart=cart, quantity=5, variant__stock=2, variant__price=100)
    CartLineFactory(cart=cart, variant__stock=0)
    CartLineFactory(cart=cart, variant__is_active=False)

    priced = orders.price_cart(cart)

    assert [(line.is_short, line.is_sold_out, line.is_gone) for line in priced.lines] == [
        (True, False, False),
        (True, True, False),
        (False, False, True),
    ]
    assert len(priced.problems) == 3
    assert priced.subtotal == 500


def test_what_the_own_payment_holds_counts_as_available():
    line = CartLineFactory(quantity=2, variant__stock=0)
    CheckoutFactory(
        cart=line.cart,
        state=Checkout.State.AWAITING_PAYMENT,
        lines=[{"variant": line.variant_id, "quantity": 2}],
    )

    assert not orders.price_cart(line.cart).problems
    assert orders.add_to_cart(line.cart, line.variant_id, 1).quantity == 2


# --- signing in -----------------------------------------------------------------------------------
def test_a_guest_s_cart_joins_the_customer_s_and_is_gone():
    own, guest = CartFactory(customer=customer()), CartFactory()
    both = CartLineFactory(cart=own, quantity=1).variant
    CartLineFactory(cart=guest, variant=both, quantity=2)
    new = CartLineFactory(cart=guest, quantity=3).variant

    merged = orders.merge_carts(guest, own.customer)

    assert merged == own
    assert held(own) == {both.pk: 3, new.pk: 3}
    assert list(Cart.objects.all()) == [own]


def test_a_guest_s_cart_joins_once_even_if_the_login_happens_twice():
    own, guest = CartFactory(customer=customer()), CartFactory()
    line = CartLineFactory(cart=guest, quantity=2)

    orders.merge_carts(Cart.objects.get(pk=guest.pk), own.customer)
    orders.merge_carts(guest, own.customer)

    assert held(own) == {line.variant_id: 2}


def test_a_customer_without_a_cart_gets_one():
    line, user = CartLineFactory(quantity=2), customer()

    merged = orders.merge_carts(line.cart, user)

    assert merged.customer == user
    assert held(merged) == {line.variant_id: 2}
    assert Cart.objects.count() == 1


def test_somebody_s_cart_is_never_taken_for_a_guest_s():
    other = CartLineFactory(cart__customer=customer("other@example.com"))

    orders.merge_carts(other.cart, customer())

    assert held(other.cart) == {other.variant_id: 1}


def test_joining_keeps_the_limits(settings):
    settings.CART_MAX_QUANTITY, settings.CART_MAX_LINES = 5, 2
    own, guest = CartFactory(customer=customer()), CartFactory()
    both = CartLineFactory(cart=own, quantity=4).variant
    for quantity in (3, 1, 1):
        CartLineFactory(cart=guest, quantity=quantity, **({"variant": both} if quantity == 3 else {}))

    orders.merge_carts(guest, own.customer)

    assert held(own)[both.pk] == 5
    assert own.lines.count() == 2


def test_joining_keeps_the_limit_of_worth(settings):
    settings.CART_MAX_TOTAL = 3000
    own, guest = CartFactory(customer=customer()), CartFactory()
    kept = CartLineFactory(cart=own, variant__price=2000)
    CartLineFactory(cart=guest, variant__price=1500)
    fits = CartLineFactory(cart=guest, variant__price=1000)

    orders.merge_carts(guest, own.customer)

    assert held(own) == {kept.variant_id: 1, fits.variant_id: 1}


def test_a_payment_that_the_guest_started_moves_along():
    guest, user = CartFactory(), customer()
    checkout = CheckoutFactory(cart=guest, state=Checkout.State.AWAITING_PAYMENT)

    own = orders.merge_carts(guest, user)

    checkout.refresh_from_db()
    assert checkout.cart == own


def test_a_payment_of_the_customer_is_not_disturbed():
    guest, own = CartFactory(), CartFactory(customer=customer())
    theirs = CheckoutFactory(cart=own, state=Checkout.State.AWAITING_PAYMENT)
    guests = CheckoutFactory(cart=guest, state=Checkout.State.AWAITING_PAYMENT)

    orders.merge_carts(guest, own.customer)

    theirs.refresh_from_db()
    guests.refresh_from_db()
    assert (theirs.cart, theirs.state) == (own, "awaiting_payment")
    assert (guests.cart, guests.state) == (None, "awaiting_payment")


@pytest.mark.parametrize("quantity", [0, 1000])
def test_the_table_itself_refuses_a_silly_quantity(quantity):
    line = CartLineFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CartLine.objects.filter(pk=line.pk).update(quantity=quantity)


def test_the_table_itself_refuses_a_second_line_of_the_same_thing():
    line = CartLineFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CartLineFactory(cart=line.cart, variant=line.variant)


# --- forgetting -----------------------------------------------------------------------------------
def test_only_old_carts_of_guests_without_a_payment_are_forgotten():
    old = timezone.now() - timedelta(days=91)
    CartLineFactory(cart__touched_at=old)
    paying = CartFactory(touched_at=old)
    CheckoutFactory(cart=paying, state=Checkout.State.OPEN)
    kept = {CartFactory(), CartFactory(touched_at=old, customer=customer()), paying}

    assert orders.forget_old_carts() == 1
    assert set(Cart.objects.all()) == kept
