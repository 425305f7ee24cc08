"""The address book, as customers use it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts import address_book
from accounts.models import Address
from accounts.tests.factories import AddressFactory, UserFactory

pytestmark = pytest.mark.django_db
BERLIN = {
    "name": "Robin Example",
    "street": "Musterstrasse 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}
FIELDS = {"company": "", "street2": "", "region": "", "phone": "", **BERLIN}


@pytest.fixture
def robin(client):
    user = UserFactory(full_name="Robin Example")
    client.force_login(user)
    return user


def add(client, **changes):
    return client.post(reverse("accounts:address_new"), {**BERLIN, **changes})


def test_an_empty_book_leads_on(client, robin):
    page = client.get(reverse("accounts:addresses")).text

    assert "No address is saved yet." in page
    assert reverse("accounts:address_new") in page


def test_a_first_address_is_kept_and_becomes_both_defaults(client, robin):
    assert 'value="Robin Example"' in client.get(reverse("accounts:address_new")).text

    answer = add(client)

    address = Address.objects.get()
    assert answer.url == reverse("accounts:addresses")
    assert address.customer == robin
    assert address.as_dict() == FIELDS
    assert (address.is_delivery_default, address.is_billing_default) == (True, True)
    page = client.get(answer.url).text
    assert "Musterstrasse 1" in page
    assert "10115 Berlin" in page


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"postcode": "1"}, {"postcode": "There is no such postcode there; one looks like 26133."}),
        ({"street": "", "city": ""}, {"street": "Enter the street and number.", "city": "Enter the city."}),
        ({"country": "US", "postcode": "94043"}, {"region": "Choose the state."}),
        ({"country": "XX"}, {"country": "Choose a country from the list."}),
    ],
)
def test_an_address_is_judged_by_the_rules_of_its_country(client, robin, changes, wrong):
    answer = add(client, **changes)

    assert answer.status_code == 422
    assert {name: words[0] for name, words in answer.context["form"].errors.items()} == wrong
    assert not Address.objects.exists()


def test_another_country_brings_its_fields_and_keeps_what_was_typed(client, robin):
    page = add(client, country="US", update="1")

    assert page.status_code == 200
    assert "California" in page.text
    assert 'value="Musterstrasse 1"' in page.text
    assert "is-invalid" not in page.text


def test_an_address_is_edited(client, robin):
    address = AddressFactory(customer=robin)
    path = reverse("accounts:address", args=[address.key])
    assert address.street in client.get(path).text

    client.post(
        path, {**BERLIN, "street": "Nebenweg 2", "customer": "1", "is_billing_default": "on", "key": "x"}
    )

    changed = Address.objects.get()
    assert changed.as_dict() == {**FIELDS, "street": "Nebenweg 2"}
    assert (changed.key, changed.customer, changed.is_billing_default) == (address.key, robin, False)


def test_the_same_address_is_not_kept_twice(client, robin):
    add(client)
    add(client)

    assert Address.objects.count() == 1


def test_there_is_one_default_for_each_use(client, robin):
    first = address_book.add_address(robin, FIELDS)
    second = AddressFactory(customer=robin)

    for kind in ("delivery", "billing"):
        client.post(reverse("accounts:address_default", args=[second.key]), {"kind": kind})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_delivery_default, first.is_billing_default) == (False, False)
    assert (second.is_delivery_default, second.is_billing_default) == (True, True)


def test_the_database_itself_refuses_a_second_default(robin):
    AddressFactory(customer=robin, is_delivery_default=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        AddressFactory(customer=robin, is_delivery_default=True)


def test_a_deleted_default_is_followed_by_the_newest(client, robin):
    first = address_book.add_address(robin, FIELDS)
    AddressFactory(customer=robin)
    newest = AddressFactory(customer=robin)

    client.post(reverse("accounts:address_delete", args=[first.key]))

    newest.refresh_from_db()
    assert Address.objects.count() == 2
    assert (newest.is_delivery_default, newest.is_billing_default) == (True, True)


def test_the_book_has_a_last_page(client, robin):
    AddressFactory.create_batch(address_book.MOST, customer=robin)

    answer = add(client)

    assert answer.status_code == 409
    assert "at most 20 addresses" in answer.text
    assert 'value="Musterstrasse 1"' in answer.text
    assert Address.objects.count() == address_book.MOST
    assert reverse("accounts:address_new") not in client.get(reverse("accounts:addresses")).text


@pytest.mark.parametrize("act", ["address", "address_delete", "address_default"])
def test_anothers_address_is_as_unknown_as_none(client, robin, act):
    anothers = AddressFactory()
    before = Address.objects.values().get()

    answers = [
        client.post(reverse(f"accounts:{act}", args=[key]), {**BERLIN, "kind": "delivery"})
        for key in (anothers.key, "unknown")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert client.get(reverse("accounts:address", args=[anothers.key])).status_code == 404
    assert Address.objects.values().get() == before


@pytest.mark.parametrize("kind", ["", "both", "is_delivery_default", "customer"])
def test_a_default_is_for_delivery_or_the_bill(client, robin, kind):
    address = AddressFactory(customer=robin)

    answer = client.post(reverse("accounts:address_default", args=[address.key]), {"kind": kind})

    assert answer.status_code == 404


def test_addresses_ask_to_sign_in():
    address = AddressFactory()
    for path in (
        reverse("accounts:addresses"),
        reverse("accounts:address_new"),
        reverse("accounts:address", args=[address.key]),
        reverse("accounts:address", args=["unknown"]),
    ):
        assert Client().get(path).url == f"{reverse('accounts:login')}?next={path}"


def test_acts_need_a_post(client, robin):
    address = AddressFactory(customer=robin)

    for act in ("address_delete", "address_default"):
        assert client.get(reverse(f"accounts:{act}", args=[address.key])).status_code == 405


@pytest.mark.parametrize("addresses", [1, 20])
def test_the_book_costs_three_statements(client, robin, addresses, settings, django_assert_max_num_queries):
    settings.PAGE_CACHE_SECONDS = 60
    client.get("/")
    AddressFactory.create_batch(addresses, customer=robin)

    with django_assert_max_num_queries(3):  # session, user, addresses
        client.get(reverse("accounts:addresses"))


def test_text_is_never_markup(client, robin):
    add(client, name="<b>Robin", company="{{7*7}}")

    page = client.get(reverse("accounts:addresses")).text

    assert "<b>Robin" not in page
    assert "&lt;b&gt;Robin" in page
