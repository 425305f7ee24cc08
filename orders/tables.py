"""What this room puts into pages of words: ways of delivery, and the cart's cookie."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config import kept
from config.money import format_money
from orders.cart_cookie import NAME
from orders.models import ShippingMethod, ShippingRate
from orders.services import COOKIE_DAYS, delivery_methods
from orders.words import weight
from shop.text import country_name


def cart() -> kept.Kept:
    lasts = ngettext("%(days)d day", "%(days)d days", COOKIE_DAYS) % {"days": COOKIE_DAYS}
    purpose = gettext_lazy(
        "Finds your cart again, and says how much is in it. Set when you put something in."
    )
    return kept.Kept(NAME, kept.COOKIE, purpose, lasts)


def delivery() -> str:
    """The ways of delivery as they are offered now: where to, for how much, how long; a row for each zone."""
    rows = [row for method in delivery_methods() for row in _rows(method)]
    return render_to_string("orders/_delivery.html", {"rows": rows})


def _rows(method: ShippingMethod) -> Iterator[dict[str, object]]:
    """A row for each zone that has rates, and one for where the one price counts, if that is somewhere."""
    left = _codes(method.countries)
    rates = sorted(_rates_of(method), key=lambda rate: (rate.zone.position, rate.zone_id, rate.up_to_g))
    is_rest = False
    for zone, of_zone in groupby(rates, key=lambda rate: rate.zone):
        held = _codes(zone.countries)
        here = left & held if left is not None and held is not None else left if held is None else held
        if here != set():
            yield {"method": method, "countries": _names(here, is_rest), "prices": list(_by_weight(of_zone))}
        left = set() if held is None else left - held if left is not None else None
        is_rest = True
    if left != set():
        yield {"method": method, "countries": _names(left, is_rest), "prices": list(_one_price(method))}


def _codes(countries: str) -> set[str] | None:
    """The codes; None is everywhere."""
    return set(countries.split()) or None


def _rates_of(method: ShippingMethod) -> list[ShippingRate]:
    return list(method.rates.all()) if getattr(method, "has_rates", True) else []


def _one_price(method: ShippingMethod) -> Iterator[str]:
    if method.flat_price or not method.price_per_kg:
        yield format_money(method.flat_price) if method.flat_price else _("free")
    if method.price_per_kg:
        plus = _("plus %(price)s per kilogram") if method.flat_price else _("%(price)s per kilogram")
        yield plus % {"price": format_money(method.price_per_kg)}


def _by_weight(rates: Iterable[ShippingRate]) -> Iterator[str]:
    """Each rate in words; of the heaviest also what a kilogram above it costs."""
    for rate in rates:
        yield _("up to %(weight)s: %(price)s") % {
            "weight": weight(rate.up_to_g),
            "price": format_money(rate.price),
        }
    if rate.price_per_further_kg is not None:
        yield _("above, per kilogram: %(price)s") % {"price": format_money(rate.price_per_further_kg)}


def _names(codes: set[str] | None, is_rest: bool) -> str:
    """The countries by name, in the order of the alphabet."""
    if codes is None:
        return _("everywhere else") if is_rest else _("everywhere")
    return ", ".join(sorted(country_name(code) for code in codes))
