"""A VAT number is noted with the billing address, from the checkout to the invoice, and changes no price."""

import json

import pytest
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from orders import services as orders
from orders.forms import CheckoutForm
from orders.invoices import document
from orders.models import Order
from orders.personal_data import erase_orders, export_orders
from orders.tests.factories import ADDRESS, CartLineFactory, OrderFactory, ShippingMethodFactory, carry

pytestmark = pytest.mark.django_db
NOTED = ADDRESS | {"company": "Example GmbH", "vat_number": "DE123456789"}


def form(**changes):
    method = ShippingMethodFactory(countries="DE AT FR")
    typed = {**ADDRESS, "email": "ada@example.com", "billing_same": "on", "method": method.pk, **changes}
    return CheckoutForm(typed)


def test_a_number_is_noted_in_the_billing_address_alone():
    typed = form(vat_number="de 123 456 789")
    assert typed.is_valid()

    details = typed.details()

    assert details.billing_address == ADDRESS | {"vat_number": "DE123456789"}
    assert details.shipping_address == ADDRESS


def test_without_one_the_address_is_what_it_was():
    typed = form()
    assert typed.is_valid()

    assert typed.details().billing_address == ADDRESS


def test_a_number_is_held_against_the_country_that_is_billed():
    billing = {f"billing_{name}": text for name, text in ADDRESS.items()}
    paris = {"billing_country": "FR", "billing_postcode": "75001", "billing_city": "Paris"}

    typed = form(vat_number="12345678901", billing_same="", **(billing | paris))

    assert typed.is_valid(), typed.errors
    assert typed.details().billing_address["vat_number"] == "FR12345678901"


def test_a_bad_number_is_told_at_its_field_and_nothing_typed_is_lost(client):
    line = CartLineFactory()
    method = ShippingMethodFactory()
    carry(client, line.cart)
    typed = {**ADDRESS, "email": "ada@example.com", "billing_same": "on", "method": method.pk}

    answer = client.post("/checkout/", {**typed, "vat_number": "DE <b>1"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_vat_number_error">Enter a VAT number as Germany has them, such as DE123456789' in page
    assert 'aria-describedby="id_vat_number_error"' in page
    assert 'value="DE &lt;b&gt;1"' in page
    assert ADDRESS["street"] in page


def test_the_number_survives_another_choice_on_the_page(client):
    line = CartLineFactory()
    ShippingMethodFactory()
    carry(client, line.cart)

    page = client.post("/checkout/", {**ADDRESS, "vat_number": "DE 1", "update": "1"}).content.decode()

    assert 'value="DE 1"' in page
    assert "the price does not change" in page


@pytest.fixture
def order():
    return OrderFactory(billing_address=NOTED)


def test_it_changes_no_price(order):
    assert (order.total, order.tax) == (OrderFactory().total, OrderFactory().tax)


def test_order_invoice_and_console_show_it(order, client):
    invoice = orders.issue_invoice(order)

    assert "VAT number DE123456789" in document.read(invoice).buyer
    assert json.loads(invoice.content)["buyer"]["lines"][-1] == "VAT number DE123456789"
    assert "VAT number DE123456789" in client.get(order.get_absolute_url()).content.decode()
    client.force_login(StaffFactory(is_superuser=True))
    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert page.count("VAT number DE123456789") == 1


def test_it_is_handed_out_and_erased_with_the_address(order, django_user_model):
    ada = django_user_model.objects.create_user("ada@example.com")
    Order.objects.filter(pk=order.pk).update(customer=ada)

    [told] = export_orders(ada)
    erase_orders(ada)

    assert told["billing_address"]["vat_number"] == "DE123456789"
    order.refresh_from_db()
    assert set(order.billing_address.values()) == {"", "DE"}
