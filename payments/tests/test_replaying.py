"""The inbox run again: in any order the end is the same, and nothing of it reaches the live rows."""

import random
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from config.scratch import on_a_copy
from inventory.models import StockLevel
from orders.models import Checkout, Order
from payments import gateway, services
from payments.models import Dispute, Payment, PaymentEvent, Refund, WebhookEvent
from payments.services import replaying
from payments.services.inbox import WANTED, record_event
from payments.tests.conftest import make_till
from payments.tests.test_inbox import events_of

# On PostgreSQL a copy is of what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
# To copy a schema table by table takes seconds.
SEEDS = range(20 if connection.vendor == "sqlite" else 2)


@pytest.fixture
def busy(stripe):
    """At Stripe, not in the books yet: one paid, settled, paid back in part, disputed; one released; one left."""
    sold, released, left = (make_till().start() for _ in range(3))
    for payment in (sold, released):
        stripe.pay(payment)
    intents = {each.id: gateway.retrieve_session(each.session_id).intent.id for each in (sold, released)}
    gateway.capture_intent(intents[sold.pk], 4488, key="by hand")
    gateway.refund_intent(intents[sold.pk], 700, key="by hand too")
    name = stripe.control("disputes", payment_intent=intents[sold.pk], amount=1000)["id"]
    stripe.control(f"disputes/{name}/decide", won=False)
    gateway.cancel_intent(intents[released.pk], key="by hand as well")
    gateway.expire_session(left.session_id)
    events = [gateway.stored_event(body) for body in events_of(sold)]
    return [event for event in events if event.kind in WANTED]


def end():
    """Money, orders and stock, without what only says when and in which order it was written."""
    payments = Payment.objects.order_by("pk")
    figures = ["state", "authorised", "captured", "voided", "refunded", "disputed"]
    return [
        list(payments.values_list(*figures)),
        sorted(PaymentEvent.objects.values_list("kind", "result", "amount", "payment__checkout__number")),
        sorted(Refund.objects.values_list("amount", "state")),
        list(Dispute.objects.values_list("amount", "state")),
        sorted(Order.objects.values_list("number", "state", "payment_state")),
        sorted(Checkout.objects.values_list("number", "state")),
        sorted(StockLevel.objects.values_list("on_hand", "reserved", "allocated")),
    ]


def test_events_that_come_for_the_first_time_end_the_same_in_any_order(busy):
    ends = []
    for seed in SEEDS:
        shuffled = list(busy)
        random.Random(seed).shuffle(shuffled)
        with on_a_copy():
            for event in shuffled:
                record_event(event)
            ends.append(end())

    assert [each for each in ends if each != ends[0]] == []
    assert [row[0] for row in ends[0][0]] == ["part_refunded", "failed", "failed"]
    assert [row[5] for row in ends[0][0]] == [1000, 0, 0]
    assert not Order.objects.exists()


def test_events_that_come_again_end_the_same_in_any_order(busy):
    for event in busy:
        record_event(event)
    before = end()

    replays = [services.replay_events(seed=seed) for seed in SEEDS]

    assert all(replay.is_same for replay in replays), [replay.differences for replay in replays]
    assert {replay.digest for replay in replays} == {replays[0].digest}
    assert replays[0].events == len(busy) > 8
    assert end() == before


def run(*options):
    out = StringIO()
    try:
        call_command("replay_events", *options, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_that_the_end_is_the_same(busy):
    for event in busy:
        record_event(event)

    code, printed = run()
    assert (code, "in the order in which they came" in printed) == (0, True)
    assert printed.endswith("The end is the same.\n")

    code, printed = run("--shuffle", "7")
    assert (code, "shuffled by 7" in printed) == (0, True)


@pytest.mark.broken_books
def test_an_end_that_is_another_one_is_shown_row_by_row_and_the_live_rows_stay(busy, stripe):
    """An event was decided without its effect: replayed, it has it."""
    for event in busy:
        WebhookEvent.objects.create(
            event_id=event.id, kind=event.kind, object_id=event.object_id, body=event.body, state="ignored"
        )

    code, printed = run("--shuffle", "1")

    assert code == 1
    assert re.search(r"payments\.Payment \d+ is changed: .*'captured': 4488", printed)
    assert re.search(r"orders\.Order \d+ is new", printed)
    assert "The end is another one" in printed
    assert not Order.objects.exists()
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"ignored"}


def test_while_stripe_is_away_nothing_is_proven(busy, stripe):
    for event in busy:
        record_event(event)
    stripe.fault("GET /v1/refunds", "error_500", times=1)

    code, printed = run()

    assert (code, "events failed" in printed) == (1, True)


def test_a_replay_changes_nothing_at_stripe(busy, stripe):
    with gateway.only_reading():
        for call in (
            lambda: gateway.capture_intent("pi_1", 1, key="a"),
            lambda: gateway.cancel_intent("pi_1", key="a"),
            lambda: gateway.refund_intent("pi_1", 1, key="a"),
        ):
            with pytest.raises(gateway.Refused, match="Nothing may be changed"):
                call()


def test_a_copy_is_gone_when_the_block_ends_even_if_it_breaks(db):
    live = connection.settings_dict["NAME"]
    with pytest.raises(ZeroDivisionError), on_a_copy():
        1 / Checkout.objects.count()

    assert connection.settings_dict["NAME"] == live
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_namespace WHERE starts_with(nspname, 'scratch_')")
            assert cursor.fetchone() == (0,)


def test_everything_that_is_counted_is_compared():
    labels = {model._meta.label for model in replaying._models()}

    assert {"payments.Payment", "orders.Order", "inventory.StockLevel", "inventory.StockMovement"} <= labels
    assert "payments.WebhookEvent" not in labels
