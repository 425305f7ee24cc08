"""Tax rates and delivery methods in the console."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from config import console
from orders.admin.words import percent
from orders.models import ShippingMethod, TaxRate
from shop.text import country_name


class Labelled(forms.ModelForm):
    """A row of an editable list: each field says by itself what it is, as the column's title is far away."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.label:
                field.widget.attrs["aria-label"] = field.label


class PercentField(forms.DecimalField):
    """Shows and takes percent, keeps hundredths of a percent."""

    def __init__(self, **kwargs: Any):
        super().__init__(min_value=0, max_value=100, decimal_places=2, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        given = super().clean(value)
        return int(given * 100)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class TaxRateForm(Labelled):
    rate = PercentField(label="Rate (%)")

    class Meta:
        model = TaxRate
        fields = ("country", "tax_class", "rate", "valid_from")

    def clean_country(self) -> str:
        return _country(self.cleaned_data["country"])


class ShippingMethodForm(Labelled):
    class Meta:
        model = ShippingMethod
        fields = (
            "name",
            "countries",
            "flat_price",
            "price_per_kg",
            "min_days",
            "max_days",
            "position",
            "is_active",
        )

    def clean_countries(self) -> str:
        return " ".join(_country(code) for code in self.cleaned_data["countries"].replace(",", " ").split())


def _country(code: str) -> str:
    code = code.upper()
    if country_name(code) == code:
        raise ValidationError(f"{code[:20]} is not the code of a country.")
    return code


@admin.register(TaxRate)
class TaxRateDesk(console.Desk):
    """Rates by country and class; the newest that has begun applies. Orders keep the rate they were made with."""

    form = TaxRateForm
    list_display = ("country_words", "country", "tax_class", "rate", "valid_from")
    list_display_links = ("country_words",)
    list_editable = ("rate",)
    list_filter = ("tax_class", "country")
    search_fields = ("country",)

    @admin.display(description="where", ordering="country")
    def country_words(self, rate: TaxRate) -> str:
        return country_name(rate.country)

    def in_words(self, name: Any) -> Any:
        return _rate_words if name == "rate" else super().in_words(name)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": TaxRateForm, **kwargs})


@admin.display(description="rate", ordering="rate")
def _rate_words(rate: TaxRate) -> str:
    return percent(rate.rate)


@admin.register(ShippingMethod)
class ShippingMethodDesk(console.Desk):
    """Ways of delivery and what they cost. Open checkouts and orders keep the price they were made with."""

    form = ShippingMethodForm
    list_display = ("name", "where", "flat_price", "price_per_kg", "days", "position", "is_active")
    list_editable = ("flat_price", "price_per_kg", "position", "is_active")
    search_fields = ("name",)
    fields = (
        "name",
        "countries",
        ("flat_price", "price_per_kg"),
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
