"""Money is whole minor units of the one shop currency; this is where people's words meet them."""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, get_decimal_symbol, get_group_symbol
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

LARGEST = 10**12


def exponent() -> int:
    """How many decimals the shop's currency has: 2 for the euro, 0 for the yen (ISO 4217)."""
    return get_currency_precision(settings.CURRENCY.upper())


@lru_cache(maxsize=8192)
def _words(amount: int, currency: str, locale: str) -> str:
    major = Decimal(amount).scaleb(-get_currency_precision(currency))
    return format_currency(major, currency, locale=locale)


def format_money(amount: int, currency: str = "") -> str:
    """Say an amount of minor units to people: 1999 is "€19.99" in English; in the shop's currency if none is given."""
    return _words(int(amount), (currency or settings.CURRENCY).upper(), _locale())


def _locale() -> str:
    """The active language as Babel calls it."""
    return to_locale(get_language() or settings.LANGUAGE_CODE)


def as_typed(amount: int) -> str:
    """An amount as people type it where the active language is spoken: 1999 is "19,99" in German, 2000 is "20,00"."""
    text = str(Decimal(amount).scaleb(-exponent()))
    return text.replace(".", decimal_mark())


def decimal_mark() -> str:
    """What stands before decimals in the active language: a point in English, a comma in German."""
    return get_decimal_symbol(_locale())


def parse_money(text: str) -> int:
    """Read major units as typed into minor units; raises ValidationError if that is not exact.

    Both "19,99" and "19.99" are understood in every language, as are "1.234,56", "1,234.56" and "1 234,56". What a
    single "1,234" means depends on the language: a thousand and more where the comma groups, else nothing exact.
    """
    try:
        scaled = Decimal(_plain(str(text))).scaleb(exponent())
    except (InvalidOperation, ValueError) as error:
        raise NotAnAmount from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > LARGEST:
        raise NotAnAmount
    return int(scaled)


class NotAnAmount(ValidationError):
    """What was typed is no amount of the shop's currency."""

    def __init__(self) -> None:
        example = as_typed(1999 if exponent() else 20)
        super().__init__(_("Enter an amount, such as %(example)s.") % {"example": example})


_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_ARABIC = str.maketrans({"٫": ".", "٬": ","})


def _plain(text: str) -> str:
    """The number with a point before its decimals and no groups, as Decimal reads it."""
    text = text.strip().translate(_SPACES).translate(_ARABIC)
    marks = [sign for sign in text if sign in ".,"]
    if not marks:
        return text
    last = marks[-1]
    whole, _mark, rest = text.rpartition(last)
    if len(set(marks)) == 2:
        groups, decimals = whole, rest
    elif len(marks) > 1 or (exponent() < len(rest) == 3 and last == get_group_symbol(_locale())):
        groups, decimals = text, ""
    else:
        return f"{whole}.{rest}"
    first, *others = groups.replace(".", ",").split(",")
    is_grouped = 1 <= len(first.lstrip("+-")) <= 3 and all(len(each) == 3 for each in others)
    if not is_grouped or (decimals and last in groups):
        raise ValueError(text)
    return f"{first}{''.join(others)}.{decimals or 0}"


class MoneyFormField(forms.CharField):
    """Shows and takes major units, keeps minor units."""

    def prepare_value(self, value: object) -> object:
        if isinstance(value, int):
            return as_typed(value)
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
