"""What the front page and a product's page say."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from shop import services
from shop.choices import availability, weight
from shop.front import front_page
from shop.showcase import display
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory, picture_file
from shop.tree import read_tree


@pytest.mark.parametrize(
    ("available", "backorders", "says"),
    [
        (0, 0, ("out", "Sold out")),
        (1, 0, ("low", "1 left")),
        (5, 0, ("low", "5 left")),
        (6, 0, ("in", "In stock")),
        (3, 3, ("later", "On backorder, ships later")),
        (4, 3, ("in", "1 left, more on backorder")),
        (9, 3, ("in", "In stock")),
    ],
)
def test_availability_in_words(available, backorders, says, settings):
    settings.LOW_STOCK_THRESHOLD = 5

    assert availability(available, backorders) == says


def test_what_is_on_backorder_says_when_it_is_expected():
    today = timezone.localdate()

    assert availability(1, 1, date(2099, 3, 4)) == ("later", "On backorder, expected on 4 March 2099")
    assert availability(1, 1, today - timedelta(days=1)) == ("later", "On backorder, ships later")


def test_weight_in_words():
    assert [weight(grams) for grams in (0, 350, 1000, 1250, 2500)] == [
        "",
        "350 g",
        "1 kg",
        "1.25 kg",
        "2.5 kg",
    ]


@pytest.mark.django_db
class TestDisplay:
    def test_of_several_sizes_none_is_picked_for_people(self):
        product = VariantFactory(label="S", stock=0).product
        VariantFactory(product=product, label="M", stock=3)

        shown = display(product.slug, read_tree())

        assert [(one.label, one.state, one.most) for one in shown.choices] == [
            ("S", "out", 0),
            ("M", "low", 3),
        ]
        assert (shown.chosen, shown.can_be_bought, shown.most) == (None, True, 3)

    def test_an_only_size_is_picked(self):
        variant = VariantFactory(stock=3)

        assert display(variant.product.slug, read_tree()).chosen.pk == variant.pk

    @pytest.mark.parametrize(
        ("prices", "says"),
        [([1000], "€10.00"), ([1000, 1000], "€10.00"), ([1500, 1000, 1200], "€10.00 to €15.00")],
    )
    def test_until_one_is_picked_the_price_is_the_range_of_all(self, prices, says):
        product = ProductFactory()
        for price in prices:
            VariantFactory(product=product, price=price)

        assert display(product.slug, read_tree()).price_words == says

    @pytest.mark.parametrize(
        ("stocks", "says"),
        [
            ([2], ("low", "2 left")),
            ([0, 0], ("out", "Sold out")),
            ([0, 2, 90], ("in", "2 of 3 choices available")),
            ([2, 90], ("in", "In stock")),
        ],
    )
    def test_until_one_is_picked_the_stock_is_told_for_all(self, stocks, says):
        product = ProductFactory()
        for stock in stocks:
            VariantFactory(product=product, stock=stock)

        assert display(product.slug, read_tree()).stock == says

    def test_facts_name_each_value_once(self):
        product = VariantFactory(stock_item__sku="A", weight_g=1350).product
        VariantFactory(product=product, stock_item__sku="B", weight_g=350)
        VariantFactory(product=product, stock_item__sku="C", weight_g=0, country_of_origin="DE")

        shown = display(product.slug, read_tree())

        assert (shown.weights, shown.origins, shown.skus) == (
            "350 g to 1.35 kg",
            "Portugal, Germany",
            "A, B, C",
        )

    def test_a_size_off_sale_is_not_offered(self):
        product = VariantFactory(stock=1).product
        VariantFactory(product=product, is_active=False)

        assert len(display(product.slug, read_tree()).choices) == 1

    def test_nobody_is_offered_more_than_one_cart_takes(self, settings):
        settings.CART_MAX_QUANTITY = 10
        variant = VariantFactory(stock=500)

        assert display(variant.product.slug, read_tree()).chosen.most == 10

    def test_a_product_with_nothing_on_sale_can_be_looked_at(self):
        shown = display(ProductFactory().slug, read_tree())

        assert (shown.chosen, shown.can_be_bought) == (None, False)

    def test_related_products_stand_on_the_same_shelf(self):
        category = CategoryFactory()
        product = VariantFactory(product__category=category).product
        beside = VariantFactory(product__category=category).product
        VariantFactory()

        assert [row["name"] for row in display(product.slug, read_tree()).related] == [beside.name]

    def test_neighbours_are_asked_for_once_a_second_not_once_a_page(
        self, settings, django_assert_num_queries
    ):
        settings.PAGE_CACHE_SECONDS = 30
        category = CategoryFactory()
        products = [VariantFactory(product__category=category).product for _ in range(6)]
        tree = read_tree()

        with django_assert_num_queries(5):
            first = display(products[0].slug, tree)
        with django_assert_num_queries(3):
            second = display(products[5].slug, tree)

        assert [row["slug"] for row in first.related] == [products[n].slug for n in (5, 4, 3, 2)]
        assert [row["slug"] for row in second.related] == [products[n].slug for n in (4, 3, 2, 1)]

    @pytest.mark.parametrize("change", [{"is_active": False}, {"category__is_active": False}])
    def test_what_is_not_shown_has_no_page(self, change):
        assert display(ProductFactory(**change).slug, read_tree()) is None


@pytest.mark.django_db
class TestFrontPage:
    def test_a_category_shows_a_picture_of_what_stands_below_it(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        top = CategoryFactory(name="Top")
        product = VariantFactory(product__category=CategoryFactory(parent=top)).product
        image = services.add_image(product, picture_file(400, 400), "It")

        [door] = front_page(read_tree())["doors"]

        assert (door.shelf.name, door.image_url) == ("Top", image.small_url)

    def test_nothing_is_shown_twice_among_featured_and_new(self):
        for n in range(40):
            VariantFactory(
                product__is_featured=n % 3 == 0, compare_at_price=None if n % 5 else 2999, price=1999
            )

        page = front_page(read_tree())

        shown = [row["slug"] for part in ("hero", "featured", "reduced", "newest") for row in page[part]]
        assert len(shown) == len(set(shown)) == 1 + 4 + 4 + 8

    def test_what_is_reduced_stands_among_the_reduced(self):
        VariantFactory.create_batch(3)
        reduced = VariantFactory(price=1999, compare_at_price=2999).product
        VariantFactory()

        page = front_page(read_tree())

        assert [row["slug"] for row in page["reduced"]] == [reduced.slug]

    def test_what_can_be_had_comes_before_what_is_sold_out(self):
        there = VariantFactory(product__is_featured=True, stock=1).product
        VariantFactory(product__is_featured=True, stock=0)

        page = front_page(read_tree())

        assert page["hero"][0]["slug"] == there.slug

    def test_four_queries_whatever_there_is(self, django_assert_num_queries):
        VariantFactory.create_batch(5)
        tree = read_tree()

        with django_assert_num_queries(4):
            front_page(tree)
