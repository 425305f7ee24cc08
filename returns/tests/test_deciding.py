"""What becomes of a request before anything has come, and what is said about it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from config.tests.helpers import run_tasks
from inventory.models import Reservation
from returns import services
from returns.models import ReturnRequest
from returns.services.messages import MOST
from returns.tests.making import Spec, make_arrived

pytestmark = pytest.mark.django_db
S = ReturnRequest.State
Wish = services.Wish


@pytest.fixture
def order():
    return make_arrived([Spec(3, 1999, 1900), Spec(1, 500, 700)])


@pytest.fixture
def row(order):
    return services.request_return(order, [Wish(1, 2, "too_small"), Wish(2, 1, "defective")], key="1")


def returned(order):
    return [line.returned for line in order.lines.order_by("position")]


def refusal(act, *given, **more):
    with pytest.raises(services.CannotDecide) as refused:
        act(*given, **more)
    return str(refused.value)


def test_what_is_authorised_in_part_sets_the_rest_free(order, row):
    row = services.authorise(row, pieces={1: 1})

    assert (row.state, returned(order)) == (S.AUTHORISED, [1, 0])
    assert row.expires_on == timezone.localdate() + timedelta(days=21)
    assert [line.approved for line in row.lines.all()] == [1, 0]


@pytest.mark.parametrize("pieces", [{1: 3}, {1: -1}, {3: 1}, {1: 0, 2: 0}, {}])
def test_what_was_not_asked_for_is_not_authorised(order, row, pieces):
    refusal(services.authorise, row, pieces=pieces)

    row.refresh_from_db()
    assert (row.state, returned(order)) == (S.REQUESTED, [2, 1])


def test_who_is_rejected_reads_why_and_may_ask_anew(order, row):
    assert refusal(services.reject, row, reason=" ") == "Say why."

    services.reject(row, reason="Worn out.")

    assert (row.messages.get().text, returned(order)) == ("Worn out.", [0, 0])
    run_tasks()
    assert "Worn out." in mail.outbox[-1].body


def test_no_message_of_the_customer_takes_the_place_of_a_reason(row):
    """Whatever key their form sends."""
    for key in ("rejected", "authorised", "q1"):
        services.write_message(row, f"Mine {key}.", key=key)

    services.ask_for_information(row, "Which size?", key="q1")
    services.reject(row, reason="Worn out.")

    assert [message.text for message in row.messages.filter(is_from_staff=True)] == [
        "Which size?",
        "Worn out.",
    ]


def test_an_answer_brings_the_request_back_to_us(row):
    assert refusal(services.ask_for_information, row, "", key="1") == "Write the question."
    row = services.ask_for_information(row, "Which size?", key="1")
    assert row.state == S.INFO_NEEDED

    for _ in range(2):
        services.write_message(row, "XL", key="2")

    row.refresh_from_db()
    assert (row.state, row.messages.count()) == (S.REQUESTED, 2)


def test_messages_come_to_an_end(row):
    for number in range(MOST):
        services.write_message(row, "Hello?", key=str(number))

    assert refusal(services.write_message, row, "Hello?", key="more").startswith("There are very many")
    assert refusal(services.write_message, row, "  ", key="more") == "Write something."


@pytest.mark.parametrize("is_authorised", [False, True])
def test_what_is_cancelled_sets_all_of_it_free(order, row, is_authorised):
    if is_authorised:
        services.authorise(row, pieces={1: 1})

    services.cancel(row)

    assert returned(order) == [0, 0]
    assert refusal(services.authorise, row) == "The return is cancelled."


def test_what_is_on_its_way_is_noted_with_its_carrier(row):
    services.authorise(row)

    row = services.mark_sent(row, carrier="Post", tracking_number="12")

    assert row.events.last().said == "Sent to us."
    assert (row.carrier, row.tracking_number) == ("Post", "12")


def test_what_never_came_expires_the_day_after_and_not_before(order, row):
    services.authorise(row)
    assert services.follow_returns()["expired"] == 0
    assert refusal(services.expire, row) == "There is still time for it to arrive."
    ReturnRequest.objects.update(expires_on=timezone.localdate())
    assert services.follow_returns()["expired"] == 0
    ReturnRequest.objects.update(expires_on=timezone.localdate() - timedelta(days=1))

    assert services.follow_returns()["expired"] == 1

    row.refresh_from_db()
    assert (row.state, returned(order)) == (S.EXPIRED, [0, 0])


def test_what_has_not_come_is_reminded_of_once(row):
    services.authorise(row)
    long_ago = timezone.now() - timedelta(days=15)
    ReturnRequest.objects.update(expires_on=timezone.localdate() + timedelta(days=10), state_since=long_ago)

    assert [services.follow_returns()["reminded"] for _ in range(2)] == [1, 0]

    run_tasks()
    assert sum("has not arrived yet" in message.subject for message in mail.outbox) == 1


def held_for(row):
    return sum(hold.quantity for hold in Reservation.objects.filter(reference=row.reference))


def test_an_exchange_holds_what_will_be_sent_until_it_ends(order):
    mug = order.lines.get(position=1).variant
    row = services.request_return(
        order, [Wish(1, 2, "defective", exchange_for=mug)], key="x", kind="exchange"
    )
    before = held_for(row)

    services.authorise(row)
    while_open = held_for(row)
    services.cancel(row)

    assert [before, while_open, held_for(row)] == [0, 2, 0]


def test_an_exchange_for_what_is_gone_is_not_authorised_but_its_money_can_be_paid(order):
    line = order.lines.get(position=1)
    row = services.request_return(
        order, [Wish(1, 1, "defective", exchange_for=line.variant)], key="x", kind="exchange"
    )
    level = line.variant.stock_item.levels.get()
    level.on_hand = 0
    type(level).objects.filter(pk=level.pk).update(on_hand=0)

    refusal(services.authorise, row)
    type(level).objects.filter(pk=level.pk).update(on_hand=6)

    row = services.authorise(services.pay_instead(row))
    assert (row.kind, row.state) == ("refund", S.AUTHORISED)
    assert held_for(row) == 0


def test_only_an_exchange_that_is_open_can_be_turned_into_money(row):
    assert refusal(services.pay_instead, row) == "It is no exchange: its money is paid back."
