"""Many take a promise to one place at once, on PostgreSQL: what is free there is given once."""

import pytest
from django.db import connection

from inventory import services
from inventory.services import whereabouts
from inventory.tests.test_promises_races import all_at_once
from inventory.tests.test_whereabouts import allocated, place, promise, shelf

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Needs PostgreSQL."),
]


def six_for_the_last_two():
    shelf(main=6, floor=2)
    for number in range(6):
        promise(1, line=f"order T-{number} line 1")
    return all_at_once(
        [
            lambda number=number: services.promise_from(
                f"order T-{number} line 1", 1, location=place("floor"), cause="parcel"
            )
            for number in range(6)
        ]
    )


def test_of_six_that_take_the_last_two_of_another_place_two_do():
    assert six_for_the_last_two() == {"done": 2, "NotEnough": 4}
    assert allocated() == {"main": [6, 4], "floor": [2, 2]}


@pytest.mark.broken_books
def test_without_the_guard_more_is_promised_than_lies_there(monkeypatch):
    """The control: the same crowd, with the ledger's guard taken away."""
    change = whereabouts.Change
    monkeypatch.setattr(whereabouts, "Change", lambda **given: change(**{**given, "overdraft": None}))

    assert six_for_the_last_two() == {"done": 6}
    assert allocated()["floor"] == [2, 6]
