"""What came back: counted, looked at, put where it belongs."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from config.tests.helpers import run_tasks
from inventory.models import Location, StockMovement
from inventory.tests.factories import LocationFactory
from returns import services
from returns.models import ReturnRequest
from returns.tests.making import Spec, make_arrived

pytestmark = pytest.mark.django_db
S = ReturnRequest.State
Wish, Found = services.Wish, services.Found


@pytest.fixture
def order():
    return make_arrived([Spec(3, 1999, 1900), Spec(1, 500, 700)])


@pytest.fixture
def row(order):
    row = services.request_return(order, [Wish(1, 3, "too_small"), Wish(2, 1, "defective")], key="1")
    return services.authorise(row, pieces={1: 2, 2: 1})


@pytest.fixture
def shelf(order):
    return Location.objects.filter(is_sellable=True).first()


def refusal(act, *given, **more):
    with pytest.raises(services.CannotDecide) as refused:
        act(*given, **more)
    return str(refused.value)


def test_pieces_come_in_several_parcels_each_counted_once(row):
    for key, pieces in (("a", {1: 1}), ("a", {1: 1}), ("b", {1: 1, 2: 1})):
        services.receive(row, pieces, key=key)

    row.refresh_from_db()
    assert (row.state, [line.received for line in row.lines.all()]) == (S.RECEIVED, [2, 1])


def test_more_than_was_authorised_is_not_counted_in(row):
    services.receive(row, {1: 1}, key="a")

    assert "not so many pieces were authorised" in refusal(services.receive, row, {1: 2}, key="b")
    assert [line.received for line in row.lines.all()] == [1, 0]
    services.receive(row, {1: 1}, key="b")  # the key of a count that was refused is free


@pytest.mark.parametrize("pieces", [{}, {1: 0}, {1: -1, 2: 1}, {5: 1}])
def test_what_makes_no_sense_is_not_counted_in(row, pieces):
    assert refusal(services.receive, row, pieces, key="a") == "Say how many pieces came."

    row.refresh_from_db()
    assert row.state == S.AUTHORISED


def test_every_piece_goes_where_it_belongs(order, row, shelf):
    damaged = LocationFactory(code="damaged", is_sellable=False, is_damaged=True)
    services.receive(row, {1: 2, 2: 1}, key="a")

    services.inspect(row, {1: Found(sellable=1, refused=1), 2: Found(damaged=1)}, shelf=shelf)

    moves = (
        StockMovement.objects.filter(kind="put_back").order_by("pk").values_list("location", "on_hand_delta")
    )
    assert sorted(moves) == sorted([(shelf.pk, 1), (damaged.pk, 1)])
    assert [line.returned for line in order.lines.order_by("position")] == [1, 1]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({1: Found(sellable=2)}, "say of each of the 1 pieces what it is"),
        ({1: Found(sellable=1), 2: Found(sellable=1)}, "say of each of the 2 pieces what it is"),
        ({1: Found(sellable=2), 2: Found(sellable=1)}, "only 0 pieces came"),
        ({1: Found(sellable=2), 2: Found(missing=1), 3: Found()}, "The return has no such line."),
    ],
)
def test_an_inspection_accounts_for_every_piece(row, shelf, found, words):
    services.receive(row, {1: 2}, key="a")

    assert words in refusal(services.inspect, row, found, shelf=shelf)
    row.refresh_from_db()
    assert row.state == S.RECEIVED


def test_sellable_pieces_need_a_shelf(row):
    services.receive(row, {1: 2, 2: 1}, key="a")

    assert "Choose where" in refusal(services.inspect, row, {1: Found(sellable=2), 2: Found(refused=1)})
    assert not StockMovement.objects.filter(kind="put_back").exists()


def test_what_the_customer_may_keep_need_not_come(order, row):
    row = services.inspect(row, {1: Found(kept=1, missing=1), 2: Found(kept=1)})

    assert (row.state, [line.returned for line in order.lines.order_by("position")]) == (S.INSPECTED, [1, 1])


def test_nothing_that_came_cannot_be_inspected(row):
    assert (
        refusal(services.inspect, row, {1: Found(missing=2), 2: Found(missing=1)})
        == "The return is authorised."
    )


def test_goods_whose_variant_is_gone_are_put_back_all_the_same(order, row, shelf):
    order.lines.update(variant=None)
    services.receive(row, {1: 2, 2: 1}, key="a")

    services.inspect(row, {1: Found(sellable=2), 2: Found(sellable=1)}, shelf=shelf)

    assert StockMovement.objects.filter(kind="put_back").count() == 2


def test_over_the_counter_is_one_act_and_one_mail(order):
    staff = UserFactory()

    for _ in range(2):
        row = services.take_over_the_counter(order, [Wish(1, 1, "other")], key="c", by=staff)

    run_tasks()
    assert (row.state, row.lines.get().received, ReturnRequest.objects.count()) == (S.RECEIVED, 1, 1)
    about = [message.subject for message in mail.outbox if "return" in message.subject.lower()]
    assert len(about) == 1
    assert "arrived" in about[0]


def test_over_the_counter_takes_nothing_if_the_policy_says_no(order, settings):
    settings.RETURN_WINDOW_DAYS = -1
    with pytest.raises(services.CannotReturn):
        services.take_over_the_counter(order, [Wish(1, 1, "other")], key="c", by=UserFactory())

    assert not ReturnRequest.objects.exists()


def test_shelves_are_locked_in_their_one_order_before_the_first_is_touched(row, shelf):
    services.receive(row, {1: 2, 2: 1}, key="a")

    with CaptureQueriesContext(connection) as asked:
        services.inspect(row, {1: Found(sellable=2), 2: Found(sellable=1)}, shelf=shelf)

    shelves = [query["sql"] for query in asked if "inventory_stocklevel" in query["sql"]]
    assert shelves[0].startswith("SELECT")
    assert 'ORDER BY "inventory_stocklevel"."id"' in shelves[0]
