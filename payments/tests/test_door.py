"""A place in line that is given at the door is the one that would have been given further in."""
# ruff: noqa: F811  (fixtures go by their names)

from urllib.parse import urlencode

import pytest
from django.test import RequestFactory

from config import pace, toggles
from payments import door, line
from payments.models import Payment
from payments.tests.conftest import make_till
from payments.tests.test_line import _one_a_second, buyer_of, rush  # noqa: F401  (fixtures)
from payments.tests.test_views import typed

pytestmark = pytest.mark.django_db
TOKEN = "a" * 64
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _pages_are_kept(settings):
    settings.PAGE_CACHE_SECONDS = 60


@pytest.fixture
def went_all_the_way(monkeypatch):
    """Names of the carts whose place was asked for beyond the door."""
    seen = []
    inside = line.place_in_line
    monkeypatch.setattr(line, "place_in_line", lambda request: (seen.append(request), inside(request))[1])
    return seen


def press(client, till, *, token=TOKEN, **changes):
    fields = {**typed(till, **changes), "csrfmiddlewaretoken": token}
    return client.post("/checkout/", urlencode(fields), content_type=FORM)


def test_the_second_is_answered_at_the_door_and_cannot_tell(rush, went_all_the_way):
    answers = []
    for email in ("one@example.org", "two@example.org"):
        till = make_till()
        answers.append(press(buyer_of(till), till, email=email, name="<b> & [[words]]"))

    first, second = answers
    assert len(went_all_the_way) == 1
    own = {"Retry-After", "Content-Length", "X-Request-ID"}
    assert [first.status_code, second.status_code] == [429, 429]
    assert {name for name, text in first.items() if second[name] != text} <= own
    assert set(first.headers) == set(second.headers)
    assert [first["Retry-After"], second["Retry-After"]] == ["1", "2"]
    assert {name: dict(first.cookies[name]) for name in first.cookies if name == line.NAME}.keys() == {
        line.NAME
    }
    page = second.content.decode()
    assert 'value="two@example.org"' in page
    assert "one@example.org" not in page
    assert 'name="name" value="&lt;b&gt; &amp; [[words]]"' in page
    assert f'name="csrfmiddlewaretoken" value="{TOKEN}"' in page
    assert "About 2 people are before you." in page


def test_at_the_door_it_costs_the_statement_of_the_line_and_no_other(rush, django_assert_num_queries):
    first, till = make_till(), make_till()
    press(buyer_of(first), first)
    buyer, fields = buyer_of(till), {**typed(till), "csrfmiddlewaretoken": TOKEN}

    with django_assert_num_queries(1):
        assert buyer.post("/checkout/", urlencode(fields), content_type=FORM).status_code == 429


def test_whose_turn_it_is_goes_on_and_takes_no_second_slot(rush, monkeypatch):
    first, till = make_till(), make_till()
    press(buyer_of(first), first)
    buyer = buyer_of(till)
    taken = []
    take = pace.take
    monkeypatch.setattr(pace, "take", lambda *args, **kw: (taken.append(args), take(*args, **kw))[1])
    rush.shift(30)

    answer = press(buyer, till)

    assert (answer.status_code, len(taken)) == (303, 1)
    assert Payment.objects.filter(checkout__cart=till.cart).count() == 1


def test_a_line_that_is_too_long_says_so_as_ever(rush):
    first, till = make_till(), make_till()
    press(buyer_of(first), first)
    for _ in range(61):
        pace.take(line.PACE, rate=1, window=1, longest=60)

    answer = press(buyer_of(till), till)

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert line.NAME not in answer.cookies


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ({"csrfmiddlewaretoken": "short"}, ""),
        ({"csrfmiddlewaretoken": "<" * 64}, ""),
        ({"update": "1"}, ""),
        ({"name": "a\0b"}, ""),
        ({"street": "x" * door.LARGEST_FORM}, ""),
        ({}, "?country=DE"),
    ],
)
def test_what_is_unusual_goes_all_the_way(changes, query):
    till = make_till()
    fields = {**typed(till), "csrfmiddlewaretoken": TOKEN, **changes}

    assert not door._is_usual(_request(buyer_of(till), fields, query))


def test_a_customer_and_a_shop_without_guests_go_all_the_way():
    till = make_till()
    buyer, fields = buyer_of(till), {**typed(till), "csrfmiddlewaretoken": TOKEN}
    assert door._is_usual(_request(buyer, fields))

    toggles.assume({"guest checkout": False})
    assert not door._is_usual(_request(buyer, fields))

    toggles.assume({})
    buyer.cookies["session"] = "x"
    assert not door._is_usual(_request(buyer, fields))


def _request(client, fields, query=""):
    """The request that this browser would send."""
    factory = RequestFactory()
    factory.cookies = client.cookies
    return factory.post(f"/checkout/{query}", urlencode(fields), content_type=FORM)
