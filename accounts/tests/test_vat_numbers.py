"""VAT numbers: one form however they are typed, and what has not the form of its country is refused with an example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import vat_numbers


@pytest.mark.parametrize(
    ("typed", "country", "clean"),
    [
        ("DE123456789", "DE", "DE123456789"),
        (" de 123 456 789 ", "DE", "DE123456789"),
        ("123456789", "DE", "DE123456789"),
        ("U12345678", "AT", "ATU12345678"),
        ("FR 12 345678901", "DE", "FR12345678901"),  # another country's number
        ("AB345678901", "FR", "FRAB345678901"),
        ("123456789", "GR", "EL123456789"),
        ("CHE-123.456.789 MWST", "CH", "CHE123456789MWST"),
        ("CHE-123.456.789", "LI", "CHE123456789"),
        ("NL123456789B01", "NL", "NL123456789B01"),
        ("XI123456789", "GB", "XI123456789"),
        ("12-3456789", "US", "123456789"),
    ],
)
def test_a_number_is_brought_into_one_form(typed, country, clean):
    assert vat_numbers.clean(typed, country) == clean


@pytest.mark.parametrize(
    ("typed", "country", "words"),
    [
        ("DE12345678", "DE", "Germany has them, such as DE123456789"),
        ("12345678", "DE", "Germany has them"),
        ("DE١٢٣٤٥٦٧٨٩", "DE", "Germany has them"),
        ("ATU1234567", "AT", "ATU12345678"),
        ("FR123", "DE", "Germany has them"),
        ("A" * 21, "US", "up to 20 letters"),
        ("<b>", "US", "up to 20 letters"),
        ("-", "US", "up to 20 letters"),
    ],
)
def test_what_has_not_the_form_is_refused_with_an_example(typed, country, words):
    with pytest.raises(vat_numbers.NotAVatNumber, match=words):
        vat_numbers.clean(typed, country)


@pytest.mark.parametrize("prefix", vat_numbers._FORMS)
def test_each_example_has_the_form_of_its_country(prefix):
    _form, example = vat_numbers._FORMS[prefix]

    assert vat_numbers.clean(example, "ZZ") == example


@given(st.text(max_size=40), st.sampled_from(["DE", "FR", "CH", "US", "GR"]))
def test_whatever_is_typed_is_cleaned_once_for_all_or_refused(typed, country):
    try:
        number = vat_numbers.clean(typed, country)
    except vat_numbers.NotAVatNumber:
        return
    assert vat_numbers.clean(number, country) == number
