"""How an offer was computed: each figure with the rule that made it, as values; templates put them into words."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from orders.services.quote import Quote


@dataclass(frozen=True)
class Step:
    """One figure of the sum (minor units, what is taken off is negative) and what it is about, by `kind`.

    "line" is about a QuoteLine, "discount" and "free_delivery" about a Reduction, "duty" about a Duty, "delivery" about
    a Parcel, "tax" about a Tax.
    """

    kind: str
    amount: int
    about: Any


@dataclass(frozen=True)
class Duty:
    """Goods of one origin and their duty: rates in hundredths of a percent, worth without tax in minor units.

    `tax_rate` is the tax that is in the duty, 0 where prices are without it.
    """

    origin: str
    rate: int
    tax_rate: int
    worth: int


@dataclass(frozen=True)
class Tax:
    """The tax of one rate (hundredths of a percent) on so much without it, goods, duty and delivery together."""

    rate: int
    net: int
    amount: int


@dataclass(frozen=True)
class Explanation:
    """Steps whose amounts add up to `total`; `contained` are the taxes in it where prices include them.

    `duty_free_up_to` is the worth up to which no duty is charged, if that is why there is none; else 0.
    """

    steps: list[Step]
    total: int
    contained: list[Tax] = field(default_factory=list)
    delivery_rate: int = 0
    duty_free_up_to: int = 0
    country: str = ""


def explain(quote: Quote) -> Explanation:
    """Name every rule that made a figure of an offer, in the order of the sum; no query."""
    taxes = _taxes(quote)
    is_on_top = not quote.prices_include_tax
    steps = [Step("line", line.shown_total, line) for line in quote.lines]
    steps += [Step("discount", -each.amount, each) for each in quote.reductions if each.amount]
    steps += _duties(quote)
    if quote.parcel:
        steps.append(Step("delivery", quote.parcel.price, quote.parcel))
    steps += [Step("free_delivery", -each.shipping, each) for each in quote.reductions if each.shipping]
    steps += [Step("tax", tax.amount, tax) for tax in taxes if is_on_top]
    return Explanation(
        steps,
        sum(step.amount for step in steps),
        contained=[] if is_on_top else taxes,
        delivery_rate=quote.shipping_rate if quote.shipping_tax else 0,
        duty_free_up_to=quote.duty_free_up_to,
        country=quote.country,
    )


def _duties(quote: Quote) -> list[Step]:
    """One for all lines of the same origin and rates."""
    amounts: dict[tuple[str, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for line in quote.lines:
        if line.duty_rate:
            contained = line.tax_rate if quote.prices_include_tax else 0
            sums = amounts[line.country_of_origin or settings.SHOP_COUNTRY, line.duty_rate, contained]
            sums[0] += line.worth
            sums[1] += line.duty
    return [Step("duty", duty, Duty(*key, worth)) for key, (worth, duty) in amounts.items()]


def _taxes(quote: Quote) -> list[Tax]:
    """Each rate that there is tax of, the highest first."""
    net: dict[int, int] = defaultdict(int)
    for line in quote.lines:
        net[line.tax_rate] += line.net
    is_in = quote.shipping_tax if quote.prices_include_tax else 0
    net[quote.shipping_rate] += quote.shipping - is_in
    return [Tax(rate, net[rate], amount) for rate, amount in quote.tax_parts]
