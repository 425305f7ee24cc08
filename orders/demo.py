"""The demo shop's ways of delivery and tax rates: plausible figures to play with, not tax advice."""

from datetime import date

from orders.models import ShippingMethod, TaxRate

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
            },
        )
