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


@pytest.mark.django_db
def test_in_a_long_line_one_statement_takes_slots_for_those_who_come_next(
    django_assert_max_num_queries,
):
    with time_machine.travel(NOW, tick=False):
        turns = [take() for _ in range(210)]

        with django_assert_max_num_queries(2):
            turns += [take() for _ in range(10)]

    assert [round(turn - NOW, 3) for turn in turns[10:]] == [round(n / 10, 3) for n in range(1, 211)]


@pytest.mark.django_db
def test_slots_in_hand_that_nobody_came_for_are_given_to_nobody():
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(212):
            take()
        clock.shift(60)

        turns = [take() for _ in range(11)]

    assert [turn <= NOW + 60 for turn in turns] == [True] * 10 + [False]


@pytest.mark.django_db
def test_who_comes_slowly_to_a_long_line_takes_one_slot_and_none_is_lost():
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(310):
            take()
        clock.shift(2)
        before = pace.next_at("start")
        for _ in range(3):
            take()
            clock.shift(1.5)

    assert pace.next_at("start") - before == 3 * pace.SECOND // 10


@pytest.mark.django_db
def test_a_line_can_be_left_by_those_who_are_known_not_to_come():
    with time_machine.travel(NOW, tick=False) as clock:
        take()
        before = pace.next_at("start")
        for _ in range(50):
            take()

        pace.shorten("start", before)
        clock.shift(pace.KEPT + 0.1)

        assert take() <= time.time()
    pace.shorten("start", 10**18)
    assert pace.next_at("start") < 10**18


@pytest.mark.django_db
def test_two_processes_share_one_line_and_nobody_is_overtaken_by_much(monkeypatch):
    processes = [{}, {}]
    turns = []
    with time_machine.travel(NOW, tick=False):
        for number in range(400):
            monkeypatch.setattr(pace, "_lines", processes[number % 2])
            turns.append(take() - NOW)

    assert len(set(turns)) == 400
    overtaken = [max(turns[:place], default=0) - turn for place, turn in enumerate(turns) if turn > 0]
    assert 0 < max(overtaken) <= 2 * pace.SHARE * max(turns)


@pytest.mark.django_db
def test_a_full_line_is_not_asked_again_before_somebody_leaves_it(django_assert_num_queries):
    with time_machine.travel(NOW, tick=False) as clock:
        while take(longest=0.5):
            pass

        with django_assert_num_queries(0):
            assert take(longest=0.5) is None
        clock.shift(0.11)
        assert take(longest=0.5) is not None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_ten_begin_and_no_two_of_the_others_share_a_turn():
    began, turns = time.time(), []
    ends = at_once([lambda: turns.append(take())] * 40)

    took = time.time() - began
    waiting = sorted(turn for turn in turns if turn > began + took)
    assert (ends["done"], len(set(turns))) == (40, 40)
    assert 10 <= 40 - len(waiting) <= 11 + 10 * took
