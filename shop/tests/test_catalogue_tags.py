"""The words that every page has about prices."""

import pytest

from shop.templatetags.catalogue import price_note, price_note_short


@pytest.mark.parametrize(
    ("includes", "long", "short"),
    [
        (True, "Prices include tax. Delivery is added at checkout.", "incl. tax, plus delivery"),
        (
            False,
            "Prices are before tax. Tax and delivery are added at checkout.",
            "plus tax and delivery",
        ),
    ],
)
def test_prices_say_what_they_contain(settings, includes, long, short):
    settings.PRICES_INCLUDE_TAX = includes

    assert (price_note(), price_note_short()) == (long, short)
