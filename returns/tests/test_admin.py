"""The desk of returns: queues, search, one return with all that is known of it, rules, and what a scanned slip does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inventory.models import StockItem
from returns import services
from returns.models import ReturnMessage, ReturnRequest, ReturnRule
from returns.services import queues
from returns.tests.test_acts import page_of, somebody
from shop.tests.factories import CategoryFactory, ProductFactory

S = ReturnRequest.State
LIST = "admin:returns_returnrequest_changelist"


@pytest.fixture
def owner(client, db):
    somebody(client, "owner")
    return client


def found(client, **query):
    return [str(row) for row in client.get(reverse(LIST), query).context["cl"].result_list]


def aged(row, days):
    ReturnRequest.objects.filter(pk=row.pk).update(state_since=timezone.now() - timedelta(days=days))


def test_queues_tell_who_is_waited_for_and_what_is_overdue(owner, sold):
    ours, theirs = sold.ask(key="1"), services.authorise(sold.ask(key="2"))

    assert found(owner, waiting="us") == [ours.number]
    assert found(owner, waiting="customer") == [theirs.number]
    assert found(owner, waiting="overdue") == []
    aged(ours, 3)
    ReturnRequest.objects.filter(pk=theirs.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    assert found(owner, waiting="overdue") == [theirs.number, ours.number]
    page = owner.get(reverse(LIST)).content.decode()
    assert page.count(">overdue<") == 2


def test_a_customers_last_word_waits_for_an_answer(owner, sold):
    row = services.authorise(sold.ask())
    services.write_message(row, "Where to?", key="1")

    assert found(owner, waiting="answer") == [row.number]
    services.write_message(row, "Here.", key="2", is_from_staff=True)
    assert found(owner, waiting="answer") == []


def test_what_is_overdue_in_the_list_is_so_in_the_queue(sold):
    row = sold.ask()
    aged(row, 3)
    row.refresh_from_db()

    assert queues.is_overdue(row)
    assert list(queues.overdue()) == [row]


def test_a_return_is_found_by_what_people_have_at_hand(owner, sold):
    row = sold.ask()
    at_hand = (row.number.lower(), sold.order.number, sold.line.sku, "buyer@example", "Musterstrasse 10115")

    for words in at_hand:
        assert found(owner, q=words) == [row.number], words
    assert found(owner, q="nobody") == []


def test_the_list_is_narrowed_by_reason_state_and_kind(owner, sold):
    row = sold.ask(reason="defective")

    assert found(owner, reason="defective", state__exact="requested", kind__exact="refund") == [row.number]
    assert found(owner, reason="late") == []


def test_a_return_shows_all_that_is_known_of_it(owner, sold):
    row = services.authorise(sold.ask(words="Too red."))
    services.write_message(row, "Where to?", key="1")

    page = owner.get(page_of(row)).content.decode()

    for words in (
        "Too red.",
        "Where to?",
        "Authorised.",
        "(30 days)",
        "€19.99",
        "Musterstrasse 1",
        "the customer’s parcel",
    ):
        assert words in page, words


def test_an_order_leads_to_its_returns(owner, sold):
    row = sold.ask()

    page = owner.get(page_of(sold.order)).content.decode()

    assert page_of(row) in page
    assert page_of(sold.order, "take_return") in page


def test_a_return_costs_few_queries_however_much_was_said(owner, sold):
    row = sold.ask()
    owner.get(page_of(row))
    with CaptureQueriesContext(connection) as few:
        owner.get(page_of(row))
    for n in range(9):
        ReturnMessage.objects.create(request=row, text="Words", key=f"m {n}")
    with CaptureQueriesContext(connection) as many:
        owner.get(page_of(row))

    assert len(many) == len(few) <= 40


def test_exports_hold_the_returns_and_lines_of_the_list(owner, sold):
    row = sold.inspected(1)
    address = reverse("admin:returns_returnrequest_export")

    requests = owner.post(f"{address}?waiting=us", {"what": "returns", "format": "csv"})
    lines = owner.post(address, {"what": "return-lines", "format": "csv"})

    assert f"{row.number},{sold.order.number},buyer@example.org,refund,inspected" in text_of(requests)
    assert f"{row.number},{sold.order.number},1,{sold.line.sku}" in text_of(lines)


def text_of(answer):
    return b"".join(answer.streaming_content).decode()


# --- rules ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"window_days": "14"}, "Choose either a category or a product."),
        ({"both": True, "window_days": "14"}, "Choose either a category or a product."),
        ({"product": True}, "Say in what it differs"),
        ({"product": True, "window_days": "4000"}, "At most 3650 days."),
        ({"product": True, "fee": "-1"}, "less than nothing"),
    ],
)
def test_a_rule_that_says_nothing_is_refused_in_words(client, db, typed, words):
    somebody(client, "merchandiser")
    product, category = ProductFactory(), CategoryFactory()
    things = {"product": product.pk} if typed.pop("product", False) else {}
    things |= {"product": product.pk, "category": category.pk} if typed.pop("both", False) else {}

    page = client.post(reverse("admin:returns_returnrule_add"), {**things, **typed})

    assert words in page.content.decode()
    assert not ReturnRule.objects.exists()


def test_a_rule_of_a_category_shows_on_its_products(client, db):
    somebody(client, "merchandiser")
    product = ProductFactory()
    typed = {"category": product.category_id, "window_days": "90", "is_final_sale": "on"}

    client.post(reverse("admin:returns_returnrule_add"), typed)

    page = client.get(page_of(product)).content.decode()
    assert "90 days after delivery" in page
    assert page_of(ReturnRule.objects.get()) in page


# --- the scan desk ------------------------------------------------------------------------------------
def scan(client, text, mode="look"):
    return client.post(reverse(f"admin:scan_{mode}"), {"scan": text, "key": "0" * 16})


def test_a_scanned_slip_leads_to_what_is_next(client, sold):
    row = services.authorise(sold.ask())
    somebody(client, "warehouse")

    assert scan(client, row.number)["Location"] == page_of(row, "receive")
    assert scan(client, row.number.replace("-", "").lower(), "receive")["Location"] == page_of(row, "receive")
    services.receive(row, {1: 1}, key="1")
    assert scan(client, row.number)["Location"] == page_of(row, "inspect")
    services.inspect(row, {1: services.Found(sellable=1)}, shelf=sold.shelf)
    assert scan(client, row.number)["Location"] == page_of(row)


def test_a_slip_is_nobodys_who_may_not_see_returns(client, sold):
    row = sold.ask()
    somebody(client, "merchandiser")

    answer = client.post(reverse("admin:scan_look"), {"scan": row.number, "key": "0" * 16}, follow=True)

    assert "that is not yours to do" in answer.content.decode()


def test_a_slip_does_not_lose_what_is_on_the_tray(client, sold):
    row = services.authorise(sold.ask())
    somebody(client, "warehouse")
    sku = StockItem.objects.get().sku

    address = scan(client, sku, "receive")["Location"]
    answer = client.post(address, {"scan": row.number}, follow=True)

    assert "1 pieces are on the tray." in answer.content.decode()
    assert "Nobody knows RMA-2222-2222." in scan_page(client, "RMA-2222-2222")


def scan_page(client, text):
    typed = {"scan": text, "key": "0" * 16}
    return client.post(reverse("admin:scan_look"), typed, follow=True).content.decode()
