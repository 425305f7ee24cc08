"""What the front page and a product's page say."""

import pytest

from shop import services
from shop.showcase import availability, display, front_page, weight
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory, picture_file
from shop.tree import read_tree


@pytest.mark.parametrize(
    ("available", "backorders", "says"),
    [
        (0, 0, ("out", "Sold out")),
        (1, 0, ("low", "1 left")),
        (5, 0, ("low", "5 left")),
        (6, 0, ("in", "In stock")),
        (3, 3, ("later", "On its way to us, ships later")),
        (4, 3, ("in", "In stock")),
    ],
)
def test_availability_in_words(available, backorders, says, settings):
    settings.LOW_STOCK_THRESHOLD = 5

    assert availability(available, backorders) == says


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
    def test_the_first_size_that_is_there_is_picked(self):
        product = VariantFactory(label="S", stock=0).product
        there = VariantFactory(product=product, label="M", stock=3)

        shown = display(product.slug, read_tree())

        assert [(one.label, one.state, one.most) for one in shown.choices] == [
            ("S", "out", 0),
            ("M", "low", 3),
        ]
        assert (shown.chosen.pk, shown.can_be_bought) == (there.pk, True)

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

        with django_assert_num_queries(4):
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
        for n in range(20):
            VariantFactory(product__is_featured=n % 3 == 0)

        page = front_page(read_tree())

        shown = [row["slug"] for part in ("hero", "featured", "newest") for row in page[part]]
        assert len(shown) == len(set(shown)) == 1 + 4 + 8

    def test_three_queries_whatever_there_is(self, django_assert_num_queries):
        VariantFactory.create_batch(5)
        tree = read_tree()

        with django_assert_num_queries(3):
            front_page(tree)
