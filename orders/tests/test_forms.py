import pytest
from django.contrib.auth import get_user_model
from django.http import QueryDict

from orders.forms import CheckoutForm
from orders.tests.factories import ADDRESS, CartFactory, CheckoutFactory, ShippingMethodFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def method():
    return ShippingMethodFactory(countries="DE AT US")


def typed(shipping_method, **changes):
    """What a browser sends for a guest in Berlin; None leaves a field out."""
    fields = {
        "email": "ada@example.com",
        **ADDRESS,
        "billing_same": "on",
        "method": shipping_method.pk,
        "agreed": "x",
    }
    data = QueryDict(mutable=True)
    data.update({name: value for name, value in (fields | changes).items() if value is not None})
    return data


def billing(**changes):
    fields = {f"billing_{name}": value for name, value in ADDRESS.items()}
    return {"billing_same": None, **fields, **{f"billing_{name}": value for name, value in changes.items()}}


# --- judging --------------------------------------------------------------------------------------
def test_a_good_form_becomes_details(method):
    form = CheckoutForm(typed(method))

    assert form.is_valid(), form.errors
    details = form.details()
    assert details.email == "ada@example.com"
    assert details.shipping_address == ADDRESS
    assert details.billing_address == ADDRESS
    assert details.method_id == method.pk
    assert details.customer is None


def test_an_address_to_write_to_is_kept_in_lower_case(method):
    form = CheckoutForm(typed(method, email="Ada@Example.com"))

    assert form.is_valid()
    assert form.details().email == "ada@example.com"


def test_another_billing_address_has_its_own_country_and_rules(method):
    form = CheckoutForm(typed(method, **billing(country="FR", postcode="75001", city="Paris")))

    assert form.is_valid(), form.errors
    assert form.details().billing_address == {
        **ADDRESS,
        "country": "FR",
        "postcode": "75001",
        "city": "Paris",
    }
    assert form.details().shipping_address == ADDRESS


