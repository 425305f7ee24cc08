"""A whole purchase in German: every page, the payment page's language, the mail, the order afterwards."""

import re

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from accounts.tests.factories import UserFactory
from config.tests import attack
from config.tests.helpers import run_tasks
from orders.models import Order
from orders.services import errors
from payments import gateway
from payments.models import Payment
from payments.tests.conftest import ADDRESS, make_rates, stripe  # noqa: F401  (a fixture)
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
# Words that only the English shop says.
ENGLISH = [" the ", " your ", "Your ", "Please", "Delivery", "Total", "Sign in", "Cart", "Order "]


@pytest.fixture
def mug():
    make_rates()
    return VariantFactory(stock=10, price=1999, label="", product__name="Becher")


def says_german(answer) -> str:
    """The page, once it is certain that it is German."""
    page = answer.content.decode()
    assert '<html lang="de"' in page
    assert [page[place - 60 : place + 60] for word in ENGLISH if (place := page.find(word)) > 0] == []
    assert not re.search(r'href="/(?!de/|static/|media/)[^"]*"(?! lang="en")', page)
    return page


def checkout_fields(client, **changes) -> dict[str, str]:
    """What the checkout page sends once the address is filled in."""
    forms = attack.Forms(client.get("/de/checkout/").content.decode()).found
    form = next(form for form in forms if form.is_post and "agreed" in form.fields)
    fields = {name: value for name, value in form.fields.items() if name not in {"update", ""}}
    return {**fields, **ADDRESS, "email": "kunde@example.org", "billing_same": "on", **changes}


def test_a_whole_purchase_in_german(stripe, client, mug):  # noqa: F811
    product = says_german(client.get(f"/de/products/{mug.product.slug}/"))
    added = client.post("/de/cart/add/", {"variant": mug.pk, "quantity": 2}, follow=True)
    refused = says_german(client.post("/de/checkout/", checkout_fields(client, postcode="1", city="")))
    to_stripe = client.post("/de/checkout/", checkout_fields(client))
    payment = Payment.objects.get()
    stripe.pay(payment)
    thanks = client.get(f"/de/checkout/done/?session_id={payment.session_id}", follow=True)
    run_tasks()
    order = Order.objects.get()

    assert "19,99\xa0€" in product
    assert added.redirect_chain[-1][0] == "/de/cart/"
    assert "Becher liegt im Warenkorb." in says_german(added)
    assert "Bitte angeben: Ort." in refused
    assert to_stripe["Location"] == payment.session_url
    asked = gateway.session_params(payment.checkout)
    assert asked["locale"] == "de"
    assert "/de/checkout/cancelled/" in asked["cancel_url"]
    assert thanks.redirect_chain[-1][0] == f"/de/orders/g/{order.token}/"
    page = says_german(thanks)
    assert f"{order.number}</span> ist aufgegeben." in page
    assert "44,88\xa0€" in page
    assert "Bestellung aufgegeben." in page
    assert (order.language, order.state) == ("de", "placed")


def test_the_mail_about_a_german_order_is_german_whoever_works_the_queue(stripe, client, mug):  # noqa: F811
    client.post("/de/cart/add/", {"variant": mug.pk, "quantity": 1})
    client.post("/de/checkout/", checkout_fields(client))
    payment = Payment.objects.get()
    stripe.pay(payment)
    client.get(f"/de/checkout/done/?session_id={payment.session_id}")
    outbox.outbox.clear()

    run_tasks()

    order = Order.objects.get()
    (message,) = [each for each in outbox.outbox if each.to == ["kunde@example.org"]]
    (html,) = message.alternatives
    assert message.subject == f"Ihre Bestellung {order.number}"
    assert message.message()["Content-Language"] == "de"
    for text in (message.body, html.content):
        assert f"http://testserver/de/orders/g/{order.token}/" in text
        assert "24,89\xa0€" in text
        assert "Zwischensumme" in text
        assert "Subtotal" not in text
    assert '<html lang="de"' in html.content


def test_staff_and_customer_read_the_same_timeline_in_their_own_language(stripe, client, mug):  # noqa: F811
    client.post("/de/cart/add/", {"variant": mug.pk, "quantity": 1})
    client.post("/de/checkout/", checkout_fields(client))
    payment = Payment.objects.get()
    stripe.pay(payment)
    client.get(f"/de/checkout/done/?session_id={payment.session_id}")
    order = Order.objects.get()

    german, english = (
        client.get(f"{prefix}/orders/g/{order.token}/").content.decode() for prefix in ("/de", "")
    )

    assert "Zahlung autorisiert." in german
    assert "Payment authorised." in english


def test_mails_about_an_account_are_in_the_language_of_its_owner():
    user = UserFactory(language="de")

    Client().post("/accounts/password/reset/", {"email": user.email})
    run_tasks()

    (message,) = outbox.outbox
    assert message.subject == "Ein neues Passwort bei Tally"
    assert "http://testserver/de/accounts/password/reset/" in message.body


def test_a_newcomer_is_written_to_in_the_language_in_which_they_asked():
    Client().post("/de/accounts/register/", {"email": "neu@example.org", "name": "Neu"})
    run_tasks()

    (message,) = outbox.outbox
    assert message.subject == "Ihr Konto bei Tally"
    assert "http://testserver/de/accounts/register/" in message.body


def test_an_account_remembers_the_language_in_which_it_was_made():
    client = Client()
    client.post("/de/accounts/register/", {"email": "neu@example.org", "name": "Neu"})
    run_tasks()
    link = next(line for line in outbox.outbox[0].body.split() if line.startswith("http://testserver/de/"))

    client.post(link.removeprefix("http://testserver"), {"new_password": "ein paar Wörter hier"})

    assert User.objects.get(email="neu@example.org").language == "de"


def test_refusals_of_services_speak_the_language_of_the_page():
    with override("de"):
        assert str(errors.EmptyCart()) == "Ihr Warenkorb ist leer."
        assert str(errors.LinesShort(["B", "A"])) == "Nicht mehr verfügbar: A, B."


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/de/nowhere/", "Hier ist nichts"),
        ("/de/?q=%00", "Das haben wir nicht verstanden"),
        ("/de/cart/add/", "Das geht hier nicht"),
    ],
)
def test_errors_are_explained_in_german(client, address, words):
    assert words in client.get(address).content.decode()
