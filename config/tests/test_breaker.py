"""The circuit breaker: what opens it, who may try, and what staff can do about it."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config import breaker as module
from config.breaker import Away, Breaker
from config.models import BreakerState
from payments.tests.test_settling_races import at_once

pytestmark = pytest.mark.django_db


class Silence(Exception):
    """No answer."""


class No(Exception):
    """An answer."""


@pytest.fixture
def breaker(settings):
    """One of three failures, with a cool-down of ten seconds."""
    settings.BREAKER_FAILURES, settings.BREAKER_COOL_DOWN_SECONDS = 3, 10.0
    made = Breaker("test", label="Calls to a test", says="It is tested.")
    yield made
    del module.breakers["test"]


def another_process() -> Breaker:
    """The same breaker as a process sees it that has just looked."""
    return Breaker("test", label="Calls to a test", says="It is tested.")


def call(breaker: Breaker, error: Exception | None = None) -> str:
    try:
        with breaker.passing(lambda error: isinstance(error, Silence)):
            if error:
                raise error
    except Away:
        return "away"
    except Exception as raised:
        return type(raised).__name__
    return "answered"


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert call(breaker, Silence("no answer")) == "Silence"


def row() -> BreakerState:
    return BreakerState.objects.get(name="test")


def test_it_opens_after_so_many_failures_in_a_row_and_then_nothing_is_begun(breaker):
    fail(breaker, 2)
    assert call(breaker) == "answered"
    fail(breaker, 3)

    assert call(breaker) == call(breaker, Silence()) == "away"
    assert breaker.is_away
    assert (row().state, row().failures, row().reason) == ("open", 3, "no answer")


def test_a_no_is_an_answer_and_opens_nothing(breaker):
    for _ in range(10):
        assert call(breaker, No()) == "No"
    fail(breaker, 2)
    call(breaker, No())
    fail(breaker, 2)

    assert not breaker.is_away


def test_failures_far_apart_are_not_in_a_row(breaker, settings):
    settings.BREAKER_WINDOW_SECONDS = 60.0
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            fail(breaker, 1)
            clock.shift(61)

    assert (row().state, row().failures) == ("closed", 1)


def test_failures_of_all_processes_count_together(breaker):
    for each in (breaker, another_process(), another_process()):
        fail(each, 1)

    assert another_process().is_away


def test_a_healthy_call_writes_nothing_and_looks_only_every_so_often(breaker):
    breaker.assume()

    with CaptureQueriesContext(connection) as queries:
        for _ in range(20):
            call(breaker)
            call(breaker, No())

    assert len(queries) == 0


def test_a_process_that_looks_again_costs_one_read(breaker, monkeypatch):
    monkeypatch.setattr(module, "KNOWN_FOR", -1.0)

    with CaptureQueriesContext(connection) as queries:
        call(breaker)

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_after_the_cool_down_one_tries_and_its_success_closes_it_everywhere(breaker):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(breaker, 3)
        clock.shift(9)
        assert call(another_process()) == "away"
        clock.shift(1.5)

        with another_process().passing(lambda error: True):
            assert call(breaker) == call(another_process()) == "away"
            assert row().state == "half_open"

    assert call(another_process()) == "answered"
    assert (row().state, row().failures, row().try_at) == ("closed", 0, None)


def test_a_probe_that_fails_opens_it_for_another_cool_down(breaker):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(breaker, 3)
        since = row().changed_at
        clock.shift(11)
        fail(breaker, 1)
        clock.shift(9)
        assert call(another_process()) == "away"
        clock.shift(2)

        assert call(another_process()) == "answered"
    assert since < row().changed_at


def test_who_died_while_trying_keeps_nobody_else_from_trying(breaker):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fail(breaker, 3)
        clock.shift(11)
        dead = another_process()
        dead._let_in()
        clock.shift(19)
        assert call(breaker) == "away"
        clock.shift(2)

        assert call(breaker) == "answered"
    assert row().state == "closed"


def test_a_late_answer_of_a_call_begun_before_changes_nothing(breaker):
    slow = another_process()
    with slow.passing(lambda error: True):
        fail(breaker, 3)

    assert row().state == "open"


def test_whoever_rolls_back_around_a_call_forgets_its_failure_and_nothing_else(breaker):
    with transaction.atomic():
        fail(breaker, 3)
        transaction.set_rollback(True)

    assert call(another_process()) == "answered"
    fail(another_process(), 3)
    assert another_process().is_away


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_is_let_through_to_try(breaker):
    fail(breaker, 3)
    BreakerState.objects.filter(name="test").update(try_at=timezone.now() - timedelta(seconds=1))
    let_in = Counter()

    def try_it() -> None:
        try:
            let_in["in" if another_process()._let_in() else "closed"] += 1
        except Away:
            let_in["away"] += 1

    at_once([try_it] * 20)

    assert let_in == {"in": 1, "away": 19}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_failures_at_once_none_is_lost(breaker, settings):
    settings.BREAKER_FAILURES = 100

    at_once([lambda: call(another_process(), Silence())] * 20)

    assert row().failures == 20


# --- the console and the doctor ---------------------------------------------------------------------
@pytest.fixture
def owner(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


def press(owner, act: str, **given: str):
    address = reverse(f"admin:config_breakerstate_{act}", args=[row().pk])
    return owner.post(address, {"key": "0" * 16, "confirmed": "yes", **given})


def test_every_breaker_has_a_row_that_the_console_lists(owner):
    answer = owner.get(reverse("admin:config_breakerstate_changelist"))

    assert "Calls to Stripe" in answer.text


def test_staff_see_since_when_and_why_and_close_it(breaker, owner, django_capture_on_commit_callbacks):
    fail(breaker, 3)
    page = owner.get(reverse("admin:config_breakerstate_change", args=[row().pk])).text
    assert "no answer" in page
    assert "It tries again by itself within seconds." in page

    with django_capture_on_commit_callbacks(execute=True):
        assert press(owner, "close").status_code == 302

    assert call(breaker) == "answered"
    entry = AuditEntry.objects.get(act="close breaker")
    assert (entry.subject, entry.before) == ("breaker test", {"state": "open", "failures": 3})
    assert press(owner, "close").status_code == 409


def test_opened_by_hand_it_stays_open_until_it_is_closed_by_hand(
    breaker, owner, django_capture_on_commit_callbacks
):
    module.make_rows()
    with django_capture_on_commit_callbacks(execute=True):
        assert press(owner, "open", reason="The account is being moved").status_code == 302
    assert press(owner, "open", reason="Twice").status_code == 409

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert call(breaker) == call(another_process()) == "away"
    assert AuditEntry.objects.get(act="open breaker").after == {
        "state": "open",
        "reason": "The account is being moved",
    }


def test_an_open_breaker_is_for_the_doctor_and_no_reason_to_send_visitors_away(client, breaker, monkeypatch):
    from config import health

    monkeypatch.setattr(health, "LEAST_DISK", 0)
    fail(breaker, 3)

    said = dict(health.examine())["circuit breakers"]

    assert said == "Calls to a test have stopped: no answer. It tries again by itself within seconds."
    assert client.get("/health/ready").status_code == 200
