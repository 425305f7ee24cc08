"""Money in the console: read everywhere, and two buttons: end a checkout, resolve a finding."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from inventory.models import StockLevel
from orders.models import Checkout
from payments.models import Finding, PaymentEvent, WebhookEvent
from shop.models import Variant

KEY = "0123456789abcdef"


@pytest.fixture
def owner(db):
    return get_user_model().objects.create_superuser("owner@example.com")


@pytest.fixture
def console(client, owner):
    client.force_login(owner)
    return client


def page_of(row, page="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def press(console, payment):
    answer = console.post(page_of(payment.checkout, "end"), {"key": KEY}, follow=True)
    payment.refresh_from_db()
    payment.checkout.refresh_from_db()
    return answer.content.decode()


def reserved(variant: Variant) -> int:
    return StockLevel.objects.get(item=variant.stock_item).reserved


# --- ending a checkout ------------------------------------------------------------------------------
def test_a_live_checkout_is_ended_and_its_stock_set_free(console, stripe, till):
    payment = till.start()
    assert page_of(payment.checkout, "end") in console.get(page_of(payment.checkout)).content.decode()

    page = press(console, payment)

    assert payment.checkout.state == Checkout.State.CANCELLED
    assert reserved(till.mug) == 0
    assert f"{payment.checkout.number} is cancelled." in page
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.act, entry.before, entry.after) == (
        "end checkout",
        {"state": "awaiting_payment"},
        {"state": "cancelled"},
    )


def test_a_checkout_that_was_paid_meanwhile_becomes_an_order(console, stripe, till):
    payment = till.start()
    stripe.pay(payment)

    page = press(console, payment)

    assert payment.checkout.state == Checkout.State.COMPLETED
    assert f"it is your order {payment.order.number}" in page


def test_nothing_changes_while_stripe_does_not_answer(console, stripe, till):
    payment = till.start()
    stripe.fault("POST /v1/checkout/sessions/{id}/expire", "error_500", times=9)
    stripe.fault("GET /v1/checkout/sessions/{id}", "error_500", times=9)

    page = press(console, payment)

    assert payment.checkout.state == Checkout.State.AWAITING_PAYMENT
    assert reserved(till.mug) == 2
    assert "payment provider is not answering" in page


def test_pressing_twice_ends_it_once(console, stripe, till):
    payment = till.start()
    press(console, payment)

    page = press(console, payment)

    assert "has ended already" in page
    assert page_of(payment.checkout, "end") not in page
    assert apps.get_model("accounts", "AuditEntry").objects.count() == 1


def test_without_the_right_no_checkout_is_ended(client, stripe, till):
    payment = till.start()
    user = get_user_model().objects.create_user("staff@example.com", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_checkout"))
    client.force_login(user)

    assert client.get(page_of(payment.checkout, "end")).status_code == 403
    assert client.post(page_of(payment.checkout, "end"), {"key": KEY}).status_code == 403
    assert page_of(payment.checkout, "end") not in client.get(page_of(payment.checkout)).content.decode()


# --- findings ---------------------------------------------------------------------------------------
@pytest.fixture
def finding(db):
    return Finding.objects.create(key="k", kind="mismatch", sentence="Stripe reports <usd>.")


def resolve(console, finding, **fields):
    return console.post(
        page_of(finding, "resolve"), {"key": KEY, "note": "Refunded by hand.", "confirmed": 1, **fields}
    )


def test_a_finding_is_resolved_with_a_note(console, owner, finding):
    resolve(console, finding)

    finding.refresh_from_db()
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert entry.after == {"resolved_at": finding.resolved_at.isoformat(), "note": "Refunded by hand."}
    assert entry.actor == owner


def test_a_finding_is_resolved_once(console, finding):
    resolve(console, finding)

    answer = console.post(
        page_of(finding, "resolve"), {"key": KEY, "note": "Again.", "confirmed": 1}, follow=True
    )

    assert "This finding was resolved before." in answer.content.decode()
    assert apps.get_model("accounts", "AuditEntry").objects.count() == 1


@pytest.mark.parametrize("note", ["", " ", "x" * 301])
def test_a_finding_needs_a_note_of_a_reasonable_length(console, finding, note):
    assert resolve(console, finding, note=note).status_code == 422

    finding.refresh_from_db()
    assert finding.resolved_at is None


# --- reading ----------------------------------------------------------------------------------------
def test_an_event_shows_its_effect_and_its_body(console, stripe, till):
    payment = till.start()
    event = WebhookEvent.objects.create(
        event_id="evt_1",
        kind="checkout.session.completed",
        object_id="cs_1",
        body={"note": "<script>alert(1)</script>"},
        effect="Payment pending → authorised.",
        payment=payment,
    )

    page = console.get(page_of(event)).content.decode()

    assert "Payment pending → authorised." in page
    assert "&lt;script&gt;alert(1)" in page
    assert page_of(payment) in page


def test_the_list_of_undecided_events_leads_to_those_alone(console, db):
    states = WebhookEvent.State
    undecided = {
        WebhookEvent.objects.create(event_id=state, kind="k", object_id="o", body={}, state=state).pk
        for state in (states.RECEIVED, states.FAILED)
    }
    WebhookEvent.objects.create(event_id="x", kind="k", object_id="o", body={}, state=states.PROCESSED)

    page = console.get(reverse("admin:payments_webhookevent_changelist") + "?decided=no")

    assert {row.pk for row in page.context["cl"].result_list} == undecided


def test_a_payment_and_its_checkout_show_the_ledger(console, stripe, till):
    payment = till.start()
    PaymentEvent.objects.create(
        payment=payment,
        kind="authorise",
        result="failed",
        operation="o",
        key="k",
        amount=0,
        detail="Declined.",
    )

    for row in (payment, payment.checkout):
        assert "Declined." in console.get(page_of(row)).content.decode()
