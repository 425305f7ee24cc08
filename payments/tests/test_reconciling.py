"""Reconciliation: each class of difference is made, found with its sentence, repaired where that can be, and closed."""

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config.console import acts_of
from config.tests.world import sql, unguarded
from orders.models import Order
from payments import gateway, services
from payments.models import Dispute, Finding, Payment, PaymentEvent, Refund, WebhookEvent
from payments.services import findings
from payments.services.ledger import report
from payments.tests.conftest import make_till
from payments.tests.test_inbox import deliver, events_of  # noqa: F401
from payments.tests.test_refunding import settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def authorised(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment)


@pytest.fixture
def payment(stripe, till):
    return settled(stripe, till)


def look():
    """Only look; what is open then, by kind."""
    return [finding.kind for finding in services.reconcile(repair=False).findings]


def repaired():
    """Repair; how much that was, and what stays open."""
    done = services.reconcile()
    return done.repaired, [finding.kind for finding in done.findings]


def outcome(kind):
    return Finding.objects.get(kind=kind).outcome


def test_where_nothing_differs_nothing_is_found(payment):
    done = services.reconcile(repair=False)

    assert (done.findings, done.repaired, done.undecided) == ([], 0, 0)
    assert done.walked == {"sessions": 1, "intents": 1, "events": 4}
    assert not Finding.objects.exists()


# --- what booking repairs ---------------------------------------------------------------------------
def test_a_paid_session_without_an_order(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    assert look() == ["paid_without_order"]
    assert "€44.88 were paid" in Finding.objects.get().sentence
    assert not Order.objects.exists()
    assert repaired() == (1, [])
    assert Order.objects.get().payment == payment
    assert outcome("paid_without_order") == "repaired"


def test_a_payment_page_that_has_ended_while_its_checkout_waits(stripe, till):
    payment = till.start()
    stripe.control(f"sessions/{payment.session_id}/expire")

    assert look() == ["dead_session"]
    assert repaired() == (1, [])
    payment.checkout.refresh_from_db()
    assert payment.checkout.state == "expired"


def test_a_payment_that_was_settled_in_the_dashboard(authorised):
    gateway.capture_intent(authorised.intent_id, 4000, key="by hand")

    assert look() == ["captured_at_stripe"]
    assert repaired() == (1, [])
    authorised.refresh_from_db()
    assert (authorised.captured, authorised.voided) == (4000, 488)


def test_a_payment_that_was_released_in_the_dashboard(authorised):
    gateway.cancel_intent(authorised.intent_id, key="by hand")

    assert look() == ["released_at_stripe"]
    assert repaired() == (1, [])
    authorised.refresh_from_db()
    assert authorised.state == "voided"


def test_a_refund_that_was_made_in_the_dashboard(payment):
    gateway.refund_intent(payment.intent_id, 700, key="by hand")

    assert look() == ["refund_at_stripe"]
    assert repaired() == (1, [])
    payment.refresh_from_db()
    assert payment.refunded == 700


def test_a_refund_that_failed_late_is_taken_back_and_put_before_a_person(stripe, till):
    payment = settled(stripe, till, card="4000000000005126")
    services.refund(payment, amount=4488, cause="return 7")
    stripe.control("clock", advance=86_400)

    assert look() == ["refund_failed_late"]
    assert repaired() == (1, ["refund_failed"])
    payment.refresh_from_db()
    assert payment.refunded == 0

    services.refund(payment, amount=4488, cause="return 7")
    assert look() == []
    assert outcome("refund_failed") == "gone"


@pytest.mark.parametrize("card", ["4000000000000259", "4000000000001976"])
def test_a_dispute_of_which_no_event_told(stripe, till, card):
    settled(stripe, till, card=card)

    assert look() == ["dispute_missed"]
    assert repaired() == (1, [])
    assert Dispute.objects.get().is_undecided


def test_a_dispute_whose_end_no_event_told_is_asked_about_however_old(stripe, payment):
    name = stripe.control("disputes", payment_intent=payment.intent_id)["id"]
    services.follow_dispute(payment, name)
    stripe.control(f"disputes/{name}/decide", won=False)

    done = services.reconcile(since=timedelta(seconds=-60))

    assert (done.repaired, done.walked) == (1, {})
    assert Dispute.objects.get().state == "lost"


# --- what a person has to look at -------------------------------------------------------------------
@pytest.mark.broken_books
@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ("captured = 4487, voided = 1", "amount_differs", "the books say €44.87"),
        ("captured = 0, voided = 4488, state = 'voided'", "state_differs", "Stripe has settled €44.88"),
        ("amount = 4500", "mismatch", "the checkout asked for 4500"),
        ("intent_id = 'pi_other'", "mismatch", "A second payment"),
    ],
)
def test_figures_that_booking_cannot_set_right_stay_open_until_they_fit(payment, change, kind, words):
    before = (
        Payment.objects.filter(pk=payment.pk)
        .values("captured", "voided", "state", "amount", "intent_id")
        .get()
    )
    sql(f"UPDATE payments_payment SET {change}")

    assert repaired() == (0, [kind])
    assert words in Finding.objects.get().sentence
    assert services.why_not_repaired(Finding.objects.get()).startswith("Booking what Stripe says does not")

    Payment.objects.filter(pk=payment.pk).update(**before)
    assert repaired() == (0, [])
    assert outcome(kind) == "gone"


