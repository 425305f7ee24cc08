"""The desk of shipments: found, delivered one by one or many at once, their tracking set right."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from orders import services as orders
from orders.models import Fulfilment, Order, OrderEvent
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
LIST = "admin:orders_fulfilment_changelist"
KEY = "0123456789abcdef"


def sent(key="parcel", **given):
    order = OrderFactory(payment_state=Order.PaymentState.CAPTURED)
    return orders.ship(order, {1: 1}, key=f"{key} {order.number}", **given)


@pytest.fixture
def desk(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


def found(desk, **query):
    return {parcel.pk for parcel in desk.get(reverse(LIST), query).context["cl"].result_list}


def test_parcels_are_found_by_order_tracking_carrier_and_arrival(desk):
    first = sent(carrier="Post", tracking_number="JD1")
    second = sent(carrier="Parcel Co", tracking_number="JD2")
    orders.deliver(first)

    assert found(desk, q=first.order.number) == {first.pk}
    assert found(desk, q="JD2") == {second.pk}
    assert found(desk, carrier="Post") == {first.pk}
    assert found(desk, arrival="open") == {second.pk}
    assert found(desk, arrival="done") == {first.pk}


def test_a_parcel_is_noted_as_delivered_once(desk, client):
    parcel = sent()
    page = reverse("admin:orders_fulfilment_deliver", args=[parcel.pk])

    for _ in range(2):
        desk.post(page, {"key": KEY})

    parcel.order.refresh_from_db()
    assert parcel.order.fulfilment_state == "delivered"
    assert OrderEvent.objects.filter(words="Delivered.").count() == 1
    assert AuditEntry.objects.get().act == "deliver parcel"
    assert "Delivered on" in client.get(parcel.order.get_absolute_url()).content.decode()


def test_many_are_delivered_at_once_and_those_that_had_arrived_are_left_alone(desk):
    parcels = [sent() for _ in range(3)]
    orders.deliver(parcels[0])
    ticked = {"action": "mark_delivered", "_selected_action": [parcel.pk for parcel in parcels]}

    page = desk.post(reverse(LIST), ticked, follow=True).content.decode()

    assert "2 shipments are noted as delivered." in page
    assert not Fulfilment.objects.filter(delivered_at=None).exists()
    assert AuditEntry.objects.get().after == {"parcels": [parcel.pk for parcel in parcels[1:]]}


def test_the_tracking_is_set_right_for_staff_and_customer(desk, client):
    parcel = sent(carrier="Post", tracking_number="JD1")
    page = reverse("admin:orders_fulfilment_tracking", args=[parcel.pk])
    typed = {
        "key": KEY,
        "carrier": "Parcel Co",
        "tracking_number": "PC-7",
        "tracking_url": "https://track.example/PC-7",
    }

    assert "Post JD1 → Parcel Co PC-7." in desk.post(page, typed).content.decode()
    for _ in range(2):
        desk.post(page, {**typed, "confirmed": "1"})

    shown = client.get(parcel.order.get_absolute_url()).content.decode()
    assert "How to follow the parcel was corrected: Parcel Co PC-7." in shown
    assert 'href="https://track.example/PC-7"' in shown
    entry = AuditEntry.objects.get()
    assert (entry.before["carrier"], entry.after["carrier"]) == ("Post", "Parcel Co")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp ://x"])
def test_a_tracking_address_leads_to_the_web_only(desk, address):
    parcel = sent()
    page = reverse("admin:orders_fulfilment_tracking", args=[parcel.pk])

    answer = desk.post(page, {"key": KEY, "tracking_url": address, "confirmed": "1"})

    assert answer.status_code == 422
    assert not Fulfilment.objects.exclude(tracking_url="").exists()


def test_who_may_only_look_changes_nothing(client):
    parcel, user = sent(), StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_fulfilment"))
    client.force_login(user)

    assert client.get(reverse(LIST)).status_code == 200
    for act in ("deliver", "tracking"):
        page = reverse(f"admin:orders_fulfilment_{act}", args=[parcel.pk])
        assert client.post(page, {"key": KEY, "confirmed": "1"}).status_code == 403
    client.post(reverse(LIST), {"action": "mark_delivered", "_selected_action": [parcel.pk]})
    parcel.refresh_from_db()
    assert parcel.delivered_at is None


def test_the_order_s_page_shows_its_shipments_in_as_many_queries_however_many(
    desk, django_assert_max_num_queries
):
    order = OrderFactory(payment_state=Order.PaymentState.CAPTURED, lines=[{"quantity": 6}])
    for number in range(5):
        orders.ship(order, {1: 1}, key=f"parcel {number}", tracking_url="https://track.example/7")
    page = reverse("admin:orders_order_change", args=[order.pk])
    desk.get(page)

    with django_assert_max_num_queries(32):
        shown = desk.get(page).content.decode()

    assert shown.count("https://track.example/7") == 5
