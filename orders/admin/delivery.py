"""Ways of delivery, zones and rates by weight in the console."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from config import console
from orders.admin.rates import Labelled, country_code
from orders.models import ShippingMethod, ShippingRate, ShippingZone
from shop.text import country_name


def _codes(text: str) -> str:
    """Codes of countries with spaces between. Raises ValidationError for any other text."""
    return " ".join(country_code(code) for code in text.replace(",", " ").split())


class ShippingMethodForm(Labelled):
    class Meta:
        model = ShippingMethod
        fields = (
            "name",
            "countries",
            "flat_price",
            "price_per_kg",
            "started_g",
            "min_days",
            "max_days",
            "position",
            "is_active",
            "is_collection",
        )

    def clean_countries(self) -> str:
        return _codes(self.cleaned_data["countries"])


class ShippingZoneForm(Labelled):
    class Meta:
        model = ShippingZone
        fields = ("name", "countries", "position")

    def clean_countries(self) -> str:
        return _codes(self.cleaned_data["countries"])


class ShippingRateForm(Labelled):
    class Meta:
        model = ShippingRate
        fields = ("method", "zone", "up_to_g", "price", "price_per_further_kg")


@admin.register(ShippingMethod)
class ShippingMethodDesk(console.Desk):
    """Ways of delivery and what they cost where no rate says otherwise. Open checkouts and orders keep their price."""

    form = ShippingMethodForm
    list_display = ("name", "where", "flat_price", "price_per_kg", "days", "position", "is_active")
    list_editable = ("flat_price", "price_per_kg", "position", "is_active")
    search_fields = ("name",)
    fields = (
        "name",
        "countries",
        ("flat_price", "price_per_kg", "started_g"),
        ("min_days", "max_days"),
        "position",
        "is_active",
    )

    @admin.display(description="where", ordering="countries")
    def where(self, method: ShippingMethod) -> str:
        return method.countries or "everywhere"

    @admin.display(description="days")
    def days(self, method: ShippingMethod) -> str:
        return f"{method.min_days}–{method.max_days}"

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ShippingMethodForm, **kwargs})


@admin.register(ShippingZone)
class ShippingZoneDesk(console.Desk):
    """Countries to which delivery costs the same. Of zones that share one, the first in this order counts."""

    form = ShippingZoneForm
    list_display = ("name", "where", "position")
    list_editable = ("position",)
    search_fields = ("name", "countries")

    @admin.display(description="where", ordering="countries")
    def where(self, zone: ShippingZone) -> str:
        return ", ".join(sorted(country_name(code) for code in zone.countries.split())) or "everywhere"

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ShippingZoneForm, **kwargs})


@admin.register(ShippingRate)
class ShippingRateDesk(console.Desk):
    """Prices by zone and weight; where a way of delivery has any for a country, they count instead of its one price."""

    form = ShippingRateForm
    list_display = ("way", "zone", "up_to_g", "price", "price_per_further_kg")
    list_display_links = ("way",)
    list_editable = ("price", "price_per_further_kg")
    list_filter = ("method", "zone")
    list_select_related = ("method", "zone")
    search_fields = ("method__name", "zone__name")

    @admin.display(description="way of delivery", ordering="method")
    def way(self, rate: ShippingRate) -> str:
        return rate.method.name

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ShippingRateForm, **kwargs})
