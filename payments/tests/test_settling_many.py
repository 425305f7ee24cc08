"""Many payments settled with one press: said before, each alone, once, and told afterwards."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.tests.helpers import run_tasks
from orders import services as orders
from orders.models import Order
from payments import gateway, services
from payments.models import Payment, PaymentEvent, SettleRun, SettleRunLine
from payments.services import settling, settling_many
from payments.tests.conftest import make_till
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
CAPTURE = "POST /v1/payment_intents/{id}/capture"
CONFIRM = "admin:payments_settlerun_confirm"


@pytest.fixture
def owner(db):
    return get_user_model().objects.create_superuser("owner@example.com")


@pytest.fixture
def console(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def authorised(stripe, db):
    """Make that many orders of 24.89 each, authorised; the first holds end first."""
    mug = VariantFactory(stock=100, price=1999)

    def make(count, quantity=1):
        made = []
        for n in range(count):
            payment = make_till(mug=mug, quantity=quantity).start()
            stripe.pay(payment)
            payment = services.prove_payment(payment)
            Payment.objects.filter(pk=payment.pk).update(
                capture_before=timezone.now() + timedelta(days=1 + 2 * n)
            )
            made.append(payment)
        return made

    return make


def choose(console, rows, **more):
    """The page that says what will happen to these orders or payments."""
    opts = rows[0]._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    chosen = {"action": "settle_many", "_selected_action": [row.pk for row in rows], **more}
    return console.post(address, chosen)


def offer_of(page):
    return re.search(r'name="offer" value="([^"]+)"', page.content.decode())[1]


def settle(console, rows):
    return console.post(reverse(CONFIRM), {"offer": offer_of(choose(console, rows))})


def states(payments):
    return [Payment.objects.get(pk=payment.pk).state for payment in payments]


# --- what is said before ----------------------------------------------------------------------------
@pytest.mark.parametrize("about", ["orders", "payments"])
def test_the_summary_says_what_happens_to_each_and_why_not_to_others_and_does_nothing(
    console, stripe, authorised, about
):
    (settled, due), (part,) = authorised(2), authorised(1, quantity=2)
    services.settle(settled, amount=2489)
    services.cancel_order(part.order, key="c", reason="One is enough.", pieces={1: 1})
    rows = [settled, due, part] if about == "payments" else [row.order for row in (settled, due, part)]

    page = choose(console, rows)

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
    assert "What will be settled: 2 payments, €49.78" in words
    assert re.search(rf"{part.checkout.number} €24\.89 €19\.99 .* {due.checkout.number} €24\.89 – ", words)
    assert f"{settled.checkout.number} The payment is settled; only an authorised one can be settled" in words
    assert SettleRun.objects.count() == 0
    assert stripe.calls(CAPTURE) == 1


def test_an_order_on_hold_is_not_settled_with_the_others_and_the_summary_says_why(
    console, stripe, authorised
):
    held, free = authorised(2)
    orders.hold(held.order, "review", why="The address looks odd.", key="review")

    page = choose(console, [held, free])

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
    assert "What will be settled: 1 payment, €24.89" in words
    assert f"{held.checkout.number} The order is on hold: The address looks odd." in words
    console.post(reverse(CONFIRM), {"offer": offer_of(page)})
    assert states([held, free]) == ["authorised", "captured"]


def test_where_nothing_can_be_settled_there_is_no_button(console, authorised):
    (payment,) = authorised(1)
    services.release(payment)

    page = choose(console, [payment]).content.decode()

    assert "None of them can be settled now." in page
    assert 'name="offer"' not in page


def test_the_summary_costs_the_same_queries_for_one_and_for_many(console, authorised):
    payments = authorised(4)

    def queries(rows):
        with CaptureQueriesContext(connection) as captured:
            assert choose(console, rows).status_code == 200
        return len(captured)

    queries(payments[:1])
    assert queries(payments) == queries(payments[:1])


def test_no_more_than_so_many_at_once(console, authorised, monkeypatch):
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    payments = authorised(2)

    answer = choose(console, payments)

    assert answer.status_code == 302
    assert "At most 1 can be settled at once" in console.get(answer.url).content.decode()


# --- a few: settled while one waits -------------------------------------------------------------------
def test_a_few_are_settled_at_once_and_the_page_tells_of_each(console, owner, authorised):
    payments = authorised(3)

    answer = settle(console, [payment.order for payment in payments])

    page = console.get(answer.url)
    assert answer.status_code == 302
    assert states(payments) == ["captured"] * 3
    assert "3 of 3 settled." in page.content.decode()
    assert "Refresh" not in page
    trail = apps.get_model("accounts", "AuditEntry").objects.filter(act="settle payment")
    assert [(entry.actor, entry.after["captured"]) for entry in trail] == [(owner, 2489)] * 3


def test_one_that_fails_and_one_whose_answer_is_lost_stop_no_other(console, stripe, authorised, monkeypatch):
    gone, lost, _ = payments = authorised(3)
    offer = offer_of(choose(console, payments))
    gateway.cancel_intent(gone.intent_id, key="by hand")
    stripe.fault(CAPTURE, "delay", seconds=0)
    stripe.fault(CAPTURE, "reset_after", times=2)

    answer = console.post(reverse(CONFIRM), {"offer": offer})

    lines = SettleRunLine.objects.order_by("pk").values_list("state", "words")
    assert list(lines) == [
        ("refused", "It was not done: It was released before."),
        ("asked", ""),
        ("settled", ""),
    ]
    page = console.get(answer.url).content.decode()
    assert all(word in page for word in ("not settled", "unknown", "1 of 3 settled."))
    assert states(payments) == ["voided", "authorised", "captured"]

    services.reconcile()
    assert states([lost]) == ["captured"]
    assert "2 of 3 settled." in console.get(answer.url).content.decode()


def test_sent_twice_each_is_settled_once(console, stripe, authorised):
    payments = authorised(2)
    offer = offer_of(choose(console, payments))

    first, again = (console.post(reverse(CONFIRM), {"offer": offer}) for _ in range(2))

    assert first.url == again.url
    assert stripe.calls(CAPTURE) == 2
    assert PaymentEvent.objects.filter(kind="capture", result="requested").count() == 2


def test_what_somebody_else_settled_meanwhile_is_a_conflict(console, authorised):
    (payment,) = authorised(1)
    offer = offer_of(choose(console, [payment]))
    services.settle(payment, amount=2489)

    answer = console.post(reverse(CONFIRM), {"offer": offer})

    assert answer.status_code == 409
    assert "only an authorised one can be settled or released" in answer.content.decode()


@pytest.mark.parametrize("offer", ["", "x", "e30:1:2"])
def test_a_summary_that_was_tampered_with_or_is_too_old_does_nothing(console, offer):
    assert console.post(reverse(CONFIRM), {"offer": offer}).status_code == 422
    assert SettleRun.objects.count() == 0


# --- many: a worker's business ------------------------------------------------------------------------
def test_many_are_left_to_a_worker_while_the_page_shows_how_far_it_is(console, authorised, monkeypatch):
    monkeypatch.setattr(services, "FEW", 1)
    monkeypatch.setattr(settling_many, "FEW", 1)
    payments = authorised(3)

    answer = settle(console, payments)

    before = console.get(answer.url)
    assert states(payments) == ["authorised"] * 3
    assert ("0 of 3 settled." in before.content.decode(), before["Refresh"]) == (True, "3")
    run_tasks()
    after = console.get(answer.url)
    assert states(payments) == ["captured"] * 3
    assert ("3 of 3 settled." in after.content.decode(), "Refresh" in after) == (True, False)
    trail = apps.get_model("accounts", "AuditEntry").objects.filter(act="settle payment")
    assert [len(entry.request_id) for entry in trail] == [32] * 3


def test_what_time_did_not_suffice_for_is_left_to_a_worker(owner, authorised):
    payments = authorised(2)
    run, _ = services.open_run("k", {payment.pk: 2489 for payment in payments}, by=owner)

    services.work_run(run, seconds=-1)
    assert states(payments) == ["authorised"] * 2
    services.work_run(run)

    assert states(payments) == ["captured"] * 2


def test_a_line_whose_worker_died_is_not_asked_for_again_and_is_told_as_it_is(owner, authorised, monkeypatch):
    payments = authorised(2)
    run, _ = services.open_run("k", {payment.pk: 2489 for payment in payments}, by=owner)
    run.lines.filter(payment=payments[0]).update(state="asked")

    services.work_run(run)

    assert states(payments) == ["authorised", "captured"]
    assert [each.word for each in services.outcomes(run)] == ["being settled", "settled"]
    monkeypatch.setattr(settling, "UNANSWERED_AFTER", timedelta(0))
    assert [each.word for each in services.outcomes(run)] == ["not settled", "settled"]


def test_the_page_of_a_run_costs_the_same_queries_for_few_and_for_many(console, owner, authorised):
    payments = authorised(3)
    short, _ = services.open_run("a", {payments[0].pk: 1}, by=owner)
    long, _ = services.open_run("b", {payment.pk: 1 for payment in payments}, by=owner)

    def queries(run):
        with CaptureQueriesContext(connection) as captured:
            page = reverse("admin:payments_settlerun_change", args=[run.pk])
            assert console.get(page).status_code == 200
        return len(captured)

    queries(short)
    assert queries(long) == queries(short)


# --- who may ------------------------------------------------------------------------------------------
def test_without_the_right_nobody_settles_by_whatever_address(client, stripe, authorised):
    (payment,) = authorised(1)
    owner = get_user_model().objects.create_superuser("owner@example.com")
    client.force_login(owner)
    offer = offer_of(choose(client, [payment]))
    looker = get_user_model().objects.create_user("looker@example.com", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_payment", "view_order"]))
    client.force_login(looker)

    for row in (payment, payment.order):
        assert "offer" not in choose(client, [row]).content.decode()
    assert client.post(reverse(CONFIRM), {"offer": offer}).status_code == 403
    assert client.get(reverse("admin:payments_settlerun_changelist")).status_code == 200
    assert stripe.calls(CAPTURE) == 0


# --- the queue ----------------------------------------------------------------------------------------
def queue(console, waiting):
    page = console.get(reverse("admin:payments_payment_changelist"), {"waiting": waiting})
    return [row.pk for row in page.context["cl"].result_list], page.content.decode()


def test_the_queue_shows_what_lapses_first_on_top_with_a_warning_in_time(console, authorised):
    one, two, three, done = authorised(4)
    Payment.objects.filter(pk=three.pk).update(capture_before=timezone.now() + timedelta(hours=5, minutes=1))
    services.settle(done, amount=2489)

    rows, page = queue(console, "settle")
    assert rows == [three.pk, one.pk, two.pk]
    assert "in 5 hours" in page

    assert queue(console, "lapsing")[0] == [three.pk, one.pk]
    front = {each.words: each.figure for each in console.get(reverse("admin:index")).context["waiting"]}
    assert front["holds that lapse within 48 hours"] == "2"


def test_a_request_without_an_answer_shows_as_unknown_in_both_lists(console, stripe, authorised):
    lost, _ = authorised(2)
    stripe.fault(CAPTURE, "reset_after", times=2)
    with pytest.raises(services.Undecided):
        services.settle(lost, amount=2489)

    def badges(model):
        page = console.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        return page.content.decode().count('<span class="badge warn">unknown</span>')

    assert queue(console, "answer")[0] == [lost.pk]
    assert (badges(Payment), badges(Order)) == (1, 1)
    services.reconcile()
    assert (badges(Payment), badges(Order)) == (0, 0)
