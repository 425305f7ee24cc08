"""Amounts are said and understood as people of each language write them, and never lose a cent."""

import contextlib

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from config.money import LARGEST, MoneyFormField, as_typed, format_money, parse_money


@pytest.mark.parametrize(
    ("language", "amount", "words"),
    [
        ("en", 1999, "€19.99"),
        ("en", 123456789, "€1,234,567.89"),
        ("de", 1999, "19,99\xa0€"),
        ("de", 123456789, "1.234.567,89\xa0€"),
        ("en", -500, "-€5.00"),
        ("pt-br", 1999, "€\xa019,99"),
    ],
)
def test_an_amount_is_said_as_the_language_says_it(language, amount, words):
    with override(language):
        assert format_money(amount) == words


@pytest.mark.parametrize(
    "text",
    [
        "1234.56",
        "1234,56",
        "1.234,56",
        "1,234.56",
        "1 234,56",
        "1\xa0234,56",
        " 1’234.56 ",
        "+1234.56",
        "١٢٣٤٫٥٦",
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_both_ways_to_write_decimals_are_understood_in_every_language(language, text):
    with override(language):
        assert parse_money(text) == 123456


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [("en", "1,234", 123400), ("de", "1.234", 123400), ("en", "1,234,567", 123456700), ("de", "20,5", 2050)],
)
def test_the_language_says_what_groups_digits(language, text, amount):
    with override(language):
        assert parse_money(text) == amount


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "1.234"),
        ("de", "1,234"),
        ("en", "1,23,456.00"),
        ("en", "1.234.56"),
        ("en", "12,34,56"),
        ("en", "1,234,56.7,8"),
        ("en", "1,,234"),
        ("en", ",.,"),
        ("en", "."),
        ("en", ""),
        ("en", "abc"),
        ("en", "NaN"),
        ("en", "Infinity"),
        ("en", "1e400"),
        ("en", "19.999"),
        ("en", "99999999999999"),
        ("en", "--5"),
    ],
)
def test_what_is_no_exact_amount_is_refused_with_an_example(language, text):
    with override(language), pytest.raises(ValidationError) as refusal:
        parse_money(text)

    example = {"en": "19.99", "de": "19,99"}[language]
    assert example in refusal.value.messages[0]


@given(st.integers(-LARGEST, LARGEST), st.sampled_from(["en", "de", "fr", "pt-br"]))
def test_what_is_shown_in_a_field_is_read_as_the_same_amount(amount, language):
    with override(language):
        assert parse_money(as_typed(amount)) == amount


@given(st.integers(0, LARGEST), st.sampled_from(["en", "de"]))
def test_what_pages_say_can_be_typed_again(amount, language):
    with override(language):
        assert parse_money(format_money(amount).replace("€", "")) == amount


@given(st.text(alphabet="0123456789.,' +-e€٫", max_size=24))
def test_nothing_typed_breaks_the_reader(text):
    with contextlib.suppress(ValidationError):
        parse_money(text)


@pytest.mark.parametrize(
    ("currency", "text", "amount"), [("jpy", "1,234", 1234), ("kwd", "1.234", 1234), ("jpy", "12.0", 12)]
)
def test_other_currencies_have_other_decimals(settings, currency, text, amount):
    settings.CURRENCY = currency
    assert parse_money(text) == amount


def test_a_field_shows_an_amount_as_it_is_typed_and_takes_it_back():
    field = MoneyFormField()

    with override("de"):
        shown = field.prepare_value(123450)
        taken = field.clean(shown)

    assert (shown, taken) == ("1234,50", 123450)
    assert not field.has_changed(123450, "1234.50")
