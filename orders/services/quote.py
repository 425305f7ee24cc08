"""What a cart would cost, delivered to a country: computed here and nowhere else, in whole minor units.

Each line is priced by `pricing`, less what `discounts` takes off it; the parts always add up to the total.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from orders.models import Cart, CartLine, ShippingMethod, TaxRate
from orders.services.deals import strike
from orders.services.delivering import Parcel, delivery_methods, ways_to_send
from orders.services.discounts import Reduced, Reduction, off_by_sku, reduce
from orders.services.duty import duties_on
from orders.services.errors import EmptyCart
from orders.services.priced_cart import lines_with_stock
from orders.services.pricing import NEEDED, QuoteLine, price_line, tax_of, worth_of
from shop import kept


@dataclass(frozen=True)
class Quote:
    """An offer: lines, ways of delivery with prices, tax and total.

    `parcel` says what made the price of the chosen way, `duty_free_up_to` up to which worth goods are free of duty, if
    that is why they are.
    """

    lines: list[QuoteLine]
    country: str
    methods: list[tuple[ShippingMethod, int]]
    method: ShippingMethod | None
    shipping: int
    shipping_tax: int
    shipping_rate: int
    prices_include_tax: bool
    currency: str
    reductions: list[Reduction] = field(default_factory=list)
    reduced: Reduced = field(default_factory=Reduced)
    parcel: Parcel | None = None
    is_too_heavy: bool = False
    duty_free_up_to: int = 0
    spent: Collection[int] = ()

    @property
    def subtotal(self) -> int:
        return sum(line.shown_total for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def discounts(self) -> list[dict[str, object]]:
        """Who takes off what, as a checkout keeps it."""
        return [reduction.frozen() for reduction in self.reductions]

    @property
    def duty(self) -> int:
        return sum(line.duty for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping_tax

    @property
    def total(self) -> int:
        goods = self.subtotal - self.discount + self.duty
        return goods + self.shipping + (0 if self.prices_include_tax else self.tax)

    @property
    def tax_parts(self) -> list[tuple[int, int]]:
        """Pairs of rate (hundredths of a percent) and amount, highest rate first; rates without tax are left out."""
        parts: dict[int, int] = defaultdict(int)
        for line in self.lines:
            parts[line.tax_rate] += line.tax
        parts[self.shipping_rate] += self.shipping_tax
        return sorted(((rate, amount) for rate, amount in parts.items() if amount), reverse=True)

    @property
    def hold_minutes(self) -> int:
        """For how long it is held once it is being paid: shorter with a piece of a flash sale."""
        sales = [line.deal.minutes for line in self.lines if line.sale is not None and line.deal]
        return min([settings.CHECKOUT_HOLD_MINUTES, *sales])

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
            "discounts": self.discounts,
            "tax": self.tax,
            "total": self.total,
            "currency": self.currency,
        }
        return hashlib.sha256(json.dumps(offer, sort_keys=True).encode()).hexdigest()


@cache
def _wanted() -> QuerySet[CartLine]:
    """What an offer needs of the lines of all carts, to be filtered. The query is built once."""
    return lines_with_stock().only("quantity", *(f"variant__{name}" for name in NEEDED))


def make_quote(
    cart: Cart,
    *,
    country: str,
    method_id: int | None = None,
    methods: Sequence[ShippingMethod] | None = None,
    email: str = "",
    spent: Collection[int] = (),
) -> Quote:
    """Price a cart for a country (ISO 3166 code) and a way of delivery, the first that reaches it if none is given.

    `methods` are the ways of delivery, if the caller has just read them; `email` is whose order it would be, if that is
    known, `spent` the flash sales of which that customer has had their share. One statement however long the cart, two
    more with a voucher, and one where import duty may apply; and three or four in a moment for what all carts share
    (`shop.kept`): ways of delivery, promotions, tax rates. Lines that are no longer on sale have `available` 0; what
    the cart's own payment holds at this moment counts as available to it. Free delivery takes off what the first way
    that brings the parcel costs: a quicker one costs the difference. Raises EmptyCart.
    """
    rows = [strike(row, spent=spent) for row in _wanted().filter(cart=cart)]
    if not rows:
        raise EmptyCart
    reduced = reduce(rows, cart, email=email)
    lines, duty_free_up_to = _price(rows, reduced.goods, country)
    offered = delivery_methods() if methods is None else methods
    weight_g = sum(line.weight_g * line.quantity for line in lines)
    parcels = ways_to_send(weight_g, country, offered)
    parcel = next((each for each in parcels if each.method.pk == method_id), parcels[0] if parcels else None)
    price = parcel.price if parcel else 0
    freed = (
        next((each.price for each in parcels if not each.method.is_collection), 0) if reduced.delivery else 0
    )
    reductions = reduced.with_delivery(min(price, freed))
    shipping = price - sum(reduction.shipping for reduction in reductions)
    rate = _delivery_rate(lines)
    return Quote(
        lines=lines,
        country=country,
        methods=[(each.method, max(each.price - freed, 0)) for each in parcels],
        method=parcel.method if parcel else None,
        shipping=shipping,
        shipping_tax=tax_of(shipping, rate),
        shipping_rate=rate,
        prices_include_tax=settings.PRICES_INCLUDE_TAX,
        currency=settings.CURRENCY,
        reductions=reductions,
        reduced=reduced,
        parcel=parcel,
        is_too_heavy=not parcels and any(method.reaches(country) for method in offered),
        duty_free_up_to=duty_free_up_to,
        spent=spent,
    )


def _price(rows: Sequence[Any], reductions: Sequence[Reduction], country: str) -> tuple[list[QuoteLine], int]:
    """Price the lines: tax and duty of the country on what is left after discounts."""
    by_class = _rates(country)
    off = off_by_sku(reductions)
    rates = [by_class.get(row.variant.tax_class, 0) for row in rows]
    worth = sum(
        worth_of(row.variant.price * row.quantity - off[row.variant.sku], rate)
        for row, rate in zip(rows, rates, strict=True)
    )
    origins = [row.variant.country_of_origin or settings.SHOP_COUNTRY for row in rows]
    duties = duties_on(origins, country=country, worth=worth)
    lines = [
        price_line(row, rate=rate, discount=off[row.variant.sku], duty_rate=duties.rate(origin))
        for row, rate, origin in zip(rows, rates, origins, strict=True)
    ]
    return lines, duties.free_up_to


def _delivery_rate(lines: Sequence[QuoteLine]) -> int:
    """The rate of the largest part of the goods, by what they cost without tax: delivery is ancillary to them.

    CJEU C-349/96 (Card Protection Plan). Of parts that are worth the same the higher rate counts.
    """
    worth: dict[int, int] = defaultdict(int)
    for line in lines:
        worth[line.tax_rate] += line.net
    return max(worth, key=lambda rate: (worth[rate], rate))


def _rates(country: str) -> dict[str, int]:
    """The rate in force today of each tax class; a country without rates is delivered to without tax."""
    return kept.get(("tax rates", country, timezone.localdate()), lambda: _read_rates(country))


def _read_rates(country: str) -> dict[str, int]:
    rates = TaxRate.objects.filter(country=country, valid_from__lte=timezone.localdate())
    return dict(rates.order_by("valid_from").values_list("tax_class", "rate"))
