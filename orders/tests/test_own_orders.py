"""Own orders: looked through, ordered once more, and those placed as a guest joined to the account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from orders import services as orders
from orders.models import CartLine, Order, OrderEvent, OrderLine
from orders.services import claiming
from orders.tests.factories import OrderFactory
from shop.models import Variant

pytestmark = pytest.mark.django_db
HISTORY = "/orders/"


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def ada(client):
    user = UserFactory(email="ada@example.com", email_verified_at=timezone.now())
    client.force_login(user)
    return user


def numbers(response):
    return [order.number for order, _, _ in response.context["rows"]]


# --- looking through --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "fitting"),
    [
        ("open", {"placed authorised unfulfilled"}),
        ("on_its_way", {"placed captured shipped", "placed captured partial"}),
        ("delivered", {"closed captured delivered"}),
        ("over", {"placed voided unfulfilled", "closed refunded delivered", "cancelled voided unfulfilled"}),
    ],
)
def test_orders_are_found_by_where_they_stand(client, ada, status, fitting):
    states = [
        "placed authorised unfulfilled",
        "placed captured shipped",
        "placed captured partial",
        "closed captured delivered",
        "placed voided unfulfilled",
        "closed refunded delivered",
        "cancelled voided unfulfilled",
    ]
    made = {}
    for each in states:
        state, payment, fulfilment = each.split()
        made[OrderFactory(customer=ada, payment_state=payment).number] = each
        Order.objects.filter(customer=ada).filter(number=list(made)[-1]).update(
            state=state, payment_state=payment, fulfilment_state=fulfilment
        )

    found = client.get(HISTORY, {"status": status})

    assert {made[number] for number in numbers(found)} == fitting


@pytest.mark.parametrize("words", ["NUMBER", "number", "teapot", "BLUE", "SKU"])
def test_orders_are_found_by_number_product_and_sku(client, ada, words):
    wanted = OrderFactory(
        customer=ada, lines=[{}, {"variant__product__name": "Iron Teapot", "variant__label": "blue"}]
    )
    OrderFactory(customer=ada)
    words = {
        "NUMBER": wanted.number,
        "number": wanted.number.lower()[3:9],
        "SKU": wanted.lines.get(label="blue").sku.lower(),
    }.get(words, words)

    assert numbers(client.get(HISTORY, {"q": f" {words} "})) == [wanted.number]


@pytest.mark.broken_books  # an order of last spring would have its invoice
def test_orders_are_found_by_date_both_days_included(client, ada):
    made = [OrderFactory(customer=ada) for _ in range(3)]
    for order, hour in zip(made, [0, 12, 23], strict=True):
        Order.objects.filter(pk=order.pk).update(
            placed_at=datetime(2026, 3, 5 + hour // 12, hour, 59, tzinfo=timezone.get_current_timezone())
        )

    assert numbers(client.get(HISTORY, {"since": "2026-03-06", "until": "2026-03-06"})) == [
        made[2].number,
        made[1].number,
    ]
    assert numbers(client.get(HISTORY, {"until": "2026-03-05"})) == [made[0].number]


def test_anothers_orders_are_never_found(client, ada):
    other = OrderFactory(customer=UserFactory())

    for query in ({"q": other.number}, {"q": "mug"}, {"status": "open"}, {"customer": other.customer_id}):
        assert numbers(client.get(HISTORY, query)) == []


def test_a_search_without_a_find_says_so_and_leads_back(client, ada):
    OrderFactory(customer=ada)

    page = text_of(client.get(HISTORY, {"q": "nothing like it"}))

    assert "No order fits." in page
    assert 'value="nothing like it"' in page
    assert "You have not ordered anything yet." not in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("since", "yesterday", "Enter a valid date."),
        ("until", "2026-02-30", "Enter a valid date."),
        ("since", "99999-99-99", "Enter a valid date."),
        ("status", "bought", "Choose a status from the list."),
        ("q", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
    ],
)
def test_a_filter_that_makes_no_sense_is_pointed_out_and_left_out(client, ada, field, value, sentence):
    order = OrderFactory(customer=ada)

    response = client.get(HISTORY, {field: value})

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert numbers(response) == [order.number]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_answered(client, ada, day):
    assert client.get(HISTORY, {"since": day, "until": day}).status_code == 200


def test_pages_keep_the_question(client, ada):
    for _ in range(21):
        OrderFactory(customer=ada)

    first = client.get(HISTORY, {"q": "Mug & more"[:3], "status": "open"})
    second = client.get(HISTORY + first.context["older"])

    assert first.context["older"] == "?q=Mug&status=open&page=2"
    assert (len(numbers(first)), len(numbers(second))) == (20, 1)
    assert second.context["newer"] == "?q=Mug&status=open&page=1"


@pytest.mark.parametrize("made", [3, 30])
def test_the_history_costs_at_most_five_statements(
    client, ada, settings, made, django_assert_max_num_queries
):
    settings.PAGE_CACHE_SECONDS = 60
    client.get("/")
    for _ in range(made):
        OrderFactory(customer=ada)

    with django_assert_max_num_queries(5):  # session, user, orders, lines, guest's orders
        client.get(HISTORY)
    with django_assert_max_num_queries(5):
        client.get(HISTORY, {"q": "mug", "status": "open", "since": "2020-01-01", "until": "2040-01-01"})


# --- once more --------------------------------------------------------------------------------------
def again(client, order):
    return client.post(reverse("orders:again", args=[order.number]), follow=True)


def test_an_order_is_put_into_the_cart_at_todays_prices(client, ada):
    order = OrderFactory(customer=ada, lines=[{"quantity": 2}, {"variant__product__name": "Linen napkins"}])
    Variant.objects.update(price=2500)

    answer = again(client, order)

    assert answer.redirect_chain == [(reverse("orders:cart"), 303)]
    held = dict(CartLine.objects.filter(cart__customer=ada).values_list("variant", "quantity"))
    assert held == {line.variant_id: line.quantity for line in order.lines.all()}
    assert "2 things are in your cart, at today's prices." in answer.content.decode().replace("&#x27;", "'")
    assert "€75.00" in text_of(answer)


def test_what_is_gone_sold_out_or_short_is_said_by_name(client, ada):
    names = ["Mug", "Bowl", "Plate", "Spoon"]
    order = OrderFactory(
        customer=ada, lines=[{"variant__product__name": name, "quantity": 2} for name in names]
    )
    mug, bowl, plate, spoon = (line.variant for line in order.lines.select_related("variant__stock_item"))
    Variant.objects.filter(pk=mug.pk).update(is_active=False)
    OrderLine.objects.filter(order=order, variant=spoon).update(variant=None)
    for variant, left in ((bowl, 0), (plate, 1)):
        inventory.adjust(
            variant.sku, left - 8, location=LocationFactory(), cause=f"fire {variant.sku}", reason="Burnt."
        )

    page = text_of(again(client, order))

    assert "Mug was left out: That is no longer for sale." in page
    assert "Bowl was left out:" in page
    assert "sold out" in page
    assert "Plate (Large): your cart holds 1, more cannot be ordered." in page
    assert "Spoon was left out: That is no longer for sale." in page
    assert list(CartLine.objects.values_list("variant", "quantity")) == [(plate.pk, 1)]


def test_many_things_that_cannot_be_had_are_counted_not_listed(client, ada):
    order = OrderFactory(customer=ada, lines=[{}] * 8)
    Variant.objects.update(is_active=False)

    page = text_of(again(client, order))

    assert page.count("was left out") == 5
    assert "3 more things could not be had as before." in page


def test_what_the_cart_held_stays(client, ada):
    order = OrderFactory(customer=ada)
    variant = order.lines.get().variant
    orders.add_to_cart(orders.ensure_cart(None, ada), variant.pk, 3)

    again(client, order)

    assert CartLine.objects.get(cart__customer=ada).quantity == 4


def test_a_guest_orders_again_by_the_link(client):
    order = OrderFactory()
    assert "Order again" in text_of(client.get(order.get_absolute_url()))

    answer = client.post(reverse("orders:guest_again", args=[order.token]), follow=True)

    assert "Stoneware mug" in text_of(answer)
    assert "1 in the cart" in text_of(answer)


def test_ordering_anothers_again_is_as_unknown_as_none(client, ada):
    others, guests = OrderFactory(customer=UserFactory()), OrderFactory()

    answers = [
        client.post(reverse("orders:again", args=[number]))
        for number in (others.number, guests.number, "T-1")
    ]
    answers.append(client.post(reverse("orders:guest_again", args=[others.token])))

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not CartLine.objects.filter(cart__customer=ada).exists()


def test_ordering_again_needs_a_post_and_a_sign_in(client):
    order = OrderFactory(customer=UserFactory())

    assert client.post(reverse("orders:again", args=[order.number])).status_code == 302
    assert client.get(reverse("orders:guest_again", args=[order.token])).status_code == 405


# --- guests' orders join ----------------------------------------------------------------------------
def test_orders_placed_as_a_guest_are_offered_and_join_with_one_press(client, ada):
    made = [OrderFactory(), OrderFactory()]
    page = text_of(client.get(HISTORY))
    assert "We found 2 orders that were placed as a guest under" in page

    answer = client.post(reverse("orders:claim"), follow=True)

    assert "2 orders were added to your account." in text_of(answer)
    assert set(numbers(answer)) == {order.number for order in made}
    assert "We found" not in text_of(answer)
    for order in made:
        order.refresh_from_db()
        assert (order.customer, order.checkout.customer) == (ada, ada)
        event = OrderEvent.objects.get(key=f"claimed {order.number}")
        assert (event.words, event.actor, event.is_public) == ("Added to the customer's account.", ada, True)


def test_only_orders_under_exactly_the_proven_address_join(client, ada):
    other = UserFactory()
    kept = [
        OrderFactory(email="ada@example.com.evil.example"),
        OrderFactory(email="xada@example.com"),
        OrderFactory(customer=other, email="ada@example.com"),
    ]

    client.post(reverse("orders:claim"), {"email": "xada@example.com", "order": kept[1].number})

    assert list(Order.objects.order_by("pk").values_list("customer", flat=True)) == [None, None, other.pk]


def test_nothing_is_offered_or_joined_before_the_address_is_proven(client, ada):
    OrderFactory()
    User.objects.update(email_verified_at=None)

    assert "We found" not in text_of(client.get(HISTORY))
    assert "Please confirm your e-mail address first." in text_of(
        client.post(reverse("orders:claim"), follow=True)
    )
    assert Order.objects.get().customer is None


def test_a_mailed_link_then_leads_to_the_page_that_asks_to_sign_in(client, ada):
    order = OrderFactory()
    client.post(reverse("orders:claim"))
    path = reverse("orders:guest_detail", args=[order.token])

    own, strangers = client.get(path, follow=True), Client().get(path, follow=True)

    assert order.number in text_of(own)
    assert strangers.redirect_chain[-1][0].startswith(reverse("accounts:login"))
    assert "Unter den Linden" not in text_of(strangers)


def test_claiming_needs_a_post_and_a_sign_in(client, ada):
    assert client.get(reverse("orders:claim")).status_code == 405
    assert Client().post(reverse("orders:claim")).status_code == 302


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_an_order_claimed_in_five_tabs_joins_once(monkeypatch, is_guarded):
    """With the guard, and the negative control without it: then the audit's unique key refuses the others."""
    user = UserFactory(email="ada@example.com", email_verified_at=timezone.now())
    order = OrderFactory()
    if not is_guarded:
        monkeypatch.setattr(claiming, "_claim", _claim_without_guard)
        monkeypatch.setattr(User.objects, "select_for_update", lambda: User.objects.all(), raising=False)
    start = Barrier(5)

    def press(_):
        try:
            start.wait()
            return orders.claim_guest_orders(user)
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        results = sorted(map(str, pool.map(press, range(5))))

    assert OrderEvent.objects.filter(key=f"claimed {order.number}").count() == 1
    assert results == (["0"] * 4 + ["1"] if is_guarded else ["1"] + ["IntegrityError"] * 4)


def _claim_without_guard(order, owner):
    meet.wait()
    Order.objects.filter(pk=order.pk).update(customer=owner)
    OrderEvent.objects.create(order=order, words="x", key=claiming.claim_key(order))
    return True


meet = Barrier(5)
