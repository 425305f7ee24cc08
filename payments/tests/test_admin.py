"""Money in the console: read everywhere, and two buttons: end a checkout, resolve a finding."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from inventory.models import StockLevel
from orders.models import Checkout
from payments import services
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

    assert answer.status_code == 409
    assert "It was resolved on " in answer.content.decode()
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


# --- settling and releasing -------------------------------------------------------------------------
@pytest.fixture
def paid(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment)


@pytest.mark.parametrize("about", ["order", "payment"])
def test_a_smaller_amount_is_settled_after_saying_what_becomes_of_the_rest(console, paid, about):
    row = paid.order if about == "order" else paid
    assert page_of(row, "settle") in console.get(page_of(row)).content.decode()
    assert 'value="44.88"' in console.get(page_of(row, "settle")).content.decode()

    asked = console.post(page_of(row, "settle"), {"key": KEY, "amount": "30"}).content.decode()
    paid.refresh_from_db()
    assert (paid.state, "€30.00 will be charged. The other €14.88 is released" in asked) == (
        "authorised",
        True,
    )
    done = console.post(
        page_of(row, "settle"), {"key": KEY, "amount": "30", "confirmed": "1"}, follow=True
    ).content.decode()

    paid.refresh_from_db()
    assert "€30.00 settled, €14.88 released." in done
    assert (paid.state, paid.captured, paid.voided) == ("captured", 3000, 1488)
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.act, entry.before["state"], entry.after["captured"]) == (
        "settle payment",
        "authorised",
        3000,
    )
    assert page_of(row, "settle") not in done


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
@pytest.mark.parametrize("amount", ["0", "-1", "44.89", "1e9", "x", "", "12.345"])
def test_an_amount_that_cannot_be_settled_is_refused_beside_its_field(
    console, stripe, paid, amount, confirmed
):
    answer = console.post(page_of(paid, "settle"), {"key": KEY, "amount": amount, **confirmed})

    assert answer.status_code == (409 if amount in {"44.89", "1e9"} and confirmed else 422)
    assert stripe.calls("POST /v1/payment_intents/{id}/capture") == 0


def test_an_answer_that_is_lost_is_told_as_such_and_audited(console, stripe, paid):
    stripe.fault("POST /v1/payment_intents/{id}/capture", "reset_after", times=2)

    page = console.post(
        page_of(paid, "settle"), {"key": KEY, "amount": "44.88", "confirmed": "1"}, follow=True
    ).content.decode()

    assert "nobody knows yet" in page
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert entry.after == {"answer": "none yet"}


def test_a_hold_is_released_and_pressed_again_nothing_more_happens(console, paid):
    assert "Lets go of the €44.88" in console.get(page_of(paid.order, "release")).content.decode()

    first = console.post(page_of(paid.order, "release"), {"key": KEY}, follow=True).content.decode()
    again = console.post(page_of(paid.order, "release"), {"key": KEY}, follow=True).content.decode()

    assert "€44.88 released." in first
    assert "only an authorised one" in again
    assert PaymentEvent.objects.filter(kind="void").count() == 2


def test_what_cannot_be_done_any_more_is_a_conflict_with_its_sentence(console, paid):
    settled = {"key": KEY, "amount": "44.88", "confirmed": "1"}
    assert console.post(page_of(paid, "settle"), settled).status_code == 302

    for row in (paid, paid.order):
        for act, typed in (("settle", settled), ("release", {"key": KEY})):
            answer = console.post(page_of(row, act), typed)
            assert answer.status_code == 409
            assert "only an authorised one can be settled or released" in answer.content.decode()

    typed = {"key": KEY, "amount": "44.88", "reason": "x", "confirmed": "1"}
    assert console.post(page_of(paid, "refund"), typed).status_code == 302
    assert console.post(page_of(paid, "refund"), {**typed, "key": KEY[::-1]}).status_code == 409


def test_the_buttons_need_their_permission(client, paid):
    viewer = get_user_model().objects.create_user("viewer@example.com", is_staff=True)
    viewer.user_permissions.set(
        Permission.objects.filter(codename__in=["view_payment", "view_order", "change_order"])
    )
    client.force_login(viewer)

    assert page_of(paid, "settle") not in client.get(page_of(paid)).content.decode()
    for row in (paid, paid.order):
        for act in ("settle", "release"):
            assert (
                client.post(page_of(row, act), {"key": KEY, "amount": "1", "confirmed": "1"}).status_code
                == 403
            )
    paid.refresh_from_db()
    assert paid.state == "authorised"


# --- refunds ----------------------------------------------------------------------------------------
def test_money_is_paid_back_once_however_often_the_button_is_pressed(console, paid):
    services.settle(paid, amount=4488)
    typed = {"key": KEY, "amount": "10", "reason": "Scratched."}

    asked = console.post(page_of(paid.order, "refund"), typed).content.decode()
    for _ in range(2):
        done = console.post(
            page_of(paid.order, "refund"), {**typed, "confirmed": "1"}, follow=True
        ).content.decode()

    paid.refresh_from_db()
    assert "€10.00 goes back to the card" in asked
    assert "€34.88 can still be paid back after that" in asked
    assert "€10.00 paid back to the card." in done
    assert (paid.state, paid.refunded) == ("part_refunded", 1000)


@pytest.mark.parametrize("amount", ["0", "-1", "44.89", "x", ""])
def test_an_amount_that_cannot_be_paid_back_is_refused_beside_its_field(console, stripe, paid, amount):
    services.settle(paid, amount=4488)

    answer = console.post(
        page_of(paid, "refund"), {"key": KEY, "amount": amount, "reason": "x", "confirmed": "1"}
    )

    assert answer.status_code == (409 if amount == "44.89" else 422)
    assert stripe.calls("POST /v1/refunds") == 0


# --- cancelling -------------------------------------------------------------------------------------
def test_staff_cancel_a_piece_and_then_the_rest(console, paid, till):
    page = console.get(page_of(paid.order, "cancel")).content.decode()
    assert 'name="line_1" value="2"' in page
    typed = {"key": KEY, "line_1": "1", "reason": "Not wanted."}

    asked = console.post(page_of(paid.order, "cancel"), typed).content.decode()
    console.post(page_of(paid.order, "cancel"), {**typed, "confirmed": "1"})
    rest = {**typed, "key": KEY[::-1], "confirmed": "1"}
    done = console.post(page_of(paid.order, "cancel"), rest, follow=True).content.decode()

    paid.refresh_from_db()
    paid.order.refresh_from_db()
    assert "1 pieces go back on sale. €19.99 less is owed" in asked
    assert "The hold on the card is released." in done
    assert (paid.order.state, paid.state) == ("cancelled", "voided")
    assert page_of(paid.order, "cancel") not in done


def test_who_may_not_refund_cannot_cancel_what_was_settled(client, paid):
    services.settle(paid, amount=4488)
    warehouse = get_user_model().objects.create_user("warehouse@example.com", is_staff=True)
    warehouse.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "cancel_order"]))
    client.force_login(warehouse)
    typed = {"key": KEY, "line_1": "1", "reason": "Not wanted.", "confirmed": "1"}

    answer = client.post(page_of(paid.order, "cancel"), typed)

    paid.refresh_from_db()
    assert "not yours to do" in answer.content.decode()
    assert (paid.refunded, paid.order.lines.get().cancelled) == (0, 0)


@pytest.fixture
def support(client, db):
    user = get_user_model().objects.create_user("support@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="support"))
    client.force_login(user)
    return client


def test_support_pays_back_up_to_its_limit_and_finance_more(support, paid, settings):
    settings.SUPPORT_REFUND_LIMIT = 2000
    services.settle(paid, amount=4488)
    typed = {"key": KEY, "amount": "15", "reason": "Scratched.", "confirmed": "1"}

    first = support.post(page_of(paid.order, "refund"), typed)
    more = {**typed, "key": KEY[::-1], "amount": "5.01"}
    second = support.post(page_of(paid.order, "refund"), more)
    cancelled = support.post(
        page_of(paid.order, "cancel"), {"key": KEY, "line_1": "1", "reason": "x", "confirmed": "1"}
    )

    paid.refresh_from_db()
    assert (first.status_code, second.status_code, cancelled.status_code) == (302, 409, 409)
    for answer in (second, cancelled):
        assert "You may pay back €20.00 of one payment in all." in answer.content.decode()
    assert (paid.refunded, paid.order.lines.get().cancelled) == (1500, 0)
    get_user_model().objects.get(email="support@example.com").groups.set(Group.objects.filter(name="finance"))
    assert support.post(page_of(paid, "refund"), more).status_code == 302


def test_support_neither_settles_nor_releases(support, paid):
    for act in ("settle", "release"):
        assert support.post(page_of(paid, act), {"key": KEY}).status_code == 403
        assert page_of(paid, act) not in support.get(page_of(paid)).content.decode()


@pytest.mark.parametrize("pieces", ["0", "3", "-1", "x", ""])
def test_pieces_that_are_not_there_are_refused(console, paid, till, pieces):
    typed = {"key": KEY, "line_1": pieces, "reason": "Not wanted.", "confirmed": "1"}

    assert console.post(page_of(paid.order, "cancel"), typed).status_code == (409 if pieces == "3" else 422)
