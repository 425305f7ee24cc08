"""Carts, rates and orders for tests."""

import factory
from django.core.signing import get_cookie_signer
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from orders import cart_cookie
from orders import services as orders
from orders.models import (
    Cart,
    CartLine,
    Checkout,
    DutyRule,
    Order,
    Promotion,
    ShippingMethod,
    ShippingRate,
    ShippingZone,
    TaxRate,
    Voucher,
)
from shop.tests.factories import VariantFactory

ADDRESS = {
    "name": "Ada Example",
    "company": "",
    "street": "Unter den Linden 1",
    "street2": "",
    "postcode": "10117",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "phone": "",
}


MUG = {"variant__product__name": "Stoneware mug", "variant__label": "Large", "variant__price": 1999}


class CartFactory(DjangoModelFactory):
    class Meta:
        model = Cart


class CartLineFactory(DjangoModelFactory):
    """One piece of something that there are ten of."""

    class Meta:
        model = CartLine

    cart = factory.SubFactory(CartFactory)
    variant = factory.SubFactory(VariantFactory, stock=10)
    quantity = 1
    seen_price = factory.LazyAttribute(lambda line: line.variant.price)


class ShippingMethodFactory(DjangoModelFactory):
    class Meta:
        model = ShippingMethod

    name = factory.Sequence(lambda n: f"Parcel {n}")
    countries = "DE AT US"
    flat_price = 490


class TaxRateFactory(DjangoModelFactory):
    """19 % in Germany, since ever."""

    class Meta:
        model = TaxRate

    country = "DE"
    tax_class = "standard"
    rate = 1900
    valid_from = factory.LazyFunction(lambda: timezone.localdate().replace(year=2020, month=1, day=1))


class PromotionFactory(DjangoModelFactory):
    """Ten percent off everything."""

    class Meta:
        model = Promotion

    names = factory.LazyFunction(lambda: {"en": "Ten percent", "de": "Zehn Prozent"})
    percent = factory.LazyAttribute(lambda made: 10 if made.kind in ("percent", "pieces") else None)
    kind = "percent"


class VoucherFactory(DjangoModelFactory):
    """Ten percent off everything, for everybody who knows the code."""

    class Meta:
        model = Voucher

    code = factory.Sequence(lambda n: f"CODE{n}")
    percent = factory.LazyAttribute(lambda made: 10 if made.kind == "percent" else None)
    kind = "percent"


class ShippingZoneFactory(DjangoModelFactory):
    class Meta:
        model = ShippingZone

    name = factory.Sequence(lambda n: f"Zone {n}")
    countries = "DE AT"


class ShippingRateFactory(DjangoModelFactory):
    """Up to 2 kg for 4.90; nothing heavier."""

    class Meta:
        model = ShippingRate

    method = factory.SubFactory(ShippingMethodFactory)
    zone = factory.SubFactory(ShippingZoneFactory)
    up_to_g = 2000
    price = 490


class DutyRuleFactory(DjangoModelFactory):
    """5 % on everything from anywhere to everywhere outside, since ever."""

    class Meta:
        model = DutyRule

    rate = 500
    valid_from = factory.LazyFunction(lambda: timezone.localdate().replace(year=2020, month=1, day=1))


class CheckoutFactory(DjangoModelFactory):
    """A checkout that came to nothing, of 19.99 plus 4.90 delivery, tax included."""

    class Meta:
        model = Checkout

    state = Checkout.State.EXPIRED
    fingerprint = "0" * 64
    email = "ada@example.com"
    shipping_address = factory.LazyFunction(lambda: dict(ADDRESS))
    billing_address = factory.LazyFunction(lambda: dict(ADDRESS))
    shipping_name = "Parcel"
    delivery_days = "2-4"
    lines = factory.LazyFunction(list)
    currency = "eur"
    prices_include_tax = True
    subtotal = 1999
    shipping = 490
    shipping_tax = 78
    tax = 397
    total = 2489
    expires_at = factory.LazyFunction(timezone.now)


class OrderFactory(DjangoModelFactory):
    """An order of one mug for 19.99 plus 4.90 delivery to Berlin, placed as in life, so that the books balance.

    `lines` is a list of fields of variants, with their `quantity`; `state`, `payment_state` and the like are set
    afterwards.
    """

    class Meta:
        model = Order

    customer = None
    email = factory.LazyAttribute(lambda order: order.customer.email if order.customer else "ada@example.com")
    lines = ({},)
    shipping_address = ADDRESS
    billing_address = ADDRESS
    payment_state = Order.PaymentState.AUTHORISED

    @classmethod
    def _create(
        cls,
        model,
        *,
        customer,
        email,
        lines,
        shipping_address,
        billing_address,
        payment_state,
        token="",
        **changes,
    ):
        cart = CartFactory()
        for fields in lines:
            CartLineFactory(cart=cart, **(MUG | fields))
        method = ShippingMethod.objects.first() or ShippingMethodFactory(name="Parcel")
        if not TaxRate.objects.exists():
            TaxRateFactory()
        details = orders.CheckoutDetails(
            email, dict(shipping_address), dict(billing_address), method.pk, customer
        )
        quote = orders.make_quote(cart, country=shipping_address["country"], method_id=method.pk)
        with transaction.atomic():
            checkout = orders.open_checkout(cart, details, quote)
            orders.hold_stock(checkout)
            orders.hold_allowances(checkout)
            order = orders.place_order(checkout, payment_state=payment_state, words="Payment authorised.")
        model.objects.filter(pk=order.pk).update(token=token or order.token, **changes)
        return model.objects.get(pk=order.pk)


def carry(client, cart, pieces=0):
    """Give a test client the cookie of this cart."""
    value = f"{cart.token}:{pieces}"
    signed = get_cookie_signer(salt=cart_cookie.NAME + cart_cookie.SALT).sign(value)
    client.cookies[cart_cookie.NAME] = signed
