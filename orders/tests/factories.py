"""Carts, rates and orders for tests."""

import factory
from django.core.signing import get_cookie_signer
from django.utils import timezone
from factory.django import DjangoModelFactory

from orders import cart_cookie
from orders.models import Cart, CartLine, Checkout, Order, OrderLine, ShippingMethod, TaxRate
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


class CheckoutFactory(DjangoModelFactory):
    """A completed checkout of one thing for 19.99 plus 4.90 delivery, tax included."""

    class Meta:
        model = Checkout

    state = Checkout.State.COMPLETED
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
    """A guest's order of one thing, paid for but not yet shipped."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    checkout = factory.SubFactory(
        CheckoutFactory, customer=factory.SelfAttribute("..customer"), email=factory.SelfAttribute("..email")
    )
    customer = None
    email = "ada@example.com"
    number = factory.SelfAttribute("checkout.number")
    payment_state = Order.PaymentState.AUTHORISED
    shipping_address = factory.SelfAttribute("checkout.shipping_address")
    billing_address = factory.SelfAttribute("checkout.billing_address")
    shipping_name = "Parcel"
    delivery_days = "2-4"
    currency = "eur"
    prices_include_tax = True
    subtotal = 1999
    shipping = 490
    shipping_tax = 78
    tax = 397
    total = 2489

    @factory.post_generation
    def line(self, create, extracted, **kwargs):
        OrderLineFactory(order=self, **kwargs)


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    position = factory.LazyAttribute(lambda line: line.order.lines.count() + 1)
    sku = factory.Sequence(lambda n: f"LINE-{n:04}")
    name = "Stoneware mug"
    label = "Large"
    quantity = 1
    unit_price = 1999
    net = 1680
    tax = 319
    gross = 1999
    tax_rate = 1900
    tax_class = "standard"


def carry(client, cart, pieces=0):
    """Give a test client the cookie of this cart."""
    value = f"{cart.token}:{pieces}"
    signed = get_cookie_signer(salt=cart_cookie.NAME + cart_cookie.SALT).sign(value)
    client.cookies[cart_cookie.NAME] = signed
