"""Tax rates and duty rules in the console."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from config import console
from orders.admin.words import percent
from orders.customs import area_of
from orders.models import DutyRule, TaxRate
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

    def __init__(self, *, max_value: int = 100, **kwargs: Any):
        super().__init__(min_value=0, max_value=max_value, decimal_places=2, **kwargs)

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
        return country_code(self.cleaned_data["country"])


class DutyRuleForm(Labelled):
    rate = PercentField(label="Rate (%)", max_value=1000)

    class Meta:
        model = DutyRule
        fields = ("destination", "origin", "rate", "free_up_to", "valid_from")

    def clean_destination(self) -> str:
        """Nothing is charged where our own customs territory ends nowhere."""
        code = self.cleaned_data["destination"]
        if code and settings.SHOP_COUNTRY in area_of(country_code(code)):
            raise ValidationError(
                f"{country_name(code.upper())} is inside our customs territory: no duty there."
            )
        return country_code(code) if code else ""

    def clean_origin(self) -> str:
        code = self.cleaned_data["origin"]
        return country_code(code) if code else ""


def country_code(code: str) -> str:
    """The code of a country in capitals. Raises ValidationError for any other text."""
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
def _rate_words(rate: TaxRate | DutyRule) -> str:
    return percent(rate.rate)


@admin.register(DutyRule)
class DutyRuleDesk(console.Desk):
    """Import duty; the most specific rule counts, then the newest that has begun. Orders keep what they were charged.

    None is charged inside our own customs territory, nor on goods that come from where they go.
    """

    form = DutyRuleForm
    list_display = ("goods", "rate", "free_up_to", "valid_from")
    list_display_links = ("goods",)
    list_editable = ("rate",)
    list_filter = ("destination", "origin")
    search_fields = ("destination", "origin")

    @admin.display(description="goods", ordering="destination")
    def goods(self, rule: DutyRule) -> str:
        origin = f"from {country_name(rule.origin)}" if rule.origin else "from anywhere"
        destination = f"to {country_name(rule.destination)}" if rule.destination else "to everywhere outside"
        return f"{origin} {destination}"

    def in_words(self, name: Any) -> Any:
        return _rate_words if name == "rate" else super().in_words(name)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": DutyRuleForm, **kwargs})
