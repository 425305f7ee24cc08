"""Disputes: booked as Stripe says, in any order, twice or late; the order waits, and money that is away stays away."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config import books
from config.tests.helpers import run_tasks
from inventory.models import StockMovement
from orders import services as orders
from orders.models import Order, OrderEvent
from payments import gateway, services
from payments.models import Dispute, Finding, Payment, PaymentEvent, WebhookEvent
from payments.services import disputing
from payments.tests.test_inbox import deliver, events_of  # noqa: F401
from payments.tests.test_refunding import settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(stripe, till):
    return settled(stripe, till)


def dispute(stripe, payment, **given):
    """Let the customer's bank open one; Stripe's id of it."""
    return stripe.control("disputes", payment_intent=payment.intent_id, **given)["id"]


def decide(stripe, dispute_id, *, won):
    stripe.control(f"disputes/{dispute_id}/decide", won=won)


def told(payment):
    """The dispute's state, what is away, what may be paid back, whether the order is held, and the ledger."""
    payment.refresh_from_db()
    lines = PaymentEvent.objects.filter(kind="dispute").values_list("result", flat=True)
    row = Dispute.objects.get()
    return row.state, payment.disputed, services.refundable(payment), is_held(), list(lines)


def is_held():
    return Order.objects.get().holds.open().exists()


def about_disputes(payment):
    return [event for event in events_of(payment) if "dispute" in event["type"]]


# --- what follows from one --------------------------------------------------------------------------
def test_an_open_dispute_takes_the_money_holds_the_order_and_moves_no_stock(stripe, payment):
    moved = StockMovement.objects.count()
    name = dispute(stripe, payment, amount=2000, reason="product_not_received")

    row = services.follow_dispute(payment, name)

    assert told(payment) == ("needs_response", 2000, 2488, True, ["requested"])
    assert (row.reason, row.is_inquiry, row.closed_at) == ("product_not_received", False, None)
    assert timedelta(days=8) < row.evidence_due_at - timezone.now() < timedelta(days=10)
    assert "€20.00 (product not received)" in orders.why_held(Order.objects.get())
    assert StockMovement.objects.count() == moved
    assert payment.state == "captured"


def test_the_customer_does_not_read_of_it(stripe, payment):
    services.follow_dispute(payment, dispute(stripe, payment))

    news = OrderEvent.objects.filter(key__startswith="du_").get()
    assert news.said == "The customer's bank disputes €44.88 (fraudulent) and has taken the money."
    assert not news.is_public


def test_a_dispute_that_is_won_gives_everything_back(stripe, payment):
    name = dispute(stripe, payment)
    services.follow_dispute(payment, name)
    decide(stripe, name, won=True)

    services.follow_dispute(payment, name)

    assert told(payment) == ("won", 0, 4488, False, ["requested", "failed"])
    assert Dispute.objects.get().closed_at
    assert services.refund(payment, amount=4488, cause="return 7").state == "succeeded"


def test_a_dispute_that_is_lost_is_money_gone_and_the_order_waits_for_a_person(stripe, payment):
    name = dispute(stripe, payment, amount=2000)
    services.follow_dispute(payment, name)
    decide(stripe, name, won=False)

    services.follow_dispute(payment, name)

    assert told(payment) == ("lost", 2000, 2488, True, ["requested", "succeeded"])
    with pytest.raises(services.CannotRefund, match=r"has paid €20\.00 back already"):
        services.refund(payment, amount=100, cause="return 7")


@pytest.mark.parametrize("won", [True, False])
def test_an_inquiry_moves_no_money_but_the_order_waits(stripe, payment, won):
    name = dispute(stripe, payment, inquiry=True)
    services.follow_dispute(payment, name)
    assert told(payment) == ("warning_needs_response", 0, 4488, True, [])
    assert services.refund(payment, amount=100, cause="kindness").state == "succeeded"

    decide(stripe, name, won=won)
    services.follow_dispute(payment, name)

    assert told(payment) == ("warning_closed", 0, 4388, False, [])


def test_a_refund_while_disputed_is_refused_with_a_sentence_and_not_asked_for(stripe, payment):
    services.follow_dispute(payment, dispute(stripe, payment, amount=100))

    with pytest.raises(services.CannotRefund, match="holds the money"):
        services.refund(payment, amount=10, cause="return 7")

    assert stripe.calls("POST /v1/refunds") == 0
    assert services.why_not_method(payment, "card").startswith("The customer's bank disputes €1.00")


def test_what_the_bank_did_not_take_may_go_back_in_another_way(stripe, payment):
    name = dispute(stripe, payment, amount=100)
    services.follow_dispute(payment, name)
    decide(stripe, name, won=False)
    services.follow_dispute(payment, name)

    refund = services.refund(
        payment, amount=4388, cause="return 7", method="cash", handed_over_by="The shop floor"
    )

    assert refund.state == "succeeded"
    payment.refresh_from_db()
    assert services.why_not_refund(payment)


