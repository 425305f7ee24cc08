"""The bulk path leaves the rows that one product at a time leaves."""

import re

import pytest
from django.forms.models import model_to_dict

from inventory.models import StockItem
from shop import services
from shop.models import PriceChange, Product, Variant
from shop.tests.factories import CategoryFactory, picture_file

pytestmark = pytest.mark.django_db


def rows_of(product):
    """Everything that was written for a product, without the keys that tell rows apart."""
    own = {
        field.attname: getattr(product, field.attname)
        for field in Product._meta.concrete_fields
        if field.name not in {"id", "created_at", "updated_at"}
    }
    variants = [
        {
            **model_to_dict(v, exclude=["id", "product", "stock_item"]),
            "sku": v.sku,
            "item": v.stock_item.label,
        }
        for v in product.variants.select_related("stock_item")
    ]
    images = [model_to_dict(i, exclude=["id", "product"]) for i in product.images.all()]
    prices = list(PriceChange.objects.filter(variant__product=product).values_list("old", "new", "actor"))
    # An uploaded file has a name by chance, a seeded one that of its content.
    return re.sub(r"products/[0-9a-f]{24}", "products/name", repr((own, variants, images, prices)))


def test_bulk_create_leaves_the_same_rows_as_one_by_one(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    category = CategoryFactory(name="Cups", parent=CategoryFactory(name="Kitchen"))
    single = services.create_product(
        category, "Café cup", slug="cup", summary="Holds tea.", description="*Good*"
    )
    services.add_variant(single, "CUP-S", "S", 900, weight_g=200, country_of_origin="pt", barcode="400")
    services.add_variant(single, "CUP-L", "L", 1100)
    services.make_widths(services.add_image(single, picture_file(), "A cup").pk)
    single.refresh_from_db()
    expected = rows_of(single)
    Variant.objects.all().delete()
    single.delete()
    StockItem.objects.all().delete()

    new = services.NewProduct(
        category,
        "Café cup",
        [
            services.NewVariant("CUP-S", "S", 900, weight_g=200, country_of_origin="pt", barcode="400"),
            services.NewVariant("CUP-L", "L", 1100),
        ],
        slug="cup",
        summary="Holds tea.",
        description="*Good*",
        pictures=[(services.store_picture(picture_file()), "A cup")],
    )
    assert list(services.bulk_create([new])) == [1]

    assert rows_of(Product.objects.get()) == expected


def test_bulk_create_tells_how_far_it_is_after_each_batch():
    category = CategoryFactory()
    goods = (
        services.NewProduct(category, f"P {n}", [services.NewVariant(f"P{n}", "", 100)]) for n in range(5)
    )

    assert list(services.bulk_create(goods, batch=2)) == [2, 4, 5]
    assert Product.objects.filter(variant_count=1).count() == 5
