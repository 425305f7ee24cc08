"""A customer who has sent something back, and leaves: what was written goes, what was counted and paid stays."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import leaving, personal
from accounts.tests.factories import UserFactory
from config import books
from config.tests.helpers import places_that_hold, run_tasks
from orders.models import Order
from returns import personal_data, services
from returns.models import ReturnLine, ReturnMessage, ReturnRequest

EMAIL = "zuzana.zweig@example.com"
SECRETS = ("Zuzana Zweig", "zwickt am Zeh", "ZZ-77777", "Zwetschgenweg")


@pytest.fixture
def zuzana(sold):
    """The customer behind the order, which is a guest's under her proven address."""
    user = UserFactory(email=EMAIL, email_verified_at=timezone.now())
    Order.objects.update(customer=None, email=EMAIL)
    return user


@pytest.fixture
def told(sold, zuzana):
    """A return that was asked for, talked about, sent, received and paid."""
    row = sold.ask(words="zwickt am Zeh", reason="too_small")
    services.write_message(row, "I am Zuzana Zweig, call me.", key="m1")
    services.write_message(row, "Gladly, at Zwetschgenweg?", key="m2", is_from_staff=True)
    row = services.mark_sent(services.authorise(row), carrier="Post", tracking_number="ZZ-77777")
    services.receive(row, {1: 1}, key="1")
    services.resolve(services.inspect(row, {1: services.Found(sellable=1)}, shelf=sold.shelf))
    run_tasks()
    return ReturnRequest.objects.get(pk=row.pk)


def test_the_download_holds_returns_with_all_that_was_said(sold, zuzana, told):
    (row,) = json.loads(json.dumps(personal.export(zuzana)["returns"]))

    assert (row["number"], row["order"], row["state"]) == (told.number, sold.order.number, "closed")
    assert (row["refund"], row["tracking_number"]) == (1999, "ZZ-77777")
    (line,) = row["lines"]
    assert (line["reason"], line["words"], line["accepted"]) == ("too_small", "zwickt am Zeh", 1)
    assert [(said["from"], said["text"]) for said in row["messages"]] == [
        ("you", "I am Zuzana Zweig, call me."),
        ("shop", "Gladly, at Zwetschgenweg?"),
    ]
    words = [event["words"] for event in row["events"]]
    assert words[0] == "Return asked for."
    assert "€19.99 will be paid back." in words
    assert not [said for said in words if said.startswith("Mail sent")]


def test_nobody_elses_returns_are_in_it(sold, told):
    assert personal_data.export_returns(UserFactory(email_verified_at=timezone.now())) == []


def test_a_guests_returns_are_theirs_only_once_the_address_is_proven(zuzana, told):
    zuzana.email_verified_at = None

    assert personal_data.export_returns(zuzana) == []


def test_nothing_that_was_written_is_left_anywhere_and_the_books_balance(zuzana, told):
    counted = list(ReturnLine.objects.values("reason", "requested", "sellable", "refund"))
    assert all(map(places_that_hold, SECRETS))

    leaving.erase_account(zuzana)

    assert {secret: places_that_hold(secret) for secret in SECRETS} == {secret: set() for secret in SECRETS}
    assert list(ReturnLine.objects.values("reason", "requested", "sellable", "refund")) == counted
    assert list(ReturnMessage.objects.values_list("text", flat=True)) == ["", ""]
    assert books.verify().violations == []


def test_a_return_under_way_stands_in_the_way(sold, zuzana, client):
    row = sold.ask()
    sentence = f"Return {row.number} is not finished yet. Cancel it, or wait until it is settled."
    assert personal_data.why_not_yet(zuzana) == [sentence]
    client.force_login(zuzana)
    assert sentence in client.get(reverse("accounts:erase")).text

    services.cancel(row)

    assert personal_data.why_not_yet(zuzana) == []
