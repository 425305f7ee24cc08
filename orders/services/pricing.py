"""One line of an offer: its price, what is taken off it, duty and tax, in whole minor units.

Tax is rounded half up per line, and once for delivery; the parts therefore always add up to the total.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from orders.services.deals import Deal
from orders.services.priced_cart import backordered, pieces_of


@dataclass(frozen=True)
class QuoteLine:
    """One line of the offer; amounts in minor units, `net + tax == gross`, `tax_rate` in hundredths of a percent.

    `unit_price`, `discount` and `duty` are with tax where prices include it: times the pieces, less the discount, plus
    the duty, the price makes the gross, or else the net. `duty_rate` is of `worth`, what its goods cost without tax.
    `sale` is the flash sale whose price it is; what is on one is never reduced further.
    """

    variant: int
    sku: str
    name: str
    label: str
    quantity: int
    unit_price: int
    discount: int
    duty: int
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
    worth: int = 0
    duty_rate: int = 0
    sale: int | None = None
    deal: Deal | None = None

    @property
    def deal_words(self) -> str:
        """Why it is at the flash price, or why it is not although there is one; else nothing."""
        return self.deal.words(self.quantity) if self.deal else ""

    @property
    def shown_total(self) -> int:
        """The pieces at their price, before discount and duty."""
        return self.unit_price * self.quantity

    @property
    def is_short(self) -> bool:
        return self.available < self.quantity

    def frozen(self) -> dict[str, object]:
        """The line as a checkout keeps it: everything but the stock of the moment and the picture."""
        passing = {"available", "image_url", "on_backorder", "deal"} | (
            {"sale"} if self.sale is None else set()
        )
        return {key: value for key, value in asdict(self).items() if key not in passing}


# What a line is made of; a product's texts are long and not needed.
NEEDED = (
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


def tax_of(amount: int, rate: int, *, included: bool | None = None) -> int:
    """The tax in an amount of minor units that includes it, or on one that does not; half up.

    `rate` is in hundredths of a percent; `included` defaults to the shop's PRICES_INCLUDE_TAX.
    """
    is_included = settings.PRICES_INCLUDE_TAX if included is None else included
    return rounded(amount * rate, 10_000 + rate if is_included else 10_000)


def price_line(row: Any, *, rate: int, discount: int = 0, duty_rate: int = 0) -> QuoteLine:
    """Price a line of `lines_with_stock`, which adds `available` and `live_lines`.

    `discount` is taken off it, as prices are shown. Both rates are in hundredths of a percent. Duty is reckoned on
    what the goods cost without tax, and taxed with them (directive 2006/112/EC, article 86).
    """
    variant, quantity = row.variant, row.quantity
    goods = variant.price * quantity - discount
    duty = _duty_on(goods, rate, duty_rate)
    shown = goods + duty
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
        discount=discount,
        duty=duty,
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
        worth=worth_of(goods, rate),
        duty_rate=duty_rate,
        sale=row.deal.sale if row.is_flash else None,
        deal=row.deal,
    )


def worth_of(goods: int, rate: int) -> int:
    """What goods cost without tax, given what they cost as prices are shown."""
    return goods - tax_of(goods, rate) if settings.PRICES_INCLUDE_TAX else goods


def _duty_on(goods: int, rate: int, duty_rate: int) -> int:
    """The duty on goods, as prices are shown: where they include tax, it does too."""
    duty = rounded(worth_of(goods, rate) * duty_rate, 10_000)
    return duty + (rounded(duty * rate, 10_000) if settings.PRICES_INCLUDE_TAX else 0)


def rounded(dividend: int, divisor: int) -> int:
    """A fraction to the nearest whole number, half up."""
    return (2 * dividend + divisor) // (2 * divisor)