@pytest.mark.broken_books
def test_money_that_stripe_only_holds_although_the_books_say_settled(authorised):
    sql("UPDATE payments_payment SET captured = 4488, state = 'captured'")

    assert repaired() == (0, ["state_differs"])


@pytest.mark.broken_books
def test_an_order_whose_payment_stripe_does_not_know(payment):
    sql("UPDATE payments_payment SET session_id = 'cs_test_gone'")

    assert sorted(repaired()[1]) == ["missing_at_stripe", "second_session"]
    assert "€44.88 were authorised" in Finding.objects.get(kind="missing_at_stripe").sentence


@pytest.mark.broken_books
def test_a_refund_that_stripe_does_not_know_or_names_otherwise(payment):
    services.refund(payment, amount=700, cause="scratched")
    sql("UPDATE payments_refund SET amount = 699")
    assert look() == ["amount_differs"]
    Refund.objects.update(amount=700, stripe_id="re_gone")

    assert "refund_unknown_at_stripe" in look()


@pytest.mark.broken_books
def test_a_dispute_of_another_amount(stripe, payment):
    name = stripe.control("disputes", payment_intent=payment.intent_id)["id"]
    services.follow_dispute(payment, name)
    sql("UPDATE payments_dispute SET amount = 4487")

    assert repaired() == (0, ["amount_differs"])


def test_a_session_a_dispute_and_an_event_of_an_order_that_nobody_knows(stripe, payment):
    stripe.control("disputes", payment_intent=payment.intent_id)
    with transaction.atomic():
        sql("UPDATE orders_checkout SET number = 'T-999-999-999'")
        sql("UPDATE payments_payment SET intent_id = 'pi_other', session_id = NULL")
        kinds = look()
        transaction.set_rollback(True)

    assert sorted(kinds) == ["unknown_dispute", "unknown_session"]


# --- what is under way ------------------------------------------------------------------------------
def test_an_event_that_was_verified_and_never_acted_on(stripe, till, deliver):  # noqa: F811
    payment = till.start()
    stripe.pay(payment)
    stripe.fault("GET /v1/checkout/sessions/{id}", "error_500")
    (proof,) = [event for event in events_of(payment) if event["type"] == "checkout.session.completed"]
    assert deliver(proof).status_code == 503
    WebhookEvent.objects.update(received_at=timezone.now() - timedelta(minutes=6))

    assert services.reconcile(repair=False).findings == []

    assert outcome("event_undecided") == "repaired"
    assert WebhookEvent.objects.get().state == "processed"
    assert Order.objects.get().payment == payment


def test_an_event_that_cannot_be_decided_stays_a_finding(stripe):
    row = WebhookEvent.objects.create(
        event_id="evt_1",
        kind="refund.updated",
        object_id="re_1",
        body={"nonsense": True},
        received_at=timezone.now() - timedelta(minutes=2),
    )

    assert repaired() == (0, ["event_undecided"])
    WebhookEvent.objects.filter(pk=row.pk).update(state="ignored")
    assert repaired() == (0, [])


def test_events_that_never_came_are_one_finding_and_are_taken_from_stripe_s_list(stripe, till):
    stripe.control("clock", offset=-3600)
    payment = till.start()
    stripe.pay(payment)
    services.prove_payment(payment)

    assert look() == ["event_not_delivered"]
    assert "never came, the first of them payment_intent.amount_capturable_updated evt_" in (
        Finding.objects.get().sentence
    )
    assert repaired() == (1, [])
    assert WebhookEvent.objects.filter(state="processed").count() == WebhookEvent.objects.count() > 0
    assert look() == []


