"""Paging and expanding."""

import pytest
import stripe


@pytest.fixture
def three(client):
    ids = [client.v1.payment_intents.create({"amount": 500 + n, "currency": "eur"}).id for n in range(3)]
    return ids[::-1]


def ids(page):
    return [found.id for found in page.data]


def test_pages_are_cut_by_the_ids_at_their_edges(client, three):
    first = client.v1.payment_intents.list({"limit": 2})
    second = client.v1.payment_intents.list({"limit": 2, "starting_after": three[1]})
    before = client.v1.payment_intents.list({"limit": 1, "ending_before": three[2]})

    assert (ids(first), first.has_more, first.url) == (three[:2], True, "/v1/payment_intents")
    assert (ids(second), second.has_more) == (three[2:], False)
    assert (ids(before), before.has_more) == ([three[1]], True)


def test_the_sdk_pages_by_itself(client, three):
    found = [intent.id for intent in client.v1.payment_intents.list({"limit": 1}).auto_paging_iter()]

    assert found == three


def test_line_items_are_paged_in_their_own_order(client, new_session):
    lines = [
        {
            "quantity": n,
            "price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": f"No. {n}"}},
        }
        for n in range(1, 6)
    ]
    session = new_session(line_items=lines)

    page = client.v1.checkout.sessions.line_items.list(session.id, {"limit": 2})

    assert [item.quantity for item in page.data] == [1, 2]
    assert [item.quantity for item in page.auto_paging_iter()] == [1, 2, 3, 4, 5]


def test_lists_are_cut_by_creation(client, three):
    created = client.v1.payment_intents.retrieve(three[0]).created

    assert (
        len(client.v1.payment_intents.list({"created": {"gte": created - 5, "lte": created + 5}}).data) == 3
    )
    assert client.v1.payment_intents.list({"created": {"gt": created + 5}}).data == []
    assert client.v1.payment_intents.list({"created": created + 50}).data == []


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "all"}, "limit"),
        ({"starting_after": "pi_none"}, "starting_after"),
        ({"order": "asc"}, "order"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(client, params, param):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.list(params)

    assert error.value.param == param


def test_expanding_goes_four_levels_deep(client, pay):
    intent = pay(capture=True)
    session = client.v1.checkout.sessions.list({"payment_intent": intent.id}).data[0]

    path = "payment_intent.latest_charge.balance_transaction.source"
    expanded = client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})

    assert expanded.payment_intent.latest_charge.balance_transaction.source.id == intent.latest_charge.id
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": [f"{path}.payment_intent"]})


def test_expanding_in_a_list_begins_with_data(client, pay):
    intent = pay()

    listed = client.v1.checkout.sessions.list({"expand": ["data.payment_intent.latest_charge"]})

    assert listed.data[0].payment_intent.latest_charge.id == intent.latest_charge.id


def test_without_expanding_there_are_ids(client, pay):
    intent = client.v1.payment_intents.retrieve(pay().id)

    assert intent.latest_charge.startswith("ch_")


def test_expanding_what_is_null_leaves_it_null(client, new_session):
    session = client.v1.checkout.sessions.retrieve(
        new_session().id, {"expand": ["payment_intent.latest_charge"]}
    )

    assert session.payment_intent is None


@pytest.mark.parametrize("path", ["status", "nothing", "payment_intent.currency"])
def test_what_holds_no_object_cannot_be_expanded(client, pay, path):
    session = client.v1.checkout.sessions.list({"payment_intent": pay().id}).data[0]

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})


def test_expanding_changes_nothing_that_is_kept(client, pay):
    intent = pay()

    captured = client.v1.payment_intents.capture(intent.id, {"expand": ["latest_charge"]})

    assert captured.latest_charge.captured is True
    assert client.v1.payment_intents.retrieve(intent.id).latest_charge == captured.latest_charge.id
