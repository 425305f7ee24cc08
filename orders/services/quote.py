"""What a cart would cost, delivered to a country: computed here and nowhere else, in whole minor units.

Tax is rounded half up per line, and once for delivery; the parts therefore always add up to the total.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass

from django.conf import settings
from django.utils import timezone

from orders.models import Cart, ShippingMethod, TaxRate
from orders.services.cart import lines_being_paid, pieces_of
from orders.services.errors import EmptyCart
from shop.models import TaxClass, Variant


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

    @property
    def shown_total(self) -> int:
        return self.unit_price * self.quantity

    @property
    def is_short(self) -> bool:
        return self.available < self.quantity

    def frozen(self) -> dict[str, object]:
        """The line as a checkout keeps it: everything but the stock of the moment."""
        return {key: value for key, value in asdict(self).items() if key != "available"}


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
    "product__is_active",
    "product__category__is_active",
    "stock_item__sku",
)


def make_quote(cart: Cart, *, country: str, method_id: int | None = None) -> Quote:
    """Price a cart for a country (ISO 3166 code) and a way of delivery, the first that reaches it if none is given.

    Four statements however long the cart. Lines that are no longer on sale have `available` 0; what the cart's
    own payment holds at this moment counts as available to it. Raises EmptyCart.
    """
    quantities = dict(cart.lines.order_by("pk").values_list("variant", "quantity"))
    if not quantities:
        raise EmptyCart
    variants = (
        Variant.objects.with_available()
        .annotate(live_lines=lines_being_paid(cart))
        .select_related("product__category", "stock_item")
        .only(*_NEEDED)
        .in_bulk(list(quantities))
    )
    rates = _rates(country)
    lines = [_line(variants[pk], quantity, rates) for pk, quantity in quantities.items()]
    weight_g = sum(line.weight_g * line.quantity for line in lines)
    methods = [
        (method, method.price_for(weight_g))
        for method in ShippingMethod.objects.filter(is_active=True)
        if method.reaches(country)
    ]
    first = methods[0] if methods else (None, 0)
    method, shipping = next((pair for pair in methods if pair[0].pk == method_id), first)
    rate = rates.get(TaxClass.STANDARD, 0)
    return Quote(
        lines=lines,
        country=country,
        methods=methods,
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
    rows = TaxRate.objects.filter(country=country, valid_from__lte=timezone.localdate()).order_by(
        "valid_from"
    )
    return {row.tax_class: row.rate for row in rows}


def _line(variant: Variant, quantity: int, rates: dict[str, int]) -> QuoteLine:
    shown = variant.price * quantity
    rate = rates.get(variant.tax_class, 0)
    tax = tax_of(shown, rate)
    net = shown - tax if settings.PRICES_INCLUDE_TAX else shown
    held = pieces_of(variant.live_lines).get(variant.pk, 0)  # type: ignore[attr-defined]
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
        available=variant.available + held if on_sale else 0,  # type: ignore[attr-defined]
    )
