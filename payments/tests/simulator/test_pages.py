"""The payment page as a browser without scripts sees it."""

import re
import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import requests

from payments.simulator import Simulator, card_form
from payments.simulator.card_form import Form
from payments.tests.simulator.conftest import LINE, make_client, session_params

TYPED = {
    "number": "4242 4242 4242 4242",
    "expiry": "12 / 40",
    "cvc": "123",
    "name": "Ada",
    "country": "DE",
    "postal_code": "10115",
}


def get(session):
    return requests.get(session.url, timeout=5)


def submit(session, path="", **typed):
    return requests.post(f"{session.url}{path}", {**TYPED, **typed}, timeout=15, allow_redirects=False)


class Fields(HTMLParser):
    """The form's fields, with what describes them."""

    def __init__(self, html):
        super().__init__()
        self.fields = {}
        self.ids = set()
        self.labelled = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            assert given["id"] not in self.ids, f"{given['id']} is there twice"
            self.ids.add(given["id"])
        if tag in ("input", "select") and given.get("type") != "radio":
            self.fields[given["name"]] = given
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])


def test_the_page_shows_what_is_paid_to_whom(new_session):
    page = get(new_session())

    assert page.status_code == 200
    for text in (
        "Mug",
        "Qty 2",
        "€19.99 each",
        "€39.98",
        "ada@example.com",
        "no card is charged",
        "Pay €39.98",
    ):
        assert text in page.text
    assert 'href="https://shop.example/cart/"' in page.text


def test_the_page_needs_no_script_and_allows_no_foreign_one(new_session):
    page = get(new_session())

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://shop.example" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.text) == []


def test_what_the_shop_sends_is_escaped(new_session):
    evil = {
        **LINE,
        "price_data": {**LINE["price_data"], "product_data": {"name": '<script>alert("1")</script>'}},
    }

    page = get(new_session(line_items=[evil], client_reference_id="<b>"))

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in page.text


def test_every_field_has_a_label(new_session):
    whole = {
        "customer_email": None,
        "billing_address_collection": "required",
        "shipping_address_collection": {"allowed_countries": ["DE"]},
        "phone_number_collection": {"enabled": True},
    }

    for session in (new_session(), new_session(**whole)):
        found = Fields(get(session).text)
        assert set(found.fields) - found.labelled == set()


def test_paying_leads_back_to_the_shop(client, new_session):
    session = new_session()

    answer = submit(session)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"https://shop.example/checkout/done/?session_id={session.id}"
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert paid.payment_intent.status == "requires_capture"
    assert paid.customer_details.name == "Ada"
    assert paid.payment_intent.latest_charge.payment_method_details.card.exp_year == 2040


def test_the_customer_is_kept_until_the_shop_has_answered(new_session, receiver):
    receiver.pause = 0.3
    began = time.monotonic()

    submit(new_session())

    assert "checkout.session.completed" in receiver.types
    assert time.monotonic() - began >= 0.3


def test_paying_twice_charges_once(client, new_session):
    session = new_session()
    submit(session)

    again = submit(session)

    assert again.status_code == 303
    assert len(client.v1.charges.list().data) == 1


