"""The copies on a product's row say what its variants and pictures say."""

import pytest

from shop.models import Product, Variant
from shop.services import refresh_category, refresh_product
from shop.services.copies import shelves_above
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_price_is_that_of_the_cheapest_variant_on_sale():
    product = VariantFactory(price=900).product
    VariantFactory(product=product, price=700)
    VariantFactory(product=product, price=100, is_active=False)

    product.refresh_from_db()

    assert (product.price, product.has_price_range, product.variant_count) == (700, True, 2)


def test_a_product_with_nothing_on_sale_counts_no_variants():
    variant = VariantFactory(price=900)
    Variant.objects.update(is_active=False)

    refresh_product(variant.product)

    assert (variant.product.price, variant.product.variant_count) == (900, 0)


def test_the_search_reads_name_shelves_summary_sku_and_barcode_without_accents():
    shelf = CategoryFactory(name="Küche")
    product = ProductFactory(
        name="Café", summary="Für zwei", category=CategoryFactory(name="Cups", parent=shelf)
    )
    VariantFactory(product=product, stock_item__sku="CUP-1", stock_item__barcode="4006381333931")

    product.refresh_from_db()

    assert product.search_document == (
        " cafe cups kuche fur zwei =cup-1 cup-1 cup1 =4006381333931 4006381333931 "
    )


def test_refresh_category_reaches_the_shelves_below():
    top = CategoryFactory(name="Old")
    product = VariantFactory(product__category=CategoryFactory(name="Cups", parent=top)).product
    top.name = "New"
    top.save()

    assert refresh_category(top) == 1

    product.refresh_from_db()
    assert " cups new " in product.search_document


def test_refresh_product_does_not_write_what_else_stands_on_the_row():
    product = VariantFactory().product
    Product.objects.filter(pk=product.pk).update(name="Renamed meanwhile")

    refresh_product(product)

    product.refresh_from_db()
    assert product.name == "Renamed meanwhile"
    assert product.search_document.startswith(" renamed meanwhile ")


def test_shelves_above_ends_in_a_loop_of_parents():
    one = CategoryFactory(name="One")
    two = CategoryFactory(name="Two", parent=one)
    one.parent = two

    assert shelves_above(two) == "Two One"


def test_refresh_category_ends_in_a_loop_of_parents():
    one = CategoryFactory()
    two = CategoryFactory(parent=one)
    one.parent = two
    one.save()
    VariantFactory(product__category=two)

    assert refresh_category(one) == 1
