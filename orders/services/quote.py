"""What a cart would cost, delivered to a country: computed here and nowhere else, in whole minor units.

Tax is rounded half up per line, and once for delivery; the parts therefore always add up to the total.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from orders.models import Cart, ShippingMethod, TaxRate
from orders.services.cart import backordered, lines_with_stock, pieces_of
from orders.services.errors import EmptyCart
from shop.models import TaxClass


@dataclass(frozen=True)
class QuoteLine:
    """One line of the offer; amounts in minor units, `net + tax == gross`, `tax_rate` in hundredths of a percent."""

    variant: int
    sku: str
    name: str
    label: str
    quantity: int
    unit_price: int
    net: int
    tax: int
    gross: int
    tax_rate: int
    tax_class: str
    weight_g: int
    country_of_origin: str
    available: int
    image_url: str = ""
    on_backorder: int = 0

    @property
    def shown_total(self) -> int:
        return self.unit_price * self.quantity

    @property
    def is_short(self) -> bool:
        return self.available < self.quantity

    def frozen(self) -> dict[str, object]:
        """The line as a checkout keeps it: everything but the stock of the moment and the picture."""
        passing = {"available", "image_url", "on_backorder"}
        return {key: value for key, value in asdict(self).items() if key not in passing}


@dataclass(frozen=True)
class Quote:
    """An offer: lines, ways of delivery with prices, tax and total."""

    lines: list[QuoteLine]
    country: str
    methods: list[tuple[ShippingMethod, int]]
    method: ShippingMethod | None
    shipping: int
    shipping_tax: int
    shipping_rate: int
    prices_include_tax: bool
    currency: str

    @property
    def subtotal(self) -> int:
        return sum(line.shown_total for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping_tax

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping + (0 if self.prices_include_tax else self.tax)

    @property
    def tax_parts(self) -> list[tuple[int, int]]:
        """Pairs of rate (hundredths of a percent) and amount, highest rate first; rates without tax are left out."""
        parts: dict[int, int] = defaultdict(int)
        for line in self.lines:
            parts[line.tax_rate] += line.tax
        parts[self.shipping_rate] += self.shipping_tax
        return sorted(((rate, amount) for rate, amount in parts.items() if amount), reverse=True)

    @property
    def short_skus(self) -> list[str]:
        return sorted(line.sku for line in self.lines if line.is_short)

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the customer agrees to; the stock of the moment is not part of it."""
        offer = {
            "lines": [line.frozen() for line in self.lines],
            "country": self.country,
            "method": self.method and self.method.pk,
            "shipping": self.shipping,
            "tax": self.tax,
            "total": self.total,
            "currency": self.currency,
        }
        return hashlib.sha256(json.dumps(offer, sort_keys=True).encode()).hexdigest()


# What a line is made of; a product's texts are long and not needed.
_NEEDED = (
    "price",
    "label",
    "weight_g",
    "tax_class",
    "country_of_origin",
    "is_active",
    "product__name",
    "product__image_url",
    "product__is_active",
    "product__category__is_active",
    "stock_item__sku",
    "stock_item__backorder_limit",
)


def delivery_methods() -> list[ShippingMethod]:
    """The ways of delivery that are offered today, in their order."""
    return list(ShippingMethod.objects.filter(is_active=True))


def make_quote(
    cart: Cart,
    *,
    country: str,
    method_id: int | None = None,
    methods: Sequence[ShippingMethod] | None = None,
) -> Quote:
    """Price a cart for a country (ISO 3166 code) and a way of delivery, the first that reaches it if none is given.

    `methods` are the ways of delivery, if the caller has just read them. Three statements however long the cart, or
    two. Lines that are no longer on sale have `available` 0; what the cart's
    own payment holds at this moment counts as available to it. Raises EmptyCart.
    """
    wanted = lines_with_stock(cart).only("quantity", *(f"variant__{name}" for name in _NEEDED))
    rates = _rates(country)
    lines = [_line(row, rates) for row in wanted]
    if not lines:
        raise EmptyCart
    weight_g = sum(line.weight_g * line.quantity for line in lines)
    priced = [
        (method, method.price_for(weight_g))
        for method in (delivery_methods() if methods is None else methods)
        if method.reaches(country)
    ]
    first = priced[0] if priced else (None, 0)
    method, shipping = next((pair for pair in priced if pair[0].pk == method_id), first)
    rate = rates.get(TaxClass.STANDARD, 0)
    return Quote(
        lines=lines,
        country=country,
        methods=priced,
        method=method,
        shipping=shipping,
        shipping_tax=tax_of(shipping, rate),
        shipping_rate=rate,
        prices_include_tax=settings.PRICES_INCLUDE_TAX,
        currency=settings.CURRENCY,
    )


def tax_of(amount: int, rate: int, *, included: bool | None = None) -> int:
    """The tax in an amount of minor units that includes it, or on one that does not; half up.

    `rate` is in hundredths of a percent; `included` defaults to the shop's PRICES_INCLUDE_TAX.
    """
    base = 10_000 + rate if (settings.PRICES_INCLUDE_TAX if included is None else included) else 10_000
    return (2 * amount * rate + base) // (2 * base)


def _rates(country: str) -> dict[str, int]:
    """The rate in force today of each tax class; a country without rates is delivered to without tax."""
    rates = TaxRate.objects.filter(country=country, valid_from__lte=timezone.localdate())
    return dict(rates.order_by("valid_from").values_list("tax_class", "rate"))


def _line(row: Any, rates: dict[str, int]) -> QuoteLine:
    """Price a line of `lines_with_stock`, which adds `available` and `live_lines`."""
    variant, quantity = row.variant, row.quantity
    shown = variant.price * quantity
    rate = rates.get(variant.tax_class, 0)
    tax = tax_of(shown, rate)
    net = shown - tax if settings.PRICES_INCLUDE_TAX else shown
    held = pieces_of(row.live_lines).get(variant.pk, 0)
    on_sale = variant.is_active and variant.product.is_active and variant.product.category.is_active
    return QuoteLine(
        variant=variant.pk,
        sku=variant.sku,
        name=variant.product.name,
        label=variant.label,
        quantity=quantity,
        unit_price=variant.price,
        net=net,
        tax=tax,
        gross=net + tax,
        tax_rate=rate,
        tax_class=variant.tax_class,
        weight_g=variant.weight_g,
        country_of_origin=variant.country_of_origin,
        available=row.available + held if on_sale else 0,
        image_url=variant.product.image_url,
        on_backorder=backordered(quantity, row.available + held, variant) if on_sale else 0,
    )
