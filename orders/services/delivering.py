"""What sending a parcel costs, by each way of delivery: by zone and weight where it has such rates, else one price."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from orders.models import ShippingMethod, ShippingRate
from orders.services.pricing import rounded
from shop import kept


@dataclass(frozen=True)
class Parcel:
    """One parcel by one way of delivery: its price and what made it, in minor units and grams.

    `flat` is the price of the band that takes it (`up_to_g`; None: the way's one price), `charged_g` the weight that is
    charged on top at `per_kg`. `zone` is empty where the way has no rates for the country.
    """

    method: ShippingMethod
    weight_g: int
    flat: int
    charged_g: int = 0
    per_kg: int = 0
    up_to_g: int | None = None
    zone: str = ""

    @property
    def price(self) -> int:
        return self.flat + self.by_weight

    @property
    def by_weight(self) -> int:
        """What is charged for weight, half up."""
        return rounded(self.charged_g * self.per_kg, 1000)


def delivery_methods() -> list[ShippingMethod]:
    """The ways of delivery that are offered, in their order; with their rates by zone, where there are any.

    As of this moment (`shop.kept`), and shared: nobody changes them.
    """
    return kept.get("ways of delivery", _delivery_methods)


def _delivery_methods() -> list[ShippingMethod]:
    by_zone = Exists(ShippingRate.objects.filter(method=OuterRef("pk")))
    offered = ShippingMethod.objects.filter(is_active=True).annotate(has_rates=by_zone)
    rates = Prefetch("rates", ShippingRate.objects.select_related("zone"))
    prefetch_related_objects([each for each in offered if each.has_rates], rates)
    return list(offered)


def ways_to_send(weight_g: int, country: str, methods: Sequence[ShippingMethod]) -> list[Parcel]:
    """The ways that take a parcel of this weight to a country, with their prices; methods as `delivery_methods`."""
    return [
        parcel
        for method in methods
        if method.reaches(country) and (parcel := send(method, weight_g, country))
    ]


def send(method: ShippingMethod, weight_g: int, country: str) -> Parcel | None:
    """The parcel by one way of delivery that reaches the country; None if it is too heavy for it."""
    rates = _rates_for(method, country)
    if not rates:
        return Parcel(method, weight_g, method.flat_price, method.charged_g(weight_g), method.price_per_kg)
    zone, heaviest = rates[0].zone.name, rates[-1]
    if fits := next((rate for rate in rates if weight_g <= rate.up_to_g), None):
        return Parcel(method, weight_g, fits.price, up_to_g=fits.up_to_g, zone=zone)
    if heaviest.price_per_further_kg is None:
        return None
    further_g = method.charged_g(weight_g - heaviest.up_to_g)
    per_kg = heaviest.price_per_further_kg
    return Parcel(method, weight_g, heaviest.price, further_g, per_kg, heaviest.up_to_g, zone)


def _rates_for(method: ShippingMethod, country: str) -> list[ShippingRate]:
    """The rates of the first of its zones that holds the country, the lightest first."""
    if not getattr(method, "has_rates", True):
        return []
    rates = [rate for rate in method.rates.all() if rate.zone.holds(country)]
    rates.sort(key=lambda rate: (rate.zone.position, rate.zone_id, rate.up_to_g))
    return [rate for rate in rates if rate.zone_id == rates[0].zone_id]