def test_an_inquiry_that_becomes_a_dispute_holds_the_order_though_the_first_hold_was_lifted(stripe, payment):
    services.book_dispute(payment, seen(payment, "warning_needs_response"))
    orders.lift(Order.objects.get().holds.get())
    assert not is_held()

    services.book_dispute(payment, seen(payment, "needs_response"))
    assert is_held()

    services.book_dispute(payment, seen(payment, "won"))
    assert not is_held()


def test_an_order_whose_money_a_bank_holds_is_not_cancelled_until_it_has_decided(stripe, payment):
    name = dispute(stripe, payment)
    services.follow_dispute(payment, name)
    order = Order.objects.get()
    with pytest.raises(services.CannotCancel, match="has not decided yet"):
        services.cancel_order(order, key="c", reason="Changed their mind")
    decide(stripe, name, won=False)
    services.follow_dispute(payment, name)

    words = services.cancel_order(order, key="c", reason="Lost the dispute")

    assert "is lost" in words
    assert stripe.calls("POST /v1/refunds") == 0
    assert Order.objects.get().state == "cancelled"


# --- how Stripe tells of it -------------------------------------------------------------------------
@pytest.mark.parametrize("card", ["4000000000000259", "4000000000002685"])
def test_a_test_card_that_disputes_brings_its_dispute(stripe, till, deliver, card):  # noqa: F811
    payment = settled(stripe, till, card=card)

    for event in about_disputes(payment):
        assert deliver(event).status_code == 204

    assert told(payment)[:2] == ("needs_response", 4488)


def test_a_test_card_that_asks_brings_an_inquiry(stripe, till, deliver):  # noqa: F811
    payment = settled(stripe, till, card="4000000000001976")

    for event in about_disputes(payment):
        deliver(event)

    assert told(payment)[:2] == ("warning_needs_response", 0)


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_events_in_any_order_and_twice_end_the_same(stripe, payment, deliver, won, seed):  # noqa: F811
    name = dispute(stripe, payment)
    early = about_disputes(payment)
    gateway.calls.call(
        lambda c: c.disputes.update(name, {"evidence": {"uncategorized_text": "It was shipped."}})
    )
    decide(stripe, name, won=won)
    shuffled = about_disputes(payment) * 2
    random.Random(seed).shuffle(shuffled)

    for event in [*shuffled, *early]:
        assert deliver(event).status_code == 204

    end = ("won", 0, 4488, False, ["requested", "failed"])
    assert told(payment) == (end if won else ("lost", 4488, 0, True, ["requested", "succeeded"]))
    assert WebhookEvent.objects.filter(state="processed").count() == len(shuffled) / 2


def test_each_state_is_followed_as_it_comes(stripe, payment, deliver):  # noqa: F811
    name = dispute(stripe, payment)
    delivered = set()
    seen = []
    for step in ("evidence", "decision", "end"):
        for event in about_disputes(payment):
            if event["id"] not in delivered:
                delivered.add(event["id"])
                deliver(event)
        seen.append(told(payment)[0])
        if step == "evidence":
            proof = {"uncategorized_text": "It was shipped."}
            gateway.calls.call(lambda c, proof=proof: c.disputes.update(name, {"evidence": proof}))
        elif step == "decision":
            decide(stripe, name, won=True)

    assert seen == ["needs_response", "under_review", "won"]


