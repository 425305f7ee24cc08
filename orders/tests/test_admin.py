"""Orders in the console are read, never written; rates are edited in tables."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import AuditEntry
from orders.models import DutyRule, Order, OrderEvent, ShippingMethod, ShippingRate, ShippingZone, TaxRate
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


def test_columns_that_hold_nothing_are_left_out_of_the_lines(console):
    order = OrderFactory(lines=[{}, {}])

    page = console.get(reverse("admin:orders_order_change", args=[order.pk]))

    lines = next(panel for panel in page.context["panels"] if panel.title == "Lines")
    assert lines.columns == ["#", "SKU", "What", "Pieces", "Price", "Net", "Tax", "Rate", "Gross"]


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


def test_duty_is_edited_in_percent_and_its_threshold_in_major_units(console):
    given = {
        "destination": "ch",
        "origin": "cn",
        "rate": "145",
        "free_up_to": "61.50",
        "valid_from": "2026-01-01",
    }

    console.post(reverse("admin:orders_dutyrule_add"), given)
    rule = DutyRule.objects.get()
    assert (rule.destination, rule.origin, rule.rate, rule.free_up_to) == ("CH", "CN", 14_500, 6150)
    page = reverse("admin:orders_dutyrule_changelist")
    assert "from China to Switzerland" in console.get(page).content.decode()
    console.post(page, table([rule], rate="2.5"))

    rule.refresh_from_db()
    assert rule.rate == 250
    trail = AuditEntry.objects.filter(subject=f"duty rule {rule.pk}").values_list("act", flat=True)
    assert set(trail) == {"add duty rule", "change duty rule"}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("destination", "FR", "France is inside our customs territory"),
        ("destination", "QQ", "is not the code of a country"),
        ("origin", "X", "is not the code of a country"),
        ("rate", "1000.01", "less than or equal to 1000"),
        ("free_up_to", "-1", "is 0 or more"),
    ],
)
def test_an_odd_duty_rule_is_refused_with_words(console, field, value, words):
    given = {"destination": "CH", "origin": "", "rate": "5", "free_up_to": "0", "valid_from": "2026-01-01"}

    answer = console.post(reverse("admin:orders_dutyrule_add"), {**given, field: value})

    assert words in answer.content.decode()
    assert not DutyRule.objects.exists()


def test_rates_by_zone_and_weight_are_edited_in_the_console(console):
    parcel = ShippingMethodFactory()
    console.post(
        reverse("admin:orders_shippingzone_add"), {"name": "Near", "countries": "ch,li", "position": 1}
    )
    zone = ShippingZone.objects.get()
    given = {
        "method": parcel.pk,
        "zone": zone.pk,
        "up_to_g": 2000,
        "price": "14.90",
        "price_per_further_kg": "",
    }

    add = reverse("admin:orders_shippingrate_add")
    console.post(add, given)
    again = console.post(add, given).content.decode()

    assert zone.countries == "CH LI"
    assert list(ShippingRate.objects.values_list("price", "price_per_further_kg")) == [(1490, None)]
    assert "already exists" in again
    assert (
        "Liechtenstein, Switzerland"
        in console.get(reverse("admin:orders_shippingzone_changelist")).content.decode()
    )
    page = reverse("admin:orders_shippingrate_changelist")
    console.post(page, table(ShippingRate.objects.all(), price="15.90", price_per_further_kg="3.50"))
    assert list(ShippingRate.objects.values_list("price", "price_per_further_kg")) == [(1590, 350)]
