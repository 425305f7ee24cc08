"""The demo shop's ways of delivery, tax rates and duty: plausible figures to play with, not tax advice."""

from datetime import date

from orders.models import DutyRule, Promotion, ShippingMethod, ShippingRate, ShippingZone, TaxRate, Voucher

# Standard and reduced rate in hundredths of a percent; a country that is not here is delivered to without tax.
RATES = {
    "AT": (2000, 1000),
    "BE": (2100, 600),
    "CZ": (2100, 1200),
    "DE": (1900, 700),
    "DK": (2500, 2500),
    "ES": (2100, 1000),
    "FI": (2550, 1400),
    "FR": (2000, 550),
    "IE": (2300, 1350),
    "IT": (2200, 1000),
    "LU": (1700, 800),
    "NL": (2100, 900),
    "PL": (2300, 800),
    "PT": (2300, 600),
    "SE": (2500, 1200),
}
SINCE = date(2025, 1, 1)
EUROPE = " ".join(RATES)
# name: countries, flat price and price per started kilogram (minor units), days from and to
METHODS = {
    "Parcel": (EUROPE, 490, 50, 2, 4),
    "Express": ("AT BE DE LU NL", 1290, 100, 1, 2),
    "World parcel": ("CH GB NO US", 1490, 390, 5, 10),
    "Collection from the shop": ("DE", 0, 0, 1, 2),
}
COLLECTED = {"Collection from the shop"}
# Of the world parcel: zone, its countries, prices up to so many grams, and of each further kilogram (minor units).
ZONES = {
    "Near": ("CH GB NO", {500: 990, 2000: 1490, 5000: 2290}, 350),
    "Overseas": ("US", {500: 1690, 2000: 2690, 5000: 4490}, 790),
}
# Destination, origin, rate (hundredths of a percent), worth up to which goods are free (minor units): 5 % on whatever
# comes into another customs territory, save for two free ways in, one by origin and one by worth.
DUTIES = (
    ("", "", 500, 0),
    ("CH", "DE", 0, 0),
    ("GB", "", 500, 15_000),
)


def seed_rates() -> None:
    """Write the rates and methods that are not there yet; what staff changed since stays as they left it."""
    for country, (standard, reduced) in RATES.items():
        for tax_class, rate in (("standard", standard), ("reduced", reduced), ("zero", 0)):
            TaxRate.objects.get_or_create(
                country=country, tax_class=tax_class, valid_from=SINCE, defaults={"rate": rate}
            )
    for position, (name, (countries, flat, per_kg, least, most)) in enumerate(METHODS.items()):
        ShippingMethod.objects.get_or_create(
            name=name,
            defaults={
                "countries": countries,
                "flat_price": flat,
                "price_per_kg": per_kg,
                "min_days": least,
                "max_days": most,
                "position": position,
                "is_collection": name in COLLECTED,
            },
        )
    _seed_zones(ShippingMethod.objects.get(name="World parcel"))
    for destination, origin, rate, free_up_to in DUTIES:
        DutyRule.objects.get_or_create(
            destination=destination,
            origin=origin,
            valid_from=SINCE,
            defaults={"rate": rate, "free_up_to": free_up_to},
        )


def _seed_zones(method: ShippingMethod) -> None:
    """Write the zones of one way of delivery, and what it costs there by weight."""
    for position, (name, (countries, prices, further)) in enumerate(ZONES.items()):
        zone, _is_new = ShippingZone.objects.get_or_create(
            name=name, defaults={"countries": countries, "position": position}
        )
        for up_to_g, price in prices.items():
            further_kg = further if up_to_g == max(prices) else None
            ShippingRate.objects.get_or_create(
                method=method,
                zone=zone,
                up_to_g=up_to_g,
                defaults={"price": price, "price_per_further_kg": further_kg},
            )


FREE_DELIVERY_FROM = 7500
VOUCHERS = {
    "WELCOME10": {
        "kind": "percent",
        "percent": 10,
        "per_customer": 1,
        "first_order_only": True,
        "note": "For a first order",
    },
    "FIVER": {
        "kind": "amount",
        "amount": 500,
        "minimum": 3000,
        "limit": 100,
        "note": "Five off from thirty on",
    },
}


def seed_offers() -> None:
    """Begin free delivery from a value on and two vouchers; not again if there are any."""
    if not Promotion.objects.exists():
        names = {"en": "Free delivery", "de": "Kostenloser Versand"}
        Promotion.objects.create(kind="delivery", minimum=FREE_DELIVERY_FROM, names=names)
    for code, terms in VOUCHERS.items():
        Voucher.objects.get_or_create(code=code, defaults=terms)
