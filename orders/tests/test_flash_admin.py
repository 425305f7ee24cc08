"""The desk of flash sales: planned in a form, looked at, ended."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from orders.tests.factories import OrderFactory
from shop.models import FlashSale
from shop.tests.factories import FlashSaleFactory, VariantFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/shop/flashsale/"


def in_role(name):
    staff = StaffFactory()
    staff.groups.add(Group.objects.get(name=name))
    return staff


@pytest.fixture
def desk(client):
    client.force_login(in_role("merchandiser"))
    return client


def given(variant, **changes):
    """What the form sends."""
    begin = timezone.localtime(timezone.now() + timedelta(hours=1))
    end = begin + timedelta(hours=2)
    return {
        "sku": variant.sku,
        "name": "An hour for less",
        "words": "",
        "price": "12.00",
        "cap": "5",
        "limit": "2",
        "hold_minutes": "10",
        "starts_at_0": begin.strftime("%Y-%m-%d"),
        "starts_at_1": begin.strftime("%H:%M:%S"),
        "ends_at_0": end.strftime("%Y-%m-%d"),
        "ends_at_1": end.strftime("%H:%M:%S"),
        **changes,
    }


def test_a_sale_is_planned_and_leaves_a_trace(desk):
    variant = VariantFactory()

    answer = desk.post(f"{LIST}add/", given(variant))

    sale = FlashSale.objects.get()
    assert answer.status_code == 302
    assert (sale.variant, sale.price, sale.cap, sale.limit) == (variant, 1200, 5, 2)
    assert (sale.regular_price, sale.prior_price) == (1999, 1999)
    assert AuditEntry.objects.latest("pk").act == "add flash sale"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"price": "19.99"}, "price", "below the usual price"),
        ({"price": "-1"}, "price", ""),
        ({"price": "1e9"}, "price", ""),
        ({"cap": "0"}, "cap", "greater than or equal to 1"),
        ({"cap": "99999999999999999999"}, "cap", ""),
        ({"limit": "6"}, "limit", "more pieces than there are"),
        ({"hold_minutes": "99"}, "hold_minutes", "less than or equal to 60"),
        ({"sku": "NOTHING"}, "sku", "Nothing with this SKU"),
        ({"ends_at_0": "2020-01-01"}, "ends_at", "end after it starts"),
        ({"starts_at_0": "never"}, "starts_at", ""),
        ({"starts_at_0": "0001-01-01"}, "starts_at", "past already"),
        ({"ends_at_0": "9999-12-31"}, "ends_at", "more than two years away"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(desk, changes, field, words):
    answer = desk.post(f"{LIST}add/", given(VariantFactory(), **changes))

    errors = answer.context["adminform"].form.errors
    assert answer.status_code == 200
    assert field in errors
    assert words in str(errors[field])
    assert not FlashSale.objects.exists()


def test_two_at_one_time_are_refused_in_words(desk):
    sale = FlashSaleFactory()
    now = timezone.localtime()

    answer = desk.post(
        f"{LIST}add/", given(sale.variant, starts_at_0=now.strftime("%Y-%m-%d"), starts_at_1="00:00")
    )

    assert "runs: a variant has one flash sale at a time" in answer.content.decode()


def test_the_desk_says_what_is_sold_and_taken(desk):
    sale = FlashSaleFactory()
    OrderFactory(lines=({"variant": sale.variant, "quantity": 2},))

    page = desk.get(LIST).content.decode()
    row = desk.get(f"{LIST}{sale.pk}/change/").content.decode()

    assert "running" in page
    for words in ("€24.00", "€19.99"):
        assert words in row
    assert "€24.00" in page


def test_a_running_sale_is_ended_at_once(desk):
    sale = FlashSaleFactory()
    address = reverse("admin:shop_flashsale_end", args=[sale.pk])
    key = desk.get(address).context["form"]["key"].value()

    answer = desk.post(address, {"key": key})

    sale.refresh_from_db()
    assert answer.status_code == 302
    assert sale.is_over(timezone.now())
    assert AuditEntry.objects.latest("pk").act == "end flash sale"
    assert desk.post(address, {"key": key}).status_code == 409


def test_what_is_over_can_be_looked_at_only(desk):
    sale = FlashSaleFactory()
    FlashSale.objects.update(ends_at=timezone.now())

    assert "over" in desk.get(f"{LIST}{sale.pk}/change/").content.decode()
    assert desk.post(f"{LIST}{sale.pk}/change/", given(sale.variant)).status_code == 403


def test_a_warehouse_does_not_see_it(client):
    client.force_login(in_role("warehouse"))

    assert client.get(LIST).status_code == 403