def test_a_decline_is_said_and_can_be_tried_again(new_session):
    session = new_session()

    declined = submit(session, number="4000000000009995")
    paid = submit(session)

    assert declined.status_code == 402
    assert "Your card has insufficient funds." in declined.text
    assert "4000" not in Fields(declined.text).fields["number"]["value"]
    assert paid.status_code == 303


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"number": ""}, "number", "Enter your card number."),
        ({"number": "4242424242424241"}, "number", "Your card number is invalid."),
        ({"number": "abcd"}, "number", "The card number is not a valid credit card number."),
        ({"expiry": ""}, "expiry", "Enter the expiry date."),
        ({"expiry": "13 / 40"}, "expiry", "Your card&#x27;s expiration month is invalid."),
        ({"expiry": "01/20"}, "expiry", "Your card&#x27;s expiry date is in the past."),
        ({"expiry": "12/2199"}, "expiry", "Your card&#x27;s expiration year is invalid."),
        ({"expiry": "soon"}, "expiry", "Enter the expiry date as month and year, such as 12 / 34."),
        ({"cvc": "12"}, "cvc", "Your card&#x27;s security code is invalid."),
        ({"cvc": ""}, "cvc", "Enter the security code."),
        ({"name": ""}, "name", "Enter the name on the card."),
        ({"country": "XX"}, "country", "Choose a country."),
        ({"country": "US", "postal_code": ""}, "postal_code", "Enter your postcode."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(new_session, typed, field, sentence):
    answer = submit(new_session(), **typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    found = Fields(answer.text)
    assert found.fields[field]["aria-invalid"] == "true"
    assert found.fields[field]["aria-describedby"] in found.ids


@pytest.mark.parametrize(
    ("number", "field", "sentence"),
    [
        ("4000000000000069", "expiry", "Your card has expired."),
        ("4000000000000127", "cvc", "Your card&#x27;s security code is incorrect."),
    ],
)
def test_a_decline_that_is_about_a_field_is_said_beside_it(new_session, number, field, sentence):
    answer = submit(new_session(), number=number)

    assert answer.status_code == 402
    assert sentence in answer.text
    assert Fields(answer.text).fields[field]["aria-invalid"] == "true"


def test_an_email_is_asked_for_if_the_shop_sent_none(client, new_session):
    session = new_session(customer_email=None)

    without = submit(session)
    wrong = submit(session, email="nobody")
    right = submit(session, email="eve@example.com")

    assert ("Enter your email address." in without.text, "like name@example.com" in wrong.text) == (
        True,
        True,
    )
    assert right.status_code == 303
    assert client.v1.checkout.sessions.retrieve(session.id).customer_details.email == "eve@example.com"


def test_the_email_that_the_shop_sent_cannot_be_changed(client, new_session):
    session = new_session()

    submit(session, email="eve@example.com")

    assert client.v1.checkout.sessions.retrieve(session.id).customer_details.email == "ada@example.com"


def test_addresses_are_collected_when_asked_for(client, new_session):
    session = new_session(
        billing_address_collection="required", shipping_address_collection={"allowed_countries": ["DE", "FR"]}
    )
    ship = {"ship_name": "Eve", "ship_line1": "Rue 1", "ship_city": "Paris", "ship_postal_code": "75001"}

    refused = submit(session, ship_country="US")
    paid = submit(session, line1="Way 1", city="Town", ship_country="FR", **ship)

    assert "Choose a country that we deliver to." in refused.text
    assert paid.status_code == 303
    kept = client.v1.checkout.sessions.retrieve(session.id)
    assert kept.customer_details.address.line1 == "Way 1"
    assert kept.collected_information.shipping_details.address.city == "Paris"
    assert client.v1.payment_intents.retrieve(kept.payment_intent).shipping.name == "Eve"


def test_a_dearer_delivery_is_shown_before_it_is_charged(client, new_session):
    rates = [
        {
            "shipping_rate_data": {
                "type": "fixed_amount",
                "display_name": name,
                "fixed_amount": {"amount": amount, "currency": "eur"},
            }
        }
        for name, amount in (("Standard", 490), ("Express", 1490))
    ]
    session = new_session(shipping_options=rates)
    express = session.shipping_options[1].shipping_rate

    shown = submit(session, rate=express)
    paid = submit(session, rate=express)

    assert "With this delivery the total is €54.88. Please check it and pay." in shown.text
    assert paid.status_code == 303
    intent = client.v1.payment_intents.retrieve(
        client.v1.checkout.sessions.retrieve(session.id).payment_intent
    )
    assert intent.amount == 3998 + 1490


def test_a_test_card_fills_the_form_without_a_script(new_session):
    answer = submit(new_session(), fill="378282246310005", name="Eve", expiry="", cvc="")

    fields = Fields(answer.text).fields
    assert answer.status_code == 200
    assert [fields[name]["value"] for name in ("number", "cvc", "name")] == [
        "3782 822463 10005",
        "1234",
        "Eve",
    ]
    assert fields["expiry"]["value"].startswith("12 / ")


def test_3d_secure_is_a_page_between(client, new_session):
    session = new_session()

    asked = submit(session, number="4000002760003184")
    page = requests.get(session.url, timeout=5)
    failed = submit(session, "/authenticate", answer="fail")
    submit(session, number="4000002760003184")
    completed = submit(session, "/authenticate", answer="complete")

    assert (asked.status_code, asked.headers["Location"]) == (303, f"/pay/{session.id}/authenticate")
    assert page.url == f"{session.url}/authenticate"
    assert "Complete authentication" in page.text
    assert failed.status_code == 402
    assert "We are unable to authenticate your payment method." in failed.text
    assert f'action="/pay/{session.id}"' in failed.text
    assert completed.headers["Location"].endswith(session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_authenticating_twice_leads_back_to_the_page(new_session):
    session = new_session()

    answer = submit(session, "/authenticate", answer="complete")

    assert answer.headers["Location"] == f"/pay/{session.id}"


def test_a_finished_session_says_so(client, new_session):
    session = new_session()
    submit(session)
    expired = new_session()
    client.v1.checkout.sessions.expire(expired.id)

    assert "all done here" in get(session).text
    assert f"https://shop.example/checkout/done/?session_id={session.id}" in get(session).text
    assert "This checkout session has expired" in get(expired).text
    assert "This checkout session has expired" in submit(expired).text


def test_an_unknown_session_is_a_404_page(simulator):
    answer = requests.get(f"{simulator.url}/pay/cs_test_none", timeout=5)

    assert answer.status_code == 404
    assert "This payment page does not exist." in answer.text


def test_the_page_of_a_free_order_asks_for_no_card(client, new_session):
    session = new_session(line_items=[{**LINE, "price_data": {**LINE["price_data"], "unit_amount": 0}}])

    page = get(session)
    done = requests.post(session.url, {}, timeout=5, allow_redirects=False)

    assert ("Complete order" in page.text, "Card number" in page.text) == (True, False)
    assert done.status_code == 303


def test_receipts_static_files_and_the_front_page_are_there(client, pay, simulator):
    receipt = requests.get(pay(capture=True).latest_charge.receipt_url, timeout=5)

    assert ("Paid" in receipt.text, "€39.98" in receipt.text) == (True, True)
    for path, kind in (("pay.css", "text/css"), ("pay.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
        answer = requests.get(f"{simulator.url}/static/{path}", timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)
    assert requests.get(f"{simulator.url}/static/../pages.py", timeout=5).status_code == 404
    assert "It moves no money" in requests.get(simulator.url, timeout=5).text


def test_the_page_is_reached_by_the_public_address(tmp_path):
    with Simulator(
        tmp_path / "s.sqlite3", public_url="http://pay.example:99/", shop_name="Tally"
    ) as simulator:
        session = make_client(simulator).v1.checkout.sessions.create(session_params())
        page = requests.get(f"{simulator.url}{urlsplit(session.url).path}", timeout=5)

    assert session.url == f"http://pay.example:99/pay/{session.id}"
    assert "Pay Tally" in page.text


@pytest.mark.parametrize(
    ("typed", "when"),
    [("12/34", (12, 2034)), ("1234", (12, 2034)), ("1 / 2034", (1, 2034)), ("1/34", (1, 2034))],
)
def test_expiry_dates_are_read_as_people_write_them(typed, when):
    entry = card_form.entry(Form({"expiry": typed, "number": "4242"}))

    assert (entry.exp_month, entry.exp_year) == when