def test_a_dispute_of_money_that_the_books_do_not_know_as_settled_settles_it_first(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    gateway.capture_intent(payment.intent_id, 4488, key="by hand")

    services.follow_dispute(payment, dispute(stripe, payment))

    assert told(payment)[:2] == ("needs_response", 4488)
    assert payment.captured == 4488


def seen(payment, status, **changes):
    facts = {
        "id": "du_1",
        "status": status,
        "amount": 1000,
        "currency": "eur",
        "reason": "fraudulent",
        "intent_id": payment.intent_id,
        "is_refundable": False,
        "due_at": None,
        "opened_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return gateway.Dispute(**facts | changes)


@pytest.mark.parametrize(
    ("states", "end", "ledger"),
    [
        (["needs_response", "won", "under_review"], ("won", 0), ["requested", "failed"]),
        (["lost"], ("lost", 1000), ["requested", "succeeded"]),
        (["won"], ("won", 0), ["requested", "failed"]),
        (["prevented", "needs_response"], ("prevented", 0), []),
        (["needs_response", "prevented"], ("prevented", 0), ["requested", "failed"]),
        (["warning_closed"], ("warning_closed", 0), []),
        (["warning_needs_response", "needs_response"], ("needs_response", 1000), ["requested"]),
        (["warning_closed", "lost"], ("lost", 1000), ["requested", "succeeded"]),
        (
            ["lost", "appeal_needs_response", "appeal_under_review", "won"],
            ("won", 0),
            ["requested", "succeeded", "failed"],
        ),
        (["lost", "appeal_under_review", "lost"], ("lost", 1000), ["requested", "succeeded"]),
        (["under_review", "needs_response"], ("under_review", 1000), ["requested"]),
    ],
)
def test_a_dispute_only_goes_forward(payment, states, end, ledger):
    for state in states:
        services.book_dispute(payment, seen(payment, state))
        assert books.verify().violations == []

    assert told(payment)[:2] == end
    assert told(payment)[-1] == ledger


def test_every_state_says_what_may_follow():
    assert set(disputing.MOVES) == set(Dispute.State)
    assert set(disputing._WORDS) == set(Dispute.State)


@pytest.mark.parametrize("odd", [{"status": "something_new"}, {"currency": "usd"}, {"amount": 0}])
def test_what_cannot_be_booked_is_left_as_a_finding(payment, odd):
    assert services.book_dispute(payment, seen(payment, **{"status": "lost"} | odd)) is None

    assert Finding.objects.get().key == "unclear_dispute du_1"
    assert not Dispute.objects.exists()


def test_of_two_disputes_one_that_is_won_does_not_let_the_order_go(payment):
    services.book_dispute(payment, seen(payment, "needs_response"))
    services.book_dispute(payment, seen(payment, "needs_response", id="du_2"))
    services.book_dispute(payment, seen(payment, "won"))

    payment.refresh_from_db()
    assert (payment.disputed, is_held()) == (1000, True)


# --- staff ------------------------------------------------------------------------------------------
def test_staff_are_written_to_once_when_one_opens_and_again_when_an_inquiry_gets_serious(payment, settings):
    settings.CONTACT_EMAIL = "desk@shop.example"
    due_at = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for state in ("warning_needs_response", "warning_under_review", "needs_response", "under_review", "lost"):
        services.book_dispute(payment, seen(payment, state, due_at=due_at))
    run_tasks()

    inquiry, serious = [letter for letter in mail.outbox if letter.to == ["desk@shop.example"]]
    assert serious.subject == f"A bank disputes €10.00, {payment.checkout.number}"
    assert "https://dashboard.stripe.com/test/disputes/du_1" in serious.body
    assert "the cardholder did not make the payment" in serious.body
    assert inquiry.extra_headers["Message-ID"] != serious.extra_headers["Message-ID"]


def test_one_that_was_over_when_it_was_heard_of_needs_no_letter(payment):
    services.book_dispute(payment, seen(payment, "lost"))
    run_tasks()

    assert not [letter for letter in mail.outbox if "dispute" in letter.subject]


def test_the_note_of_staff_replaces_the_one_before(payment):
    row = services.book_dispute(payment, seen(payment, "needs_response"))

    assert services.note_dispute(row, "Sent the tracking number.") == ""
    assert services.note_dispute(row, "Waiting.") == "Sent the tracking number."
    assert Dispute.objects.get().note == "Waiting."
    assert Payment.objects.get().disputes.get().is_undecided


def test_the_desk_has_the_next_deadline_on_top_and_what_is_over_at_the_end(payment, client, stripe):
    now = timezone.now()
    for name, state, days in (
        ("du_won", "won", 1),
        ("du_later", "needs_response", 9),
        ("du_bank", "under_review", 2),
        ("du_soon", "warning_needs_response", 3),
    ):
        services.book_dispute(payment, seen(payment, state, id=name, due_at=now + timedelta(days=days)))
    client.force_login(StaffFactory(is_superuser=True))

    rows = client.get("/admin/payments/dispute/").context["cl"].queryset

    assert [row.stripe_id for row in rows] == ["du_soon", "du_later", "du_bank", "du_won"]
    page = client.get(f"/admin/payments/dispute/{rows[0].pk}/change/").content.decode()
    assert 'href="https://dashboard.stripe.com/test/disputes/du_soon"' in page
    order = client.get(f"/admin/orders/order/{payment.order_id}/change/").content.decode()
    assert "du_later" in order
    assert "du_later" in client.get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()


def test_staff_write_a_note_and_leave_a_trace(payment, client):
    row = services.book_dispute(payment, seen(payment, "needs_response"))
    client.force_login(StaffFactory(is_superuser=True))

    typed = {"note": "Sent the tracking number.", "key": "0" * 16, "confirmed": "1"}
    client.post(f"/admin/payments/dispute/{row.pk}/note/", typed)

    row.refresh_from_db()
    assert row.note == "Sent the tracking number."
    assert AuditEntry.objects.get(act="note dispute").after == {"note": "Sent the tracking number."}