def test_a_wrong_billing_address_counts_only_if_it_is_used(method):
    wrong = billing(postcode="1", street="", name="x" * 500)

    assert set(CheckoutForm(typed(method, **wrong)).errors) == {
        "billing_postcode",
        "billing_street",
        "billing_name",
    }
    assert CheckoutForm(typed(method, **{**wrong, "billing_same": "on"})).is_valid()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"postcode": "1011"}, {"postcode": "There is no such postcode there; one looks like 26133."}),
        ({"postcode": ""}, {"postcode": "Enter the postcode."}),
        ({"street": "", "city": ""}, {"street": "Enter the street and number.", "city": "Enter the city."}),
        ({"name": "   "}, {"name": "Enter the full name."}),
        (
            {"country": "US", "postcode": "00000", "region": "CA"},
            {"postcode": "There is no such ZIP code there; one looks like 95014."},
        ),
        ({"country": "US", "postcode": "94043", "region": ""}, {"region": "Choose the state."}),
        (
            {"country": "US", "postcode": "94043", "region": "Bavaria"},
            {"region": "Choose the state from the list."},
        ),
        ({"country": "FR"}, {"country": "Choose a country from the list."}),
        ({"country": ""}, {"country": "Choose a country."}),
        ({"email": "ada"}, {"email": "Enter an e-mail address, such as name@example.com."}),
        ({"email": None}, {"email": "Enter your e-mail address."}),
        ({"name": "x" * 101}, {"name": "Ensure this value has at most 100 characters (it has 101)."}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(method, changes, wrong):
    form = CheckoutForm(typed(method, **changes))

    assert {name: words[0] for name, words in form.errors.items()} == wrong
    for name in wrong:
        markup = str(form[name])
        assert 'aria-invalid="true"' in markup
        assert f'aria-describedby="id_{name}_error"' in markup


def test_what_a_country_does_not_have_is_not_kept_in_the_address(method):
    form = CheckoutForm(typed(method, region="CA"))

    assert form.is_valid()
    assert form.details().shipping_address["region"] == ""


def test_an_address_is_plain_lines_of_text(method):
    form = CheckoutForm(typed(method, name=" Ada\r\nBcc: x\t Example ", postcode="10117 "))

    assert form.is_valid(), form.errors
    assert form.details().shipping_address["name"] == "Ada Bcc: x Example"


def test_a_postcode_is_kept_in_capitals(method):
    ShippingMethodFactory(countries="GB")

    form = CheckoutForm(typed(method, country="GB", postcode="ec1y 8sy"))

    assert form.is_valid(), form.errors
    assert form.details().shipping_address["postcode"] == "EC1Y 8SY"


# --- drawing --------------------------------------------------------------------------------------
def test_only_countries_that_a_method_reaches_can_be_chosen():
    ShippingMethodFactory(countries="FR", is_active=False)

    assert [code for code, _ in CheckoutForm().fields["country"].choices] == ["AT", "DE", "US"]
    assert len(list(CheckoutForm().fields["billing_country"].choices)) > 200


def test_a_method_without_countries_reaches_all():
    ShippingMethodFactory(countries="")

    assert "JP" in dict(CheckoutForm().fields["country"].choices)


def test_without_any_method_the_page_still_stands():
    ShippingMethodFactory._meta.model.objects.all().delete()

    form = CheckoutForm()

    assert form.country == "DE"
    assert form.fields["country"].choices == []


def test_the_fields_follow_the_country():
    american = CheckoutForm(initial={"email": "", "country": "US"})

    assert [field.name for field in american.delivery_fields] == [
        "name",
        "company",
        "street",
        "street2",
        "city",
        "region",
        "postcode",
        "phone",
    ]
    assert "California" in str(american["region"])
    assert "region" not in [field.name for field in CheckoutForm().delivery_fields]


def test_what_was_typed_outlives_a_change_of_country(method):
    data = typed(method, region="CA", company="Analytical Engines", country="AT", update="1")

    form = CheckoutForm(initial=data.dict())

    page = "".join(str(field) for field in (*form.delivery_fields, *form.kept_fields, form["email"]))
    for value in ("Analytical Engines", 'value="CA"', "Unter den Linden 1", "ada@example.com"):
        assert value in page
    assert not form.errors


def test_an_unchecked_box_stays_unchecked_when_the_page_is_redrawn(method):
    assert CheckoutForm().billing_is_same
    assert not CheckoutForm(initial=typed(method, billing_same=None).dict()).billing_is_same
    assert CheckoutForm(initial=typed(method).dict()).billing_is_same


@pytest.mark.parametrize("country", ["XX", "", "de", "x" * 100_000, "☃", "\x00"])
def test_an_unknown_country_falls_back_to_the_shop_s_own(method, country):
    assert CheckoutForm(typed(method, country=country)).country == "DE"
    assert CheckoutForm(initial={"country": country}).country == "DE"


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "9" * 100_000, "²", "١"])
def test_a_method_that_is_no_number_is_none(method, value):
    assert CheckoutForm(typed(method, method=value)).method_id is None


def test_fields_tell_browsers_what_they_are_for():
    form = CheckoutForm()

    assert 'autocomplete="shipping address-line1"' in str(form["street"])
    assert 'autocomplete="billing postal-code"' in str(form["billing_postcode"])
    assert 'inputmode="numeric"' in str(form["postcode"])
    assert 'autocomplete="email"' in str(form["email"])
    assert 'type="tel"' in str(form["phone"])


# --- remembering ----------------------------------------------------------------------------------
def test_a_customer_starts_with_their_address_and_name():
    customer = get_user_model().objects.create_user("ada@example.com", full_name="Ada Example")

    form = CheckoutForm(customer=customer)

    assert 'value="ada@example.com"' in str(form["email"])
    assert 'value="Ada Example"' in str(form["name"])


def test_a_customer_starts_with_the_last_address():
    customer = get_user_model().objects.create_user("ada@example.com")
    CheckoutFactory(customer=customer, shipping_address=ADDRESS | {"country": "AT", "street": "Ring 1"})

    form = CheckoutForm(customer=customer)

    assert form.country == "AT"
    assert 'value="Ring 1"' in str(form["street"])


def test_a_guest_who_comes_back_from_paying_finds_what_was_typed_for_this_cart_only():
    cart = CartFactory()
    CheckoutFactory(cart=cart, email="guest@example.com")

    assert 'value="guest@example.com"' in str(CheckoutForm(cart=cart)["email"])
    assert "value=" not in str(CheckoutForm(cart=CartFactory())["email"])
