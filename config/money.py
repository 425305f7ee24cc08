"""Money is whole minor units of the one shop currency; this is where people's words meet them."""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, to_locale

LARGEST = 10**12


def exponent() -> int:
    """How many decimals the shop's currency has: 2 for the euro, 0 for the yen (ISO 4217)."""
    return get_currency_precision(settings.CURRENCY.upper())


@lru_cache(maxsize=8192)
def _words(amount: int, currency: str, locale: str) -> str:
    major = Decimal(amount).scaleb(-get_currency_precision(currency))
    return format_currency(major, currency, locale=locale)


def format_money(amount: int) -> str:
    """Say an amount of minor units to people: 1999 is "€19.99" in English."""
    return _words(int(amount), settings.CURRENCY.upper(), to_locale(get_language() or settings.LANGUAGE_CODE))


def parse_money(text: str) -> int:
    """Read major units as typed into minor units; raises ValidationError if that is not exact."""
    try:
        scaled = Decimal(str(text).strip().replace(",", ".")).scaleb(exponent())
    except (InvalidOperation, ValueError) as error:
        raise ValidationError("Enter an amount, such as 19.99.") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > LARGEST:
        raise ValidationError("Enter an amount, such as 19.99.")
    return int(scaled)


class MoneyFormField(forms.CharField):
    """Shows and takes major units, keeps minor units."""

    def prepare_value(self, value: object) -> object:
        if isinstance(value, int):
            return str(Decimal(value).scaleb(-exponent()))
        return value

    def to_python(self, value: object) -> int | None:
        if value in self.empty_values:
            return None
        return value if isinstance(value, int) else parse_money(str(value))

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class MoneyField(models.BigIntegerField):
    """An amount in minor units, typed and shown in major ones."""

    def formfield(self, **kwargs):
        limits = {"min_value", "max_value"}
        kwargs = {key: value for key, value in kwargs.items() if key not in limits}
        return models.Field.formfield(self, **{"form_class": MoneyFormField, **kwargs})
