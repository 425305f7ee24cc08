"""VAT numbers of businesses: brought into one form and held against the form that their country gives them.

Forms after the European Commission's list (VIES, https://ec.europa.eu/taxation_customs/vies/#/faq, question 11), the
United Kingdom's, Switzerland's (UID) and Norway's. Whether a number is somebody's only its country knows; that is not
asked, as nothing depends on it here.
"""

import re

from django.utils.translation import gettext as _

from accounts.addresses import country_name

# What stands between its parts is for the eye only.
_BETWEEN = re.compile(r"[\s.\-–/_]+")
_UNKNOWN = re.compile(r"[A-Z0-9]{2,20}")
# By the letters that a number begins with: its form after them, and an example.
_FORMS = {
    "AT": (r"U\d{8}", "ATU12345678"),
    "BE": (r"[01]\d{9}", "BE0123456789"),
    "BG": (r"\d{9,10}", "BG123456789"),
    "CHE": (r"\d{9}(MWST|TVA|IVA)?", "CHE123456789MWST"),
    "CY": (r"\d{8}[A-Z]", "CY12345678A"),
    "CZ": (r"\d{8,10}", "CZ12345678"),
    "DE": (r"\d{9}", "DE123456789"),
    "DK": (r"\d{8}", "DK12345678"),
    "EE": (r"\d{9}", "EE123456789"),
    "EL": (r"\d{9}", "EL123456789"),
    "ES": (r"[A-Z0-9]\d{7}[A-Z0-9]", "ESA1234567B"),
    "FI": (r"\d{8}", "FI12345678"),
    "FR": (r"[A-HJ-NP-Z0-9]{2}\d{9}", "FR12345678901"),
    "GB": (r"\d{9}|\d{12}|(GD|HA)\d{3}", "GB123456789"),
    "HR": (r"\d{11}", "HR12345678901"),
    "HU": (r"\d{8}", "HU12345678"),
    "IE": (r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IE1234567FA"),
    "IT": (r"\d{11}", "IT12345678901"),
    "LT": (r"\d{9}|\d{12}", "LT123456789"),
    "LU": (r"\d{8}", "LU12345678"),
    "LV": (r"\d{11}", "LV12345678901"),
    "MT": (r"\d{8}", "MT12345678"),
    "NL": (r"\d{9}B\d{2}", "NL123456789B01"),
    "NO": (r"\d{9}(MVA)?", "NO123456789MVA"),
    "PL": (r"\d{10}", "PL1234567890"),
    "PT": (r"\d{9}", "PT123456789"),
    "RO": (r"\d{2,10}", "RO1234567890"),
    "SE": (r"\d{12}", "SE123456789001"),
    "SI": (r"\d{8}", "SI12345678"),
    "SK": (r"\d{10}", "SK1234567890"),
    "XI": (r"\d{9}|\d{12}|(GD|HA)\d{3}", "XI123456789"),
}
# Where numbers do not begin with the ISO code: Greece; Switzerland, whose numbers Liechtenstein has too; Monaco has
# French ones, the Isle of Man British ones.
_PREFIXES = {"GR": "EL", "CH": "CHE", "LI": "CHE", "MC": "FR", "IM": "GB"}


class NotAVatNumber(Exception):
    """What was typed has not the form of a VAT number; the message is fit to show."""


def clean(typed: str, country: str) -> str:
    """Return a number as it is written without spaces, "DE123456789"; its country's letters are put before it.

    A number that begins with another country's letters is one of that country's. Where no form is known, letters and
    digits are enough. Raises NotAVatNumber.
    """
    text = _BETWEEN.sub("", typed.upper())
    here = _PREFIXES.get(country, country)
    for prefix in (text[:3], text[:2]):
        if prefix in _FORMS and _fits(prefix, text[len(prefix) :]):
            return text
    if here in _FORMS:
        if _fits(here, text):
            return here + text
        raise NotAVatNumber(
            _("Enter a VAT number as %(country)s has them, such as %(example)s, or leave it empty.")
            % {"country": country_name(country), "example": _FORMS[here][1]}
        )
    if not _UNKNOWN.fullmatch(text):
        raise NotAVatNumber(_("Enter a VAT number of up to 20 letters and digits, or leave it empty."))
    return text


def _fits(prefix: str, rest: str) -> bool:
    return re.fullmatch(_FORMS[prefix][0], rest, re.ASCII) is not None
