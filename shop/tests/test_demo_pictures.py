"""The demo catalogue holds together, and its pictures are drawn, different, and always the same."""

from collections import Counter
from itertools import chain

import pytest

from shop.demo.bulk import KINDS
from shop.demo.catalogue import CATEGORIES, PRODUCTS, PictureSpec, bulk_products
from shop.demo.entries import check_digit
from shop.demo.pictures import MOTIFS, PALETTES, PATTERNS, draw

pytestmark = pytest.mark.any_database

SMALL = (160, 160)
COUNTRY_CODE = 2
EAN_LENGTH = 13
FLAT = 200  # a grey box has one colour, a bare background of these has fewer than this many


def all_variants(products):
    return list(chain.from_iterable(product.variants for product in products))


def repeated(values):
    return [value for value, count in Counter(values).items() if count > 1]


def colours(image):
    return len(image.getcolors(maxcolors=image.width * image.height))


def test_the_catalogue_is_a_shop_of_eight_categories_that_all_hold_products():
    slugs = [category.slug for category in CATEGORIES]

    assert len(slugs) == 8
    assert repeated(slugs) == []
    assert {product.category_slug for product in PRODUCTS} == set(slugs)
    assert 55 <= len(PRODUCTS) <= 80


def test_a_category_comes_after_its_parent():
    seen = {None}
    for category in CATEGORIES:
        assert category.parent_slug in seen
        seen.add(category.slug)


@pytest.mark.parametrize("products", [PRODUCTS, tuple(bulk_products(500, seed=3))], ids=["catalogue", "bulk"])
def test_slugs_skus_and_barcodes_are_never_given_twice(products):
    variants = all_variants(products)

    assert repeated(product.slug for product in products) == []
    assert repeated(variant.sku for variant in variants) == []
    assert repeated(variant.barcode for variant in variants) == []


def test_the_catalogue_and_two_seeds_of_bulk_never_meet():
    products = [*PRODUCTS, *bulk_products(200, seed=1), *bulk_products(200, seed=2)]
    variants = all_variants(products)

    assert repeated(product.slug for product in products) == []
    assert repeated(variant.sku for variant in variants) == []
    assert repeated(variant.barcode for variant in variants) == []


@pytest.mark.parametrize(
    ("digits", "digit"), [("400638133393", "1"), ("978014300723", "4"), ("200000000000", "8")]
)
def test_check_digit_agrees_with_known_codes(digits, digit):
    assert check_digit(digits) == digit


def test_barcodes_are_in_store_eans_with_a_right_check_digit():
    for variant in all_variants([*PRODUCTS, *bulk_products(100, seed=0)]):
        assert len(variant.barcode) == EAN_LENGTH
        assert variant.barcode.isdecimal()
        assert variant.barcode.startswith("2")
        assert variant.barcode[-1] == check_digit(variant.barcode[:-1])


def test_prices_weights_and_stock_are_sensible():
    for variant in all_variants([*PRODUCTS, *bulk_products(300, seed=9)]):
        assert variant.price_minor_units > 0
        assert variant.weight_grams > 0
        assert variant.stock >= 0


def test_catalogue_prices_end_like_prices():
    assert {variant.price_minor_units % 100 for variant in all_variants(PRODUCTS)} <= {0, 50, 90}


def test_some_variants_are_sold_out_and_some_are_low():
    stocks = [variant.stock for variant in all_variants(PRODUCTS)]

    assert stocks.count(0) >= 3
    assert sum(1 <= stock <= 5 for stock in stocks) >= 3


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_a_product_has_copy_to_read(product):
    text, _, facts = product.description_markdown.partition("\n\n")

    assert 40 <= len(product.description_markdown.split()) <= 120
    assert len(text) > 100
    assert 2 <= len(facts.splitlines()) <= 6
    assert all(line.startswith("- ") for line in facts.splitlines())
    assert product.summary.endswith((".", "?", "!"))
    assert len(product.country_of_origin) == COUNTRY_CODE
    assert product.tax_class in ("standard", "reduced")


def test_every_picture_names_things_that_exist():
    for product in [*PRODUCTS, *bulk_products(500, seed=5)]:
        assert product.picture.motif in MOTIFS
        assert product.picture.palette in PALETTES
        assert product.picture.pattern in PATTERNS


def test_no_two_products_share_a_picture():
    assert repeated(product.picture for product in PRODUCTS) == []


def test_every_motif_is_used():
    assert {product.picture.motif for product in PRODUCTS} == set(MOTIFS)


def test_bulk_products_repeat_exactly_for_a_seed_and_differ_between_seeds():
    assert list(bulk_products(50, seed=7)) == list(bulk_products(50, seed=7))
    assert list(bulk_products(50, seed=7)) != list(bulk_products(50, seed=8))


def test_bulk_products_belong_to_categories_of_the_catalogue():
    slugs = {category.slug for category in CATEGORIES}

    assert {product.category_slug for product in bulk_products(len(KINDS), seed=0)} <= slugs


@pytest.mark.parametrize(("count", "seed"), [(-1, 0), (1_000_001, 0), (1, -1), (1, 1000)])
def test_bulk_products_refuse_what_the_barcodes_have_no_room_for(count, seed):
    with pytest.raises(ValueError, match="Seeds go from 0 to 999"):
        bulk_products(count, seed)


@pytest.mark.parametrize("view", [0, 1, 2])
@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_every_motif_draws_something_that_is_not_flat(motif, view):
    picture = draw(PictureSpec(motif, "terracotta", "stripes"), size=SMALL, view=view)

    assert picture.size == SMALL
    assert picture.mode == "RGB"
    assert colours(picture) > FLAT


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_the_views_of_a_motif_differ(motif):
    views = {draw(PictureSpec(motif, "ocean"), size=SMALL, view=view).tobytes() for view in range(3)}

    assert len(views) == 3


@pytest.mark.parametrize("pattern", sorted(set(PATTERNS) - {"plain"}))
def test_every_pattern_shows(pattern):
    plain = draw(PictureSpec("mug", "plum"), size=SMALL)

    assert draw(PictureSpec("mug", "plum", pattern), size=SMALL).tobytes() != plain.tobytes()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.motif)
def test_every_form_of_the_bulk_kinds_is_drawn_its_own_way(kind):
    drawn = {
        draw(PictureSpec(kind.motif, "coral", "dots", form), size=SMALL).tobytes() for form in kind.forms
    }

    assert len(drawn) == len(kind.forms)


@pytest.mark.parametrize("palette", sorted(PALETTES))
def test_a_picture_is_the_same_every_time(palette):
    spec = PictureSpec("tote", palette, "terrazzo", "all", seed=4)

    assert draw(spec, size=SMALL).tobytes() == draw(spec, size=SMALL).tobytes()


def test_pictures_can_be_wide():
    assert draw(PictureSpec("lamp", "mint"), size=(300, 200)).size == (300, 200)


def test_draw_refuses_a_view_it_does_not_have():
    with pytest.raises(ValueError, match="There is no view 3"):
        draw(PictureSpec("mug", "mint"), view=3)
