"""A variant as it is offered: what it costs, whether it is there, and how all that is said."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.money import format_money
from shop import flash
from shop.models import Variant
from shop.text import country_name


@dataclass(frozen=True)
class Choice:
    """A variant as the product page offers it. `state` is in, low, later (backorder) or out.

    `price_until` is the day on which its price ends, if it is that of a flash sale.
    """

    pk: int
    label: str
    sku: str
    price: int
    price_words: str
    was_words: str
    lowest_words: str
    state: str
    stock_words: str
    most: int
    weight_g: int
    weight_words: str
    origin: str
    barcode: str = ""
    price_until: date | None = None

    @property
    def can_be_bought(self) -> bool:
        return self.most > 0

    @property
    def note(self) -> str:
        """The stock in few words, to stand beside the label; nothing if all is well."""
        if self.state == "in":
            return ""
        return _("On backorder") if self.state == "later" else self.stock_words


def choice(variant: Variant, lowest: int | None = None) -> Choice:
    """Say in words what a variant (with `available` and its item loaded) costs and whether it is there.

    `lowest` is its lowest price in the 30 days before (minor units), which a reduction has to name: directive 98/6/EC,
    article 6a. A flash sale that runs is its price, and what it may strike through is that lowest price.
    """
    item, deal = variant.stock_item, flash.running().get(variant.pk)
    price, was = (deal.price, deal.was) if deal else (variant.price, variant.compare_at_price)
    lowest = deal.was if deal else lowest
    state, words = availability(variant.available, item.backorder_limit, item.expected_on)  # type: ignore[attr-defined]
    return Choice(
        pk=variant.pk,
        label=variant.label,
        sku=variant.sku,
        price=price,
        price_words=format_money(price),
        was_words="" if was is None else format_money(was),
        lowest_words=_("Lowest price in the 30 days before: %(price)s") % {"price": format_money(lowest)}
        if lowest is not None
        else "",
        state=state,
        stock_words=words,
        most=min(variant.available, settings.CART_MAX_QUANTITY, *([deal.most] if deal else [])),  # type: ignore[attr-defined]
        weight_g=variant.weight_g,
        weight_words=weight(variant.weight_g),
        origin=country_name(variant.country_of_origin),
        barcode=variant.stock_item.barcode,
        price_until=timezone.localdate(deal.ends_at) if deal else None,
    )


def availability(available: int, backorder_limit: int, expected_on: date | None = None) -> tuple[str, str]:
    """Name the state of so many pieces that can be promised, `backorder_limit` of which are not there yet.

    `expected_on` is the day on which goods should come; one that has passed is not told.
    """
    if available <= 0:
        return "out", _("Sold out")
    if available <= backorder_limit:
        return "later", backorder_words(expected_on)
    there = available - backorder_limit
    if backorder_limit and there <= settings.LOW_STOCK_THRESHOLD:
        words = ngettext("%(count)d left, more on backorder", "%(count)d left, more on backorder", there)
        return "in", words % {"count": there}
    if available - backorder_limit <= settings.LOW_STOCK_THRESHOLD and not backorder_limit:
        return "low", ngettext("%(count)d left", "%(count)d left", available) % {"count": available}
    return "in", _("In stock")


def backorder_words(expected_on: date | None) -> str:
    """Say that it can be ordered although it is not there, and when it should be."""
    if expected_on is None or expected_on < timezone.localdate():
        return _("On backorder, ships later")
    return _("On backorder, expected on %(day)s") % {"day": date_format(expected_on, "DATE_FORMAT")}


def weight(grams: int) -> str:
    """Say a weight: 350 is "350 g", 1250 is "1.25 kg", in German "1,25 kg", 0 is nothing."""
    if not grams:
        return ""
    if grams < 1000:
        return f"{grams} g"
    return f"{number_format(f'{grams / 1000:.2f}'.rstrip('0').rstrip('.'))} kg"