@pytest.mark.parametrize("kind", ["capture", "void", "refund"])
@pytest.mark.parametrize("fault", ["reset_after", "reset_before"])
def test_a_lost_answer_is_found_out_even_when_stripe_has_forgotten_the_key(stripe, till, kind, fault):
    """After 25 hours; what was done was done once, what was not done may be asked for anew."""
    payment = settled(stripe, till) if kind == "refund" else _authorise(stripe, till)
    endpoint = {
        "capture": "POST /v1/payment_intents/{id}/capture",
        "void": "POST /v1/payment_intents/{id}/cancel",
        "refund": "POST /v1/refunds",
    }[kind]
    stripe.fault(endpoint, fault, times=2)
    with pytest.raises(services.Undecided):
        _act(payment, kind)
    stripe.control("clock", advance=25 * 3600)
    _long_ago()

    is_lost = fault == "reset_before"
    # Money that did not go back is put before a person, who decides how it shall.
    assert repaired() == (1, ["refund_failed"] if kind == "refund" and is_lost else [])

    payment.refresh_from_db()
    assert PaymentEvent.objects.filter(result="failed").exists() is is_lost
    if is_lost:
        _act(payment, kind)
        payment.refresh_from_db()
    assert look() == []
    done = {"capture": payment.captured, "void": payment.voided, "refund": payment.refunded}[kind]
    assert done == (1000 if kind == "refund" else 4488)
    if kind == "refund":
        assert [seen.amount for seen in gateway.list_refunds(payment.intent_id)] == [1000]


def test_the_hold_of_a_cancelled_order_is_released_although_the_request_was_lost(stripe, authorised):
    stripe.fault("POST /v1/payment_intents/{id}/cancel", "reset_before", times=2)
    services.cancel_order(authorised.order, key="c", reason="Changed their mind")
    _long_ago()

    assert repaired() == (2, [])

    authorised.refresh_from_db()
    assert (authorised.state, authorised.voided) == ("voided", 4488)
    assert gateway.retrieve_intent(authorised.intent_id).status == "canceled"


def test_a_cancelled_order_that_is_charged_all_the_same_is_put_before_a_person(stripe, authorised):
    stripe.fault("POST /v1/payment_intents/{id}/cancel", "reset_before", times=2)
    services.cancel_order(authorised.order, key="c", reason="Changed their mind")
    gateway.capture_intent(authorised.intent_id, 4488, key="by hand")

    assert repaired()[1] == ["charged_after_cancelling"]

    authorised.refresh_from_db()
    services.refund(authorised, amount=4488, cause="cancelled")
    assert look() == []


def _authorise(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment)


def _act(payment, kind):
    if kind == "capture":
        services.settle(payment, amount=4488)
    elif kind == "void":
        services.release(payment)
    else:
        services.refund(payment, amount=1000, cause="return 7")


def _long_ago():
    """Let the ledger and the refunds be of yesterday; the ledger's triggers make way for that."""
    with unguarded("payments_paymentevent"):
        sql("UPDATE payments_paymentevent SET at = %s", timezone.now() - timedelta(hours=25))
    sql("UPDATE payments_refund SET asked_at = %s", timezone.now() - timedelta(hours=25))


def test_an_operation_of_which_stripe_does_not_say_becomes_a_finding_until_it_does(stripe, authorised):
    stripe.fault("POST /v1/payment_intents/{id}/capture", "reset_before", times=2)
    with pytest.raises(services.Undecided):
        services.settle(authorised, amount=4488)
    _long_ago()
    stripe.fault("GET /v1/payment_intents/{id}", "error_500", times=1)

    done = services.reconcile(repair=False)
    assert ([finding.kind for finding in done.findings], done.undecided) == (["operation_undecided"], 1)

    assert repaired() == (1, [])
    assert outcome("operation_undecided") == "repaired"


