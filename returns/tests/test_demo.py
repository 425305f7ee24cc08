"""The demo tells of returns in every state that staff meet, through the services, in the past, once."""

from datetime import timedelta

import pytest
from django.core import mail
from django_tasks_db.models import DBTaskResult

from config import books
from inventory.tests.factories import LocationFactory
from orders.models import Invoice, Order
from payments.demo import history
from payments.demo.clock import real_now
from payments.demo.past import the_past
from payments.demo.simulator import Simulator
from payments.models import Refund
from payments.tests.conftest import make_till
from returns.demo import stories, telling
from returns.models import ReturnEvent, ReturnRequest, ReturnRule
from returns.tests.conftest import sell
from shop.tests.factories import CategoryFactory

S = ReturnRequest.State
STATES = {
    "demo paid back": S.CLOSED,
    "demo exchange": S.RESOLVED,
    "demo rejected": S.REJECTED,
    "demo inspected": S.INSPECTED,
    "demo received": S.RECEIVED,
    "demo in transit": S.IN_TRANSIT,
    "demo authorised": S.AUTHORISED,
    "demo called off": S.CANCELLED,
    "demo question": S.INFO_NEEDED,
    "demo asked": S.REQUESTED,
}


@pytest.fixture
def now(db, stripe):
    """The day of the demo: for each story there is an order that arrived six days ago."""
    now = real_now()
    LocationFactory(code="damaged", is_sellable=False, is_damaged=True)
    CategoryFactory(slug="wear")
    mug = make_till(stock=40).mug
    with the_past(Simulator()) as past, past.at(now - timedelta(days=6)):
        for _ in stories.STORIES:
            sell(stripe, make_till(mug=mug))
    mail.outbox.clear()
    return now


def tell(now):
    """What the seeding does once all visits are over."""
    assert list(history.grow([], Simulator(), now=now)) == []


def test_every_story_is_told_once_in_the_past_and_the_books_balance(now):
    tell(now)

    assert dict(ReturnRequest.objects.values_list("key", "state")) == STATES
    assert ReturnRequest.objects.values("order").distinct().count() == len(STATES)
    assert ReturnEvent.objects.order_by("at").last().at < now - timedelta(hours=3)
    assert Refund.objects.get().decided_at < now - timedelta(hours=40)
    note = Invoice.objects.get(kind=Invoice.Kind.CREDIT_NOTE)
    assert (note.total, note.issued_at < now - timedelta(hours=40)) == (4488, True)
    assert ReturnRule.objects.get().category.slug == "wear"
    assert not DBTaskResult.objects.filter(task_path__in=telling.TASKS).exists()
    told = len(mail.outbox)
    before = list(ReturnRequest.objects.order_by("pk").values())

    tell(now)

    assert list(ReturnRequest.objects.order_by("pk").values()) == before
    assert len(mail.outbox) == told
    assert books.verify().violations == []


def test_a_run_that_was_stopped_is_finished_by_the_next(now, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(stories.services, "inspect", die)
        with pytest.raises(Killed):
            tell(now)

    tell(now)

    assert dict(ReturnRequest.objects.values_list("key", "state")) == STATES
    assert books.verify().violations == []


def test_without_orders_that_have_arrived_there_is_nothing_to_tell(db, stripe):
    tell(real_now())

    assert not Order.objects.exists()
    assert not ReturnRequest.objects.exists()
