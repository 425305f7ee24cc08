"""Products, variants and prices come through the services, with the copies that lists read."""

import pytest
from django.db import IntegrityError, transaction

from inventory.models import StockItem
from shop import services
from shop.models import HIGHEST_PRICE, PriceChange, Product, Variant
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_create_product_makes_an_address_that_is_free():
    category = CategoryFactory()

    first = services.create_product(category, "Tea Cup")
    second = services.create_product(category, "Tea cup!")

    assert (first.slug, second.slug) == ("tea-cup", "tea-cup-2")


def test_create_product_finds_an_address_for_a_name_without_latin_letters():
    assert services.create_product(CategoryFactory(), "茶杯").slug == "product"


def test_create_product_renders_the_description():
    product = services.create_product(CategoryFactory(), "Cup", description="**Good** <b>")

    assert product.description_html == "<p><strong>Good</strong> &lt;b&gt;</p>\n"


@pytest.mark.parametrize("wrong", [{"name": "x" * 161}, {"name": ""}, {"name": "Cup", "slug": "a b"}])
def test_create_product_refuses_texts_that_do_not_fit(wrong):
    with pytest.raises(services.ShopError):
        services.create_product(CategoryFactory(), wrong.pop("name"), **wrong)


def test_create_product_refuses_an_address_that_is_taken():
    taken = ProductFactory()

    with pytest.raises(services.ShopError):
        services.create_product(taken.category, "Cup", slug=taken.slug)


def test_add_variant_makes_the_item_the_warehouse_counts_and_notes_the_price():
    product = ProductFactory(name="Cup")

    variant = services.add_variant(product, "CUP-L", "L", 1250, barcode="401", backorder_limit=3)

    assert StockItem.objects.values("sku", "label", "barcode", "backorder_limit").get() == {
        "sku": "CUP-L",
        "label": "Cup, L",
        "barcode": "401",
        "backorder_limit": 3,
    }
    assert PriceChange.objects.values_list("variant", "old", "new").get() == (variant.pk, None, 1250)
    assert (product.price, product.variant_count, product.has_price_range) == (1250, 1, False)


def test_variants_stand_in_the_order_in_which_they_were_added():
    product = ProductFactory()
    for label in ("S", "M", "L"):
        services.add_variant(product, f"T-{label}", label, 100)

    assert list(product.variants.values_list("label", flat=True)) == ["S", "M", "L"]


def test_add_variant_refuses_a_taken_sku():
    variant = VariantFactory()

    with pytest.raises(services.SkuTaken, match=variant.sku):
        services.add_variant(ProductFactory(), variant.sku, "M", 100)


def test_add_variant_refuses_a_label_twice():
    variant = VariantFactory(label="M")

    with pytest.raises(services.LabelTaken):
        services.add_variant(variant.product, "NEW-1", "M", 100)
    assert not StockItem.objects.filter(sku="NEW-1").exists()


@pytest.mark.parametrize("price", [-1, HIGHEST_PRICE + 1])
def test_a_price_out_of_range_is_refused(price):
    variant = VariantFactory(price=500)

    with pytest.raises(services.PriceOutOfRange):
        services.add_variant(variant.product, "NEW-1", "New", price)
    with pytest.raises(services.PriceOutOfRange):
        services.set_price(variant, price, None)

    variant.refresh_from_db()
    assert variant.price == 500


def test_set_price_notes_the_change_and_renews_the_list(django_user_model):
    staff = django_user_model.objects.create(email="staff@shop.example")
    variant = VariantFactory(price=500)
    other = VariantFactory(product=variant.product, price=700)

    services.set_price(variant, 900, staff)

    variant.product.refresh_from_db()
    assert (variant.price, variant.product.price, variant.product.has_price_range) == (900, 700, True)
    assert PriceChange.objects.values_list("variant", "old", "new", "actor").get() == (
        variant.pk,
        500,
        900,
        staff.pk,
    )
    services.set_price(other, 900, staff)
    variant.product.refresh_from_db()
    assert not variant.product.has_price_range


def test_set_price_to_the_same_price_leaves_no_trace():
    variant = VariantFactory(price=500)

    services.set_price(variant, 500, None)

    assert not PriceChange.objects.exists()


def test_set_price_compares_with_the_row_not_with_what_the_caller_remembers():
    variant = VariantFactory(price=500)
    stale = type(variant).objects.get(pk=variant.pk)
    services.set_price(variant, 800, None)

    services.set_price(stale, 500, None)

    variant.refresh_from_db()
    assert variant.price == stale.price == 500
    assert list(PriceChange.objects.values_list("old", "new")) == [(800, 500), (500, 800)]


@pytest.mark.parametrize("before", [500, 499, 0, -1, 100_000_001])
def test_a_price_before_is_higher_than_the_price(before):
    variant = VariantFactory(price=500)

    with pytest.raises(services.NoReduction):
        services.set_prices(variant, 500, before, None)
    with pytest.raises(services.NoReduction):
        services.add_variant(variant.product, "NEW-1", "New", 500, compare_at_price=before)
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(pk=variant.pk).update(compare_at_price=before)

    variant.refresh_from_db()
    assert (variant.price, variant.compare_at_price) == (500, None)


def test_a_reduction_reaches_the_list_and_leaves_one_price_change():
    variant = VariantFactory(price=1000)

    services.set_prices(variant, 800, 1000, None)
    services.set_prices(variant, 800, 900, None)

    variant.product.refresh_from_db()
    assert (variant.product.price, variant.product.compare_at_price) == (800, 900)
    assert PriceChange.objects.values_list("old", "new").get() == (1000, 800)


def test_a_price_that_rises_to_the_one_before_ends_the_reduction():
    variant = VariantFactory(price=800, compare_at_price=1000)

    services.set_price(variant, 900, None)
    variant.refresh_from_db()
    assert variant.compare_at_price == 1000

    services.set_price(variant, 1000, None)
    variant.refresh_from_db()
    assert variant.compare_at_price is None
    assert Product.objects.get().compare_at_price is None