# --- findings come and go ---------------------------------------------------------------------------
def test_twice_finds_the_same_and_repairs_once(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    assert look() == look() == ["paid_without_order"]
    assert (repaired(), repaired()) == ((1, []), (0, []))
    assert Finding.objects.count() == 1


def test_a_difference_that_is_back_opens_its_finding_again_but_not_one_that_staff_resolved(authorised):
    row = report(authorised, "mismatch", "Odd.", about="x")
    services.reconcile()
    row.refresh_from_db()
    assert row.outcome == "gone"

    row = report(authorised, "mismatch", "Odd.", about="x")
    assert row.resolved_at is None
    services.resolve_finding(row)
    assert report(authorised, "mismatch", "Odd.", about="x").outcome == "staff"
    assert report(authorised, "mismatch", "Odder.", about="x").resolved_at is None


def test_every_kind_that_is_reported_is_known():
    sources = [path.read_text() for path in Path(findings.__file__).parent.glob("*.py")]
    reported = {kind for text in sources for kind in re.findall(r'report\(\s*[^,]+,\s*"(\w+)"', text)}
    compared = {kind for text in sources for kind in re.findall(r'Difference\(\s*\w+,\s*"(\w+)"', text)}

    assert len(reported) > 10
    assert reported | compared <= set(findings.KINDS)
    assert compared <= findings.COMPARED


def test_many_payments_are_compared_with_few_queries(stripe, django_assert_max_num_queries):
    for _ in range(6):
        payment = make_till().start()
        stripe.pay(payment)
        services.prove_payment(payment)

    with django_assert_max_num_queries(30):
        assert services.reconcile().findings == []


# --- staff ------------------------------------------------------------------------------------------
def press(client, finding):
    return client.post(f"/admin/payments/finding/{finding.pk}/repair/", {"key": "0" * 16}, follow=True)


def test_staff_press_repair(stripe, till, client):
    payment = till.start()
    stripe.pay(payment)
    look()
    client.force_login(StaffFactory(is_superuser=True))

    answer = press(client, Finding.objects.get())

    assert "The books say what Stripe says now." in answer.content.decode()
    assert Order.objects.get().payment == payment
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.after) == ("repair finding", {"repaired": True})
    assert press(client, Finding.objects.get()).status_code == 409


@pytest.mark.broken_books
def test_what_cannot_be_repaired_says_why_beside_the_grey_button(payment, client):
    sql("UPDATE payments_payment SET captured = 4487, voided = 1")
    look()
    finding = Finding.objects.get()
    [repair] = [act for act in acts_of(Finding) if act.name == "repair"]

    assert repair.why_not(finding).endswith("somebody has to look at it and decide.")
    client.force_login(StaffFactory(is_superuser=True))
    assert press(client, finding).status_code == 409


def test_a_repair_while_stripe_is_away_changes_nothing_and_says_so(stripe, till, client):
    payment = till.start()
    stripe.pay(payment)
    look()
    stripe.fault("GET /v1/checkout/sessions/{id}", "error_500", times=2)
    client.force_login(StaffFactory(is_superuser=True))

    answer = press(client, Finding.objects.get())

    assert answer.status_code < 500
    assert Finding.objects.get().resolved_at is None
    assert AuditEntry.objects.get().after == {"repaired": False}


# --- the command ------------------------------------------------------------------------------------
def run(*options):
    out = StringIO()
    try:
        call_command("reconcile_payments", *options, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_looks_then_repairs(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    code, printed = run()
    assert (code, "paid_without_order: €44.88 were paid" in printed) == (1, True)
    assert "--repair books what Stripe says." in printed
    assert not Order.objects.exists()

    code, printed = run("--repair")
    assert code == 0
    assert (
        "Walked at Stripe: 1 sessions, 1 intents, 2 events.\n1 differences repaired, 0 undecided.\n"
        in printed
    )
    assert run() == (0, printed.replace("1 differences", "0 differences"))


def test_machines_read_classes_of_findings(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    code, printed = run("--json")

    answer = json.loads(printed)
    assert code == 1
    assert answer["walked"] == {"sessions": 1, "intents": 1, "events": 2}
    assert [(each["kind"], each["number"]) for each in answer["findings"]] == [
        ("paid_without_order", payment.checkout.number)
    ]


def test_the_command_says_when_stripe_is_away(stripe):
    stripe.fault("GET /v1/checkout/sessions", "error_500")

    with pytest.raises(CommandError, match="run it again"):
        run()


@pytest.mark.parametrize("hours", ["0", "721"])
def test_it_looks_back_as_far_as_stripe_remembers(db, hours):
    with pytest.raises(CommandError, match="30 days"):
        run("--hours", hours)
