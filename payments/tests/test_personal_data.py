"""A customer who paid, and leaves: what Stripe told about them goes, what was booked by it stays."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config import books
from config.tests.helpers import places_that_hold, run_tasks
from orders.models import Order
from payments import gateway, personal_data, services
from payments.models import PaymentEvent, WebhookEvent
from payments.services import store_credit
from payments.tests.test_inbox import deliver, events_of  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
EMAIL, NAME, STREET = "zuzana.zweig@example.com", "Zuzana Zweig", "Zwetschgenweg 77"


@pytest.fixture
def zuzana(client):
    user = UserFactory(email=EMAIL, full_name=NAME, password=PASSWORD, email_verified_at=timezone.now())
    client.post(reverse("accounts:login"), {"username": EMAIL, "password": PASSWORD})
    return user


@pytest.fixture
def paid(stripe, till, deliver, zuzana):  # noqa: F811
    """Zuzana's order, paid with a card that bears her name; Stripe has told all about it."""
    home = {**till.details.shipping_address, "name": NAME, "street": STREET}
    details = type(till.details)(EMAIL, home, home, till.details.method_id, zuzana)
    till.details = details
    payment = till.start()
    stripe.pay(payment, name=NAME)
    for event in events_of(payment):
        event["data"]["object"].setdefault("billing_details", {"name": NAME, "address": {"line1": STREET}})
        assert deliver(event).status_code == 204
    payment.refresh_from_db()
    return payment


def erase(client):
    return client.post(reverse("accounts:erase"), {"current_password": PASSWORD, "confirmation": EMAIL})


def test_nothing_of_somebody_who_paid_is_left_in_any_table_and_the_books_balance(paid, client, deliver):  # noqa: F811
    gateway.cancel_intent(paid.intent_id, key="by hand")
    for event in events_of(paid):
        deliver(event)
    run_tasks()
    for secret in (EMAIL, NAME, STREET):
        assert "payments_webhookevent.body" in places_that_hold(secret)
    booked = list(PaymentEvent.objects.order_by("pk").values())

    answer = erase(client)
    run_tasks()

    assert answer.status_code == 302, answer.text
    for secret in (EMAIL, NAME, STREET):
        # Invoices keep whom they were written to, as tax law wants it.
        assert {at for at in places_that_hold(secret) if not at.startswith("orders_invoice")} == set(), secret
    assert list(PaymentEvent.objects.order_by("pk").values()) == booked
    assert [gateway.stored_event(row.body).id for row in WebhookEvent.objects.all()]
    report = books.verify()
    assert report.balances, report.violations


def test_money_on_a_card_stands_in_the_way(paid, client):
    answer = erase(client)

    assert answer.status_code == 409
    assert f"Order {Order.objects.get().number} is not finished" in answer.text
    assert EMAIL in {order.email for order in Order.objects.all()}


@pytest.mark.broken_books
def test_a_refund_without_an_outcome_stands_in_the_way(paid, zuzana):
    line = {"payment": paid, "kind": "refund", "operation": "refund 1", "amount": 100}
    PaymentEvent.objects.create(result="requested", key="refund 1 requested", **line)
    assert personal_data.why_not_yet(zuzana) == [
        "Money is on its way between your bank and us. Please try again when it has arrived."
    ]

    PaymentEvent.objects.create(result="succeeded", key="refund 1 succeeded", **line)
    assert personal_data.why_not_yet(zuzana) == []


def test_the_download_names_payments_and_cards_but_no_keys(paid, client):
    services.prove_payment(paid)
    content = json.loads(client.post(reverse("accounts:export")).content)

    (payment,) = content["payments"]
    assert (payment["number"], payment["amount"], payment["currency"]) == (paid.checkout.number, 4488, "eur")
    assert paid.intent_id not in json.dumps(content)


def test_events_about_others_stay_as_they_are(paid, client, zuzana):
    event = WebhookEvent.objects.create(
        event_id="evt_other", kind="x", object_id="cs_other", body={"customer_email": "other@example.com"}
    )
    personal_data.erase(zuzana)

    event.refresh_from_db()
    assert event.body == {"customer_email": "other@example.com"}


def test_events_about_somebody_with_a_longer_address_stay_as_they_are():
    body = {"data": {"object": {"customer_email": f"x{EMAIL}", "customer_details": {"email": f"x{EMAIL}"}}}}
    event = WebhookEvent.objects.create(event_id="evt_x", kind="charge.updated", object_id="ch_x", body=body)

    personal_data.erase(UserFactory(email=EMAIL, email_verified_at=timezone.now()))

    event.refresh_from_db()
    assert event.body == body


# --- store credit -----------------------------------------------------------------------------------
def test_store_credit_is_handed_out_told_of_and_gone_with_the_account(zuzana, client):
    store_credit.book(zuzana.pk, "granted", 1230, key="gift", reason="For Zuzana")
    (entry,) = json.loads(client.post(reverse("accounts:export")).content)["store_credit"]
    assert (entry["kind"], entry["amount"], entry["balance_after"]) == ("granted", 1230, 1230)
    page = client.get(reverse("accounts:erase")).content.decode()
    assert "Your store credit of €12.30 is lost; you may spend it first." in page

    assert erase(client).status_code == 302

    assert services.balance_of(zuzana.pk) == 0
    assert books.verify().violations == []


def test_of_an_account_without_store_credit_nothing_is_lost(zuzana, client):
    assert "What you give up" not in client.get(reverse("accounts:erase")).content.decode()
