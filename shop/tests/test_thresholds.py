"""Low-stock thresholds by price: a table that staff edit, and items that follow it and their price."""

import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from config.tests.helpers import run_tasks
from inventory.models import StockAlert, StockItem
from shop import services as shop
from shop.models import LowStockRule
from shop.tests.factories import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules():
    """The table as a shop begins with it."""
    LowStockRule.objects.all().delete()
    for price, pieces in {0: 15, 100_00: 50, 500_00: 25, 1000_00: 15}.items():
        LowStockRule.objects.create(price_from=price, threshold=pieces)
    run_tasks()
    return shop.all_rules()


def threshold_of(variant):
    item = StockItem.objects.get(pk=variant.stock_item_id)
    return item.default_threshold


@pytest.mark.parametrize(
    ("price", "threshold"),
    [
        (0, 15),
        (99_99, 15),
        (100_00, 50),
        (499_99, 50),
        (500_00, 25),
        (999_99, 25),
        (1000_00, 15),
        (5000_00, 15),
    ],
)
def test_the_price_says_from_where_it_is_low(rules, price, threshold):
    variant = shop.add_variant(ProductFactory(), "CUP-1", price=price)

    assert threshold_of(variant) == threshold


def test_another_price_is_another_threshold(rules):
    variant = shop.add_variant(ProductFactory(), "CUP-1", price=90_00)

    shop.set_price(variant, 149_00, None)

    assert threshold_of(variant) == 50


def test_a_new_threshold_opens_an_alert_and_closes_it(rules):
    variant = VariantFactory(price=90_00, stock=40)
    run_tasks()
    assert not StockAlert.objects.exists()

    shop.set_price(variant, 149_00, None)
    run_tasks()
    assert StockAlert.objects.get().threshold == 50
    shop.set_price(variant, 90_00, None)
    run_tasks()

    assert StockAlert.objects.get().closed_at


def test_all_items_follow_the_table(rules):
    cheap, dear = VariantFactory(price=90_00), VariantFactory(price=149_00)
    LowStockRule.objects.filter(price_from=100_00).get().delete()
    LowStockRule.objects.create(price_from=120_00, threshold=7)
    run_tasks()
    assert (threshold_of(cheap), threshold_of(dear)) == (15, 7)

    LowStockRule.objects.filter(price_from=0).get().delete()
    run_tasks()

    assert (threshold_of(cheap), threshold_of(dear)) == (None, 7)


def test_following_costs_the_same_however_many_items_there_are(rules, django_assert_max_num_queries):
    for _ in range(5):
        VariantFactory(price=90_00)
    with django_assert_max_num_queries(8):
        assert shop.follow_rules() == 5
    with django_assert_max_num_queries(2):
        assert shop.follow_rules() == 0


def test_a_shop_begins_with_the_rules_and_keeps_its_own(rules):
    variant = VariantFactory(price=149_00)
    migration = importlib.import_module("shop.migrations.0014_begin_low_stock_rules")

    LowStockRule.objects.all().delete()
    migration.begin(apps, None)
    assert threshold_of(variant) == 50
    LowStockRule.objects.filter(price_from=100_00).update(threshold=9)
    migration.begin(apps, None)

    assert threshold_of(variant) == 9
    assert LowStockRule.objects.count() == 4


@pytest.mark.parametrize(
    ("price", "own", "words"),
    [
        (149_00, None, "50, because the price €149.00 is between €100.00 and €499.99."),
        (2000_00, None, "15, because the price €2,000.00 is €1,000.00 or more."),
        (149_00, 3, "3: the item's own figure."),
    ],
)
def test_a_threshold_is_explained(rules, price, own, words):
    assert shop.explain_threshold(StockItem(low_stock_threshold=own), price, rules) == words


def test_without_a_rule_it_is_the_shops_own(settings):
    settings.LOW_STOCK_THRESHOLD = 4

    words = shop.explain_threshold(StockItem(), 149_00, [])

    assert words == "4: the shop's own, as no rule covers the price €149.00."


def test_the_database_keeps_one_rule_per_price(rules):
    with pytest.raises(IntegrityError), transaction.atomic():
        LowStockRule.objects.create(price_from=0, threshold=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        LowStockRule.objects.create(price_from=1, threshold=1_000_001)


# --- the console ------------------------------------------------------------------------------------
@pytest.fixture
def owner(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


def test_staff_change_the_table(owner, rules):
    variant = VariantFactory(price=149_00)
    rule = LowStockRule.objects.get(price_from=100_00)
    address = reverse("admin:shop_lowstockrule_change", args=[rule.pk])

    answer = owner.post(address, {"price_from": "120.00", "threshold": "8"})
    run_tasks()

    assert (answer.status_code, threshold_of(variant)) == (302, 8)
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.before["threshold"], entry.after["threshold"]) == (50, 8)


@pytest.mark.parametrize(
    "given",
    [
        {"price_from": "0.00", "threshold": "1"},
        {"price_from": "-1", "threshold": "1"},
        {"price_from": "1.00", "threshold": "1000001"},
        {"price_from": "1.00", "threshold": "-1"},
        {"price_from": "a", "threshold": ""},
    ],
)
def test_what_cannot_be_a_rule_is_refused_beside_the_field(owner, rules, given):
    answer = owner.post(reverse("admin:shop_lowstockrule_add"), given)

    assert answer.status_code in {200, 422}
    assert answer.context["errors"]
    assert LowStockRule.objects.count() == 4


def test_item_level_alert_and_product_say_why(owner, rules):
    variant = VariantFactory(price=149_00, stock=40)
    shop.follow_rules()
    run_tasks()
    item = variant.stock_item

    for page in (
        reverse("admin:inventory_stockitem_change", args=[item.pk]),
        reverse("admin:inventory_stocklevel_change", args=[item.levels.get().pk]),
        reverse("admin:inventory_stockalert_change", args=[StockAlert.objects.get().pk]),
        reverse("admin:shop_product_change", args=[variant.product_id]),
    ):
        assert (
            "50, because the price €149.00 is between €100.00 and €499.99."
            in owner.get(page).content.decode()
        )
