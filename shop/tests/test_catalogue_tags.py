"""The words that every page has about prices, and the parts that all pages share."""

import pytest
from django.template import Context, Template

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


def test_what_is_shared_is_rendered_once_a_moment_for_each_that_it_depends_on(settings):
    settings.PAGE_CACHE_SECONDS = 60
    template = Template("{% load shared %}{% shared greeting name %}{{ name }}: {{ word }}{% endshared %}")

    def said(**told):
        return template.render(Context(told))

    assert said(name="one", word="first") == "one: first"
    assert said(name="one", word="second") == "one: first"
    assert said(name="two", word="second") == "two: second"
