"""What the clock does with returns, each once."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from config import books, periodic
from config.tests.helpers import run_tasks
from orders import services as orders
from payments import gateway
from payments.models import Refund
from payments.tests.test_settling_races import at_once
from returns import services
from returns.models import ReturnPayout, ReturnRequest
from returns.services import sweeping
from returns.tasks import follow_returns

S = ReturnRequest.State
NOTHING = {"reminded": 0, "expired": 0, "closed": 0}


def state_of(row: ReturnRequest) -> str:
    return ReturnRequest.objects.get(pk=row.pk).state


def after(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def follow_day_by_day(days: int) -> dict[int, dict[str, int]]:
    """What the clock does on each of the coming days on which it does something."""
    done = {}
    for day in range(days + 1):
        with after(day):
            found = +Counter(services.follow_returns())
        if found:
            done[day] = dict(found)
    return done


# --- reminding and expiring -------------------------------------------------------------------------
def test_who_sends_nothing_is_reminded_once_and_then_the_return_ends(sold):
    row = services.authorise(sold.ask())

    done = follow_day_by_day(25)

    assert done == {11: {"reminded": 1}, 22: {"expired": 1}}
    assert state_of(row) == S.EXPIRED
    assert sold.line.returned == 0
    run_tasks()
    told = [message.subject for message in mail.outbox if row.number in message.subject]
    assert [subject for subject in told if "not arrived" in subject] == []
    assert [subject for subject in told if "expired" in subject] == [f"Your return has expired: {row.number}"]
    assert books.verify().violations == []


def test_the_reminder_is_mailed_while_the_return_waits(sold):
    row = services.authorise(sold.ask())
    with after(11):
        services.follow_returns()

    run_tasks()

    subjects = [message.subject for message in mail.outbox]
    assert subjects.count(f"Your return has not arrived yet: {row.number}") == 1


@pytest.mark.parametrize(("arrives", "reminded_on"), [(21, 11), (12, 6), (10, 5), (1, 1)])
def test_a_return_that_was_authorised_lately_is_not_reminded_of_at_once(sold, settings, arrives, reminded_on):
    settings.RETURN_ARRIVES_WITHIN_DAYS = arrives
    services.authorise(sold.ask())

    done = follow_day_by_day(arrives)

    assert done == {reminded_on: {"reminded": 1}}


def test_after_a_long_sleep_nobody_is_reminded_of_what_has_ended(sold):
    services.authorise(sold.ask())

    with after(40):
        done = services.follow_returns()

    assert done == NOTHING | {"expired": 1}


def test_a_reminder_that_could_not_be_queued_is_not_taken_for_sent(sold, monkeypatch):
    services.authorise(sold.ask())
    monkeypatch.setattr(sweeping, "send_return_mail", None)

    with after(11):
        with pytest.raises(ExceptionGroup):
            services.follow_returns()
        monkeypatch.undo()
        again = services.follow_returns()

    assert again == NOTHING | {"reminded": 1}


def test_on_the_last_day_there_is_still_time(sold):
    row = services.authorise(sold.ask())

    with after(21):
        services.follow_returns()
        with pytest.raises(services.CannotDecide, match="still time"):
            services.expire(row)

    assert state_of(row) == S.AUTHORISED


def test_a_parcel_that_is_on_its_way_is_not_reminded_of_and_has_more_time(sold):
    row = services.authorise(sold.ask())
    with after(10):
        services.mark_sent(row)

    done = follow_day_by_day(35)

    assert done == {32: {"expired": 1}}


@pytest.mark.parametrize("act", ["received", "cancelled"])
def test_what_has_come_or_was_called_off_is_left_alone(sold, act):
    row = services.authorise(sold.ask())
    if act == "received":
        services.receive(row, {1: 1}, key="1")
    else:
        services.cancel(row)

    assert follow_day_by_day(30) == {}


def test_what_is_held_for_an_exchange_is_free_again_once_it_expires(sold):
    services.authorise(sold.ask(1, kind="exchange", exchange_for=sold.till.mug))

    with after(22):
        services.follow_returns()

    assert books.verify().violations == []


# --- carrying on ------------------------------------------------------------------------------------
def test_a_return_whose_payment_was_never_begun_is_paid_and_closed(sold):
    row = services.resolve(sold.inspected())

    first, second = services.follow_returns(), services.follow_returns()

    assert (first["closed"], second["closed"]) == (1, 0)
    assert state_of(row) == S.CLOSED
    assert Refund.objects.get().amount == 1999


def test_an_exchange_is_closed_when_its_parcel_has_left_and_not_before(sold):
    row = services.resolve(sold.inspected(1, kind="exchange", exchange_for=sold.till.mug))
    run_tasks()
    before = services.follow_returns()
    orders.ship(sold.order, {2: 1}, key="instead")

    after_shipping = services.follow_returns()

    assert (before["closed"], after_shipping["closed"]) == (0, 1)
    assert state_of(row) == S.CLOSED


def test_what_waits_for_people_costs_the_clock_nothing(sold, django_assert_max_num_queries):
    services.resolve(sold.inspected(1, kind="exchange", exchange_for=sold.till.mug))
    paid = services.resolve(sold.inspected(1, key="2"))
    ReturnPayout.objects.filter(request=paid).update(problem="The card is closed.")

    with django_assert_max_num_queries(3):
        assert services.follow_returns() == NOTHING


def test_one_return_that_cannot_be_followed_holds_up_no_other_and_is_told(sold, monkeypatch):
    broken, whole = (services.resolve(sold.inspected(key=key)) for key in ("1", "2"))
    act = sweeping.pay_payouts

    def fail(row):
        if row.pk == broken.pk:
            raise gateway.Refused("no such charge")
        return act(row)

    monkeypatch.setattr(sweeping, "pay_payouts", fail)

    with pytest.raises(ExceptionGroup, match="could not be followed"):
        services.follow_returns()

    assert (state_of(broken), state_of(whole)) == (S.RESOLVED, S.CLOSED)


def test_the_worker_follows_returns_by_the_clock(sold):
    row = services.authorise(sold.ask())
    with after(22):
        periodic.tick()
        run_tasks()

    assert state_of(row) == S.EXPIRED
    assert periodic.jobs["follow returns"].task is follow_returns


# --- at the same time -------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time.")
@pytest.mark.django_db(transaction=True)
def test_clocks_that_strike_at_the_same_time_do_it_once(sold):
    paid = services.resolve(sold.inspected())
    waiting = services.authorise(sold.ask(key="2"))
    ReturnRequest.objects.filter(pk=waiting.pk).update(
        expires_on=timezone.localdate(), state_since=timezone.now() - timedelta(days=20)
    )
    mail.outbox.clear()

    assert at_once([services.follow_returns] * 6) == {"done": 6}
    ReturnRequest.objects.filter(pk=waiting.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    run_tasks()
    assert at_once([services.follow_returns] * 6) == {"done": 6}
    run_tasks()

    subjects = Counter(message.subject.partition(":")[0] for message in mail.outbox)
    assert subjects["Your return has not arrived yet"] == subjects["Your return has expired"] == 1
    assert (state_of(paid), state_of(waiting)) == (S.CLOSED, S.EXPIRED)
    assert Refund.objects.filter(state="succeeded").count() == 1
    assert list(paid.events.filter(words="Closed.").values_list("words", flat=True)) == ["Closed."]
    assert books.verify().violations == []
