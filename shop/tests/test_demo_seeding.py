"""The demo's catalogue comes into the shop, with pictures, as often as it is asked to."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from shop import flash
from shop.demo import seeding
from shop.demo.catalogue import CATEGORIES, PRODUCTS, REDUCED
from shop.demo.flash import seed_flash_sales
from shop.models import Category, Product, Variant
from shop.tests.factories import VariantFactory

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def seed(products, album=None):
    shelves = seeding.seed_categories()
    return list(seeding.seed_catalogue(products, shelves, album or {}, now=NOW))


def test_a_small_catalogue_comes_from_all_over_the_shop():
    some = seeding.catalogue(12)

    assert len(some) == 12
    assert {product.category_slug for product in some} == {category.slug for category in CATEGORIES}
    assert seeding.catalogue(None) == seeding.catalogue(10_000) == PRODUCTS


@pytest.mark.django_db
def test_the_catalogue_is_sold_as_it_is_written():
    (wanted,) = [product for product in PRODUCTS if product.slug == "harbour-blanket"]

    seed([wanted])

    product = Product.objects.get()
    assert (product.slug, product.name, product.category.slug) == (wanted.slug, wanted.name, "soft")
    assert product.category.parent.slug == "home"
    assert [(v.sku, v.label, v.price, v.weight_g, v.country_of_origin) for v in product.variants.all()] == [
        (each.sku, each.label, each.price_minor_units, each.weight_grams, "PT") for each in wanted.variants
    ]


@pytest.mark.django_db
def test_the_only_form_of_a_product_has_no_label():
    single = next(product for product in PRODUCTS if len(product.variants) == 1)

    seed([single])

    assert Variant.objects.get().label == ""


@pytest.mark.django_db
def test_a_second_run_adds_what_is_missing_and_nothing_else():
    seed(PRODUCTS[:3])

    assert seed(PRODUCTS[:5])[-1] == 2
    assert seed(PRODUCTS[:5]) == []

    assert Product.objects.count() == 5
    assert Category.objects.count() == len(CATEGORIES)


@pytest.mark.django_db
def test_pictures_are_drawn_stored_and_shown_in_their_order(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    product = PRODUCTS[0]
    album = {}
    for spec, picture in seeding.draw_and_store([(product.picture, view, 120) for view in (0, 1)]):
        album.setdefault(spec, []).append(picture)

    seed([product], album)

    images = list(Product.objects.get().images.all())
    assert [image.alt for image in images] == [product.name, f"{product.name}, from close up"]
    assert len({image.file.name for image in images}) == 2
    assert all((tmp_path / image.file.name).is_file() and image.width == 120 for image in images)


@pytest.mark.django_db
def test_what_is_there_is_not_drawn_again():
    assert len(seeding.pictures_of(PRODUCTS[:3])) == 3 + 2 + 2

    seed(PRODUCTS[:2])

    assert seeding.pictures_of(PRODUCTS[:3]) == [
        (PRODUCTS[2].picture, 0, seeding.SIZE),
        (PRODUCTS[2].picture, 1, seeding.FURTHER_SIZE),
    ]


def test_the_long_shelf_shares_a_few_pictures():
    looks = seeding.shared_looks(seeding.long_shelf(3_000, 1))

    assert len(looks) == 26
    assert {len(some) for some in looks.values()} == {seeding.LOOKS}


@pytest.mark.django_db
def test_the_long_shelf_begins_where_the_catalogue_ends():
    shelves = seeding.seed_categories()
    wanted = list(seeding.long_shelf(len(PRODUCTS) + 40, 7))
    looks = seeding.shared_looks(wanted)

    assert len(seeding.shared_pictures_of(wanted, looks)) == sum(map(len, looks.values()))

    done = list(seeding.seed_long_shelf(wanted, shelves, looks, {}, now=NOW))

    assert seeding.shared_pictures_of(wanted, looks) == []
    assert done[-1] == len(wanted) == 40
    assert Variant.objects.count() == len(seeding.stocks_of(wanted))


@pytest.mark.django_db
def test_some_of_the_catalogue_is_reduced_from_a_round_price():
    seed([product for product in PRODUCTS if product.slug in REDUCED])

    variants = Variant.objects.values_list("price", "compare_at_price")
    assert Product.objects.filter(compare_at_price__isnull=False).count() == len(REDUCED)
    assert all(before > price and before % 50 == 0 for price, before in variants)


@pytest.mark.django_db
def test_of_the_demos_flash_sales_one_runs_and_one_is_planned():
    for _ in range(3):
        VariantFactory(stock=20, price=2000)

    for _again in range(2):
        seed_flash_sales(timezone.now())

    flash.forget()
    assert [told.state for told in flash.told(timezone.now())] == ["running", "planned"]
    assert {told.offer.price for told in flash.told(timezone.now())} == {1400}
