"""Orders in the console are read, never written; rates are edited in tables."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from orders.models import Order, OrderEvent, ShippingMethod, TaxRate
from orders.tests.factories import OrderFactory, ShippingMethodFactory, TaxRateFactory

LIST = "admin:orders_order_changelist"


@pytest.fixture
def console(client, db):
    client.force_login(get_user_model().objects.create_superuser("owner@example.com"))
    return client


def found(console, **query):
    return [order.pk for order in console.get(reverse(LIST), query).context["cl"].result_list]


def test_the_list_of_orders_to_ship_holds_what_is_paid_and_not_sent(console):
    ship = OrderFactory()
    OrderFactory(payment_state=Order.PaymentState.AWAITING)
    OrderFactory(state=Order.State.CANCELLED)
    OrderFactory(fulfilment_state=Order.FulfilmentState.SHIPPED)

    assert found(console, waiting="ship") == [ship.pk]


def test_an_order_is_found_by_number_address_and_sku(console):
    order, _ = (
        OrderFactory(email="bo@example.com", lines=[{"variant__stock_item__sku": "MUG-9"}]),
        OrderFactory(),
    )

    for words in (order.number, "bo@example", "mug-9"):
        assert found(console, q=words) == [order.pk]


def test_an_order_shows_its_lines_its_story_and_where_it_goes(console):
    order = OrderFactory(lines=[{"variant__stock_item__sku": "MUG-9"}])
    OrderEvent.objects.create(order=order, words="<b>Placed</b>", key="placed")

    page = console.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    for words in ("€24.89", "MUG-9", "19 %", "&lt;b&gt;Placed&lt;/b&gt;", "Unter den Linden 1", "Germany"):
        assert words in page
    assert reverse("admin:inventory_stockitem_named", args=["MUG-9"]) in page


def test_orders_are_neither_added_changed_nor_deleted(console):
    order = OrderFactory()

    for page, args in (("add", []), ("change", [order.pk]), ("delete", [order.pk])):
        answer = console.post(reverse(f"admin:orders_order_{page}", args=args), {"total": 1, "post": "yes"})
        assert answer.status_code == 403
    order.refresh_from_db()
    assert order.total == 2489


def test_an_order_and_its_checkout_are_found_by_number(console):
    order = OrderFactory()

    for kind, row in (("order", order), ("checkout", order.checkout)):
        answer = console.get(reverse(f"admin:orders_{kind}_named", args=[order.number]))
        assert answer.url == reverse(f"admin:orders_{kind}_change", args=[row.pk])


# --- rates ------------------------------------------------------------------------------------------
def table(rows, **fields):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for place, row in enumerate(rows):
        data |= {f"form-{place}-id": row.pk} | {
            f"form-{place}-{name}": value for name, value in fields.items()
        }
    return data


def test_tax_rates_are_edited_in_percent(console):
    rate = TaxRateFactory(rate=1900)
    page = reverse("admin:orders_taxrate_changelist")

    assert 'value="19"' in console.get(page).content.decode()
    console.post(page, table([rate], rate="16.5"))

    rate.refresh_from_db()
    assert rate.rate == 1650


@pytest.mark.parametrize("value", ["-1", "100.01", "1.234", "abc", "NaN", "1e9", str(10**30), ""])
def test_an_odd_rate_changes_nothing(console, value):
    rate = TaxRateFactory(rate=1900)

    assert (
        console.post(reverse("admin:orders_taxrate_changelist"), table([rate], rate=value)).status_code == 200
    )

    rate.refresh_from_db()
    assert rate.rate == 1900


def test_a_rate_is_of_a_country(console):
    given = {"tax_class": "standard", "rate": "20", "valid_from": "2026-01-01"}
    add = reverse("admin:orders_taxrate_add")

    assert "is not the code of a country" in console.post(add, {**given, "country": "QQ"}).content.decode()
    console.post(add, {**given, "country": "at"})

    assert list(TaxRate.objects.values_list("country", "rate")) == [("AT", 2000)]


def test_delivery_prices_are_edited_in_major_units(console):
    parcel = ShippingMethodFactory(flat_price=490)

    console.post(
        reverse("admin:orders_shippingmethod_changelist"),
        table([parcel], flat_price="5.90", price_per_kg="0.50", position=1, is_active="on"),
    )

    assert list(ShippingMethod.objects.values_list("flat_price", "price_per_kg")) == [(590, 50)]


@pytest.mark.parametrize("value", ["-0.01", "abc", "", "0.001", "9" * 50])
def test_an_odd_price_of_delivery_changes_nothing(console, value):
    parcel = ShippingMethodFactory(flat_price=490)

    answer = console.post(
        reverse("admin:orders_shippingmethod_changelist"),
        table([parcel], flat_price=value, price_per_kg="0", position=1, is_active="on"),
    )

    assert answer.status_code == 200
    parcel.refresh_from_db()
    assert parcel.flat_price == 490


def test_who_may_only_look_sees_amounts_as_money(client, db):
    user = get_user_model().objects.create_user("staff@example.com", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_shippingmethod", "view_taxrate"])
    )
    client.force_login(user)
    method, rate = ShippingMethodFactory(flat_price=490), TaxRateFactory(rate=1900)

    for row, words in ((method, "€4.90"), (rate, "19 %")):
        name = row._meta.model_name
        assert words in client.get(reverse(f"admin:orders_{name}_changelist")).content.decode()
        assert words in client.get(reverse(f"admin:orders_{name}_change", args=[row.pk])).content.decode()
