"""Addresses written out: in the order of their country, spelt as they were typed."""

import pytest

from accounts import addresses


@pytest.mark.parametrize(
    ("country", "town", "lines"),
    [
        ("DE", {}, ["10117 Berlin"]),
        ("GB", {"postcode": "SW1A 2AA", "city": "London"}, ["London", "SW1A 2AA"]),
        ("US", {"postcode": "10001", "city": "New York", "region": "NY"}, ["New York, NY 10001"]),
    ],
)
def test_towns_are_not_put_into_capitals(country, town, lines):
    address = {"name": "Ada Example", "street": "Unter den Linden 1", "postcode": "10117", "city": "Berlin"}

    written = addresses.lines_of({**address, **town, "country": country})

    assert written[:2] == ["Ada Example", "Unter den Linden 1"]
    assert written[2:] == [*lines, addresses.country_name(country)]


def test_an_address_of_no_known_country_is_still_written():
    written = addresses.lines_of({"name": "Ada", "street": "Street 1", "city": "Town", "country": "QQ"})

    assert written == ["Ada", "Street 1", "Town", "QQ"]
