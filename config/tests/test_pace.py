"""So many may begin at once and then one after the other, whoever counts."""

import time

import pytest
import time_machine

from config import pace
from config.models import Pace
from payments.tests.test_settling_races import at_once

NOW = 1_800_000_000.0


def take(name="start", *, longest=600.0):
    return pace.take(name, rate=10, window=1, longest=longest)


@pytest.mark.django_db
def test_the_slots_of_a_window_are_free_at_once_and_the_next_come_one_after_the_other():
    with time_machine.travel(NOW, tick=False):
        turns = [take() for _ in range(13)]

    assert sum(turn <= NOW for turn in turns) == 10
    assert [round(turn - NOW, 3) for turn in turns[10:]] == [0.1, 0.2, 0.3]


@pytest.mark.django_db
def test_who_comes_when_a_slot_is_free_again_need_not_wait():
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(12):
            take()
        clock.shift(0.5)

        assert take() <= time.time()


@pytest.mark.django_db
def test_nobody_waits_longer_than_is_said_and_who_is_refused_takes_no_slot():
    with time_machine.travel(NOW, tick=False):
        turns = [take(longest=0.5) for _ in range(30)]
        before = Pace.objects.get().next_at
        refused = take(longest=0.5)

    assert max(turn - NOW for turn in turns if turn) <= 0.6
    assert (refused, Pace.objects.get().next_at) == (None, before)


@pytest.mark.django_db
def test_each_name_has_its_own_pace():
    with time_machine.travel(NOW, tick=False):
        for _ in range(11):
            take("one")

        assert take("another") <= NOW


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_ten_begin_and_no_two_of_the_others_share_a_turn():
    began, turns = time.time(), []
    ends = at_once([lambda: turns.append(take())] * 40)

    took = time.time() - began
    waiting = sorted(turn for turn in turns if turn > began + took)
    assert (ends["done"], len(set(turns))) == (40, 40)
    assert 10 <= 40 - len(waiting) <= 11 + 10 * took
