"""A voucher is held by whoever pays, used once, given back, and known again by whoever has used it."""

import pytest
from django.db import transaction

from accounts.tests.factories import UserFactory
from config.tests.world import contradictions, sql
from orders import personal_data
from orders import services as orders
from orders.models import Cart, Checkout, Order, Quota, QuotaUse
from orders.services import buyers, quotas, vouchers
from orders.tests.factories import (
    ADDRESS,
    CartLineFactory,
    OrderFactory,
    ShippingMethodFactory,
    TaxRateFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates():
    ShippingMethodFactory(name="Parcel")
    TaxRateFactory()


def _cart(voucher, customer=None):
    cart = CartLineFactory(cart__customer=customer, variant__price=2000).cart
    orders.put_into_cart(cart, voucher.code)
    return cart


def _open(voucher, *, email="ada@example.com", customer=None):
    """Open a checkout of a new cart that names the voucher."""
    cart = _cart(voucher, customer)
    quote = orders.make_quote(cart, country="DE", email=email)
    details = orders.CheckoutDetails(email, ADDRESS, ADDRESS, quote.method.pk, customer)
    with transaction.atomic():
        checkout = orders.open_checkout(cart, details, quote)
        orders.hold_stock(checkout)
        orders.hold_allowances(checkout)
    return checkout


def _order(voucher, **who):
    checkout = _open(voucher, **who)
    with transaction.atomic():
        return orders.place_order(checkout, payment_state="authorised", words="Payment authorised.")


def _why_not(voucher, *, email="", customer=None):
    cart = _cart(voucher, customer) if not (customer and hasattr(customer, "cart")) else customer.cart
    return orders.make_quote(cart, country="DE", email=email).reduced.why_not


def _uses(voucher):
    return quotas.taken([voucher.reference]).get(voucher.reference, 0)


# --- held, used, given back --------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["fail", "expire", "cancel"])
def test_what_comes_to_nothing_gives_it_back_and_it_can_be_used_again(act):
    voucher = VoucherFactory(limit=1, per_customer=1)
    checkout = _open(voucher)
    assert (_uses(voucher), _why_not(voucher)) == (1, "This voucher is used up.")

    orders.close_checkout(checkout, act, reason="x")

    assert _uses(voucher) == 0
    assert _open(voucher).discounts[0]["code"] == voucher.code


def test_what_the_carts_own_payment_holds_is_its_own():
    voucher = VoucherFactory(limit=1, per_customer=1)
    cart = _open(voucher).cart

    assert orders.make_quote(cart, country="DE", email="ada@example.com").discount == 200


def test_an_order_uses_it_and_takes_it_out_of_the_cart():
    voucher = VoucherFactory(limit=2)

    order = _order(voucher)

    assert _uses(voucher) == 1
    assert [(each["code"], each["amount"]) for each in order.discounts] == [(voucher.code, 200)]
    assert Cart.objects.get(pk=order.checkout.cart_id).voucher is None


def test_what_was_used_up_between_offer_and_payment_is_refused_and_nothing_is_held():
    voucher = VoucherFactory(limit=1)
    cart = _cart(voucher)
    quote = orders.make_quote(cart, country="DE")
    _open(voucher)

    with pytest.raises(orders.VoucherGone), transaction.atomic():
        orders.hold_allowances(
            orders.open_checkout(
                cart, orders.CheckoutDetails("b@example.com", ADDRESS, ADDRESS, quote.method.pk), quote
            )
        )

    assert (_uses(voucher), Checkout.objects.count()) == (1, 1)


@pytest.mark.parametrize("is_left", [True, False])
def test_money_that_comes_late_takes_it_again_or_is_refused(is_left):
    voucher = VoucherFactory(limit=1)
    checkout = _open(voucher)
    orders.close_checkout(checkout, "expire", reason="x")
    if not is_left:
        _open(voucher)

    with transaction.atomic():
        if is_left:
            orders.place_order(checkout, payment_state="authorised", words="Payment authorised.")
        else:
            with pytest.raises(orders.VoucherGone, match=voucher.code), transaction.atomic():
                orders.place_order(checkout, payment_state="authorised", words="Payment authorised.")

    assert (Order.objects.count(), _uses(voucher)) == (int(is_left), 1)


# --- whose it is -------------------------------------------------------------------------------------
SPELLINGS = ["ada@example.com", "ADA@Example.com", "ada+shop@example.com", "ada+a+b@example.com"]
GMAIL = ["ada.b@gmail.com", "adab@gmail.com", "a.d.a.b+x@googlemail.com", "AdaB@GoogleMail.com"]


PLUS = ["+1@example.com", "+1@EXAMPLE.com", " +1@example.com"]


@pytest.mark.parametrize("spellings", [SPELLINGS, GMAIL, PLUS])
def test_one_customer_is_known_again_however_their_address_is_spelt(spellings):
    assert len({str(buyers.mailbox_of(each)) for each in spellings}) == 1
    voucher = VoucherFactory(per_customer=1)
    _open(voucher, email=spellings[0])

    for email in spellings:
        assert _why_not(voucher, email=email) == "You have used this voucher already."


@pytest.mark.parametrize(
    "other",
    ["ad.a@example.com", "ada@example.org", "adb@example.com", "a.dab@gmail.org", "ada", "", "@x.org", "a@"],
)
def test_others_are_others(other):
    voucher = VoucherFactory(per_customer=1)
    _open(voucher)

    assert _why_not(voucher, email=other) == ""


def test_an_account_is_known_again_under_another_address_and_its_address_without_the_account():
    voucher, ada = VoucherFactory(per_customer=1), UserFactory(email="ada@example.com")
    _order(voucher, email="work@example.org", customer=ada)
    CartLineFactory(cart=ada.cart)
    orders.put_into_cart(ada.cart, voucher.code)

    assert _why_not(voucher, email="third@example.org", customer=ada) == "You have used this voucher already."
    assert _why_not(voucher, email="ada+x@example.com") == "You have used this voucher already."
    assert _why_not(voucher, email="work@example.org") == "You have used this voucher already."
    assert _why_not(voucher, email="bob@example.org") == ""


def test_a_limit_of_two_is_two():
    voucher = VoucherFactory(per_customer=2)
    _order(voucher)
    assert _why_not(voucher, email="ada@example.com") == ""
    _order(voucher)

    assert _why_not(voucher, email="ada@example.com") == "You have used this voucher already."


@pytest.mark.parametrize("ordered", ["ada@example.com", "ADA@example.com", "ada+x@example.com"])
def test_for_a_first_order_only_is_for_who_has_not_ordered(ordered):
    voucher = VoucherFactory(first_order_only=True)
    order = OrderFactory(email=ordered.lower())

    assert _why_not(voucher, email="ada@example.com") == "This voucher is only for a first order."
    assert _why_not(voucher, email="ad@example.com") == ""
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    assert _why_not(voucher, email="ada@example.com") == ""


@pytest.mark.parametrize("ordered", ["+1@example.com", "+1+2@example.com", "+.1@gmail.com"])
def test_an_address_that_begins_with_a_plus_has_a_first_order_too(ordered):
    OrderFactory(email=ordered)

    assert buyers.has_ordered(ordered, None)
    assert not buyers.has_ordered("+3@example.com", None)


def test_what_was_ordered_under_the_accounts_address_is_its_order_whatever_is_typed():
    voucher, ada = VoucherFactory(first_order_only=True), UserFactory(email="ada@example.com")
    OrderFactory(email="ada@example.com", customer=None)
    other = UserFactory(email="other@example.com")

    assert _why_not(voucher, email="b@example.com", customer=ada) == "This voucher is only for a first order."
    assert not buyers.has_ordered("b@example.com", other)


def test_dots_of_gmail_are_the_same_first_order():
    OrderFactory(email="a.d.a+x@googlemail.com")

    assert buyers.has_ordered("ada@gmail.com", None)
    assert not buyers.has_ordered("ada@example.com", None)


def test_two_vouchers_for_a_first_order_are_not_used_at_once():
    _open(VoucherFactory(first_order_only=True))

    other = VoucherFactory(first_order_only=True)

    assert _why_not(other, email="ada+2@example.com") == "This voucher is only for a first order."


def test_no_address_can_be_read_from_what_is_kept():
    _open(VoucherFactory(per_customer=1, first_order_only=True))

    kept = " ".join(Quota.objects.values_list("name", flat=True))
    assert "ada" not in kept
    assert Quota.objects.count() == 3


# --- signing in --------------------------------------------------------------------------------------
def test_the_guests_voucher_comes_along_to_the_account():
    voucher, ada = VoucherFactory(), UserFactory()
    guest = _cart(voucher)

    own = orders.merge_carts(guest, ada)

    assert Cart.objects.get(pk=own.pk).voucher == voucher


def test_the_customers_own_voucher_stays_if_the_guest_had_none():
    voucher, ada = VoucherFactory(), UserFactory()
    _cart(voucher, ada)

    own = orders.merge_carts(CartLineFactory().cart, ada)

    assert Cart.objects.get(pk=own.pk).voucher == voucher


def test_the_code_in_the_cart_is_part_of_the_customers_data():
    ada = UserFactory()
    cart = _cart(VoucherFactory(code="TEN"), ada)

    assert personal_data.export_cart(ada)[0] == {"voucher": "TEN"}

    personal_data.erase_carts(ada)
    assert not Cart.objects.filter(pk=cart.pk).exists()


# --- batches -----------------------------------------------------------------------------------------
def test_a_batch_has_codes_of_its_own_and_the_same_terms():
    like = VoucherFactory(limit=1, per_customer=1, minimum=1000, note="Letter")

    made = vouchers.make_batch(like, 50, batch="B-1")

    assert len({each.code for each in made}) == 50
    assert {(each.percent, each.limit, each.minimum, each.note, each.batch) for each in made} == {
        (10, 1, 1000, "Letter", "B-1")
    }


# --- the books ---------------------------------------------------------------------------------------
@pytest.mark.broken_books
def test_more_uses_than_there_are_is_found():
    voucher = VoucherFactory(code="FEW", limit=3)
    _open(voucher)
    _open(voucher)

    sql('UPDATE orders_voucher SET "limit" = 1')

    assert contradictions("orders.voucher_limits") == ["Voucher FEW has 1 uses, and 2 are taken."]


@pytest.mark.broken_books
@pytest.mark.parametrize("terms", [{"per_customer": 1}, {"first_order_only": True}])
def test_more_uses_of_one_customer_than_one_has_is_found(terms):
    _open(VoucherFactory(**terms))

    sql("UPDATE orders_quota SET taken = 2 WHERE name LIKE '%% by %%'")
    sql("UPDATE orders_quotause SET amount = 2 WHERE quota_id LIKE '%% by %%'")

    [sentence] = contradictions("orders.voucher_per_customer")
    assert sentence.startswith("One customer has 2 of 1 uses: ")


@pytest.mark.broken_books
def test_a_use_that_no_checkout_names_is_found_and_one_that_was_not_taken():
    voucher = VoucherFactory(pk=7)
    checkout = _open(voucher)

    sql("UPDATE orders_quotause SET quota_id = 'voucher 8'")
    sql("UPDATE orders_quota SET name = 'voucher 8'")

    assert contradictions("orders.voucher_uses") == [
        f"Checkout {checkout.number} names voucher 7 1 times, and holds 0 uses of it.",
        f"Checkout {checkout.number} names voucher 8 0 times, and holds 1 uses of it.",
    ]


def test_uses_are_counted_per_checkout():
    voucher = VoucherFactory()
    _open(voucher)
    _order(voucher, email="b@example.com")

    assert QuotaUse.objects.filter(quota=voucher.reference, given_back_at=None).count() == 2
