"""Tries are counted exactly, and forgotten when their window is over."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import override_settings

from config import throttle
from config.models import ThrottleCounter

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_the_try_after_the_limit_is_refused_and_told_when_to_come_back():
    with time_machine.travel("2026-11-21 10:00:15Z", tick=False):
        throttle.hit("login:203.0.113.7", limit=2, per=MINUTE)
        throttle.hit("login:203.0.113.7", limit=2, per=MINUTE)

        with pytest.raises(throttle.Throttled) as refusal:
            throttle.hit("login:203.0.113.7", limit=2, per=MINUTE)

    assert refusal.value.retry_after == 45
    assert str(refusal.value) == "Too many tries. Please wait 45 seconds and try again."


@pytest.mark.django_db
def test_a_new_window_counts_anew_and_other_keys_count_for_themselves():
    with time_machine.travel("2026-11-21 10:00:59Z", tick=False):
        throttle.hit("login:a", limit=1, per=MINUTE)
        throttle.hit("login:b", limit=1, per=MINUTE)

    with time_machine.travel("2026-11-21 10:01:00Z", tick=False):
        throttle.hit("login:a", limit=1, per=MINUTE)


@pytest.mark.django_db
def test_the_table_does_not_tell_who_was_counted():
    throttle.hit("login:ada@example.com", limit=1, per=MINUTE)

    key = ThrottleCounter.objects.get().key
    assert key.startswith("login:")
    assert "ada" not in key


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["", "x" * 100_000, "\0", "\ud800", "☃:with:colons"])
def test_any_text_can_be_counted(who):
    throttle.hit(f"login:{who}", limit=1, per=MINUTE)

    with pytest.raises(throttle.Throttled):
        throttle.hit(f"login:{who}", limit=1, per=MINUTE)


@pytest.mark.django_db
def test_prune_forgets_only_windows_that_are_over():
    with time_machine.travel("2026-11-18 10:00:00Z"):
        throttle.hit("old:x", limit=1, per=MINUTE)
    with time_machine.travel("2026-11-21 10:00:00Z"):
        throttle.hit("new:x", limit=1, per=MINUTE)

        throttle.prune()

    assert [row.key.split(":")[0] for row in ThrottleCounter.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_let_more_through_than_the_limit():
    assert passed_at_once() == 10


@pytest.mark.django_db(transaction=True)
def test_counting_by_reading_first_would_let_more_through(monkeypatch):
    """The control: without the UPSERT the race above is lost."""

    def read_then_write(key: str, start: datetime) -> int:
        counter, _ = ThrottleCounter.objects.get_or_create(key=key, window_start=start)
        time.sleep(0.01)
        ThrottleCounter.objects.filter(pk=counter.pk).update(uses=counter.uses + 1)
        return counter.uses + 1

    monkeypatch.setattr(throttle, "_count", read_then_write)

    assert passed_at_once() > 10


def passed_at_once() -> int:
    """How many of 40 tries, 8 at a time, get through a limit of 10."""

    def attempt(_: int) -> bool:
        try:
            throttle.hit("race:x", limit=10, per=timedelta(days=1))
        except throttle.Throttled:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(attempt, range(40)))


@pytest.mark.parametrize(
    ("trusted", "meta", "address"),
    [
        (False, {"REMOTE_ADDR": "203.0.113.7"}, "203.0.113.7"),
        (False, {"REMOTE_ADDR": "203.0.113.7", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, "203.0.113.7"),
        (True, {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 198.51.100.1"}, "198.51.100.1"),
        (True, {"REMOTE_ADDR": "10.0.0.2"}, "10.0.0.2"),
        (True, {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "nonsense"}, "unknown"),
        (False, {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"),
        (False, {"REMOTE_ADDR": ""}, "unknown"),
    ],
)
def test_client_address_believes_only_the_trusted_proxy(rf, trusted, meta, address):
    request = rf.get("/", **meta)

    with override_settings(TRUSTED_PROXY=trusted):
        assert throttle.client_address(request) == address


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "a second"), (45, "45 seconds"), (60, "a minute"), (61, "2 minutes")]
)
def test_waiting_times_are_said_as_people_say_them(seconds, words):
    assert throttle.in_words(seconds) == words
