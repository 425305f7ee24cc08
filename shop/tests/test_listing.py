"""Lists: what an address means, what is found, in which order, and on which page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from inventory import services as inventory
from inventory.tests.factories import LocationFactory, StockLevelFactory
from shop import services
from shop.listing import PAGE_SIZE, list_products
from shop.models import Product
from shop.tests.factories import CategoryFactory, VariantFactory
from shop.tree import read_tree
from shop.wish import NoSuchPage, Wish, read_wish, typed


def names(wish):
    return [card["name"] for card in list_products(wish, read_tree()).cards]


def test_read_wish_understands_every_filter():
    asked = {
        "q": " red  cup ",
        "sort": "-price",
        "in_stock": "1",
        "on_sale": "1",
        "min": "5",
        "max": "19,99",
        "page": "2",
    }

    assert read_wish(asked, category="cups") == Wish("red cup", "cups", "-price", True, True, 500, 1999, 2)


@pytest.mark.parametrize(
    ("asked", "wish"),
    [
        ({"sort": "sku"}, Wish()),
        ({"sort": "stock_item__sku"}, Wish()),
        ({"min": "cheap"}, Wish()),
        ({"min": "NaN", "max": "Infinity"}, Wish()),
        ({"min": "1e99"}, Wish()),
        ({"min": "-3"}, Wish(low=0)),
        ({"max": "99999999"}, Wish(high=100_000_000)),
        ({"in_stock": "perhaps"}, Wish()),
        ({"q": "a\x00b"}, Wish(q="a b")),
        ({"q": "\ud800"}, Wish()),
        ({"q": "x" * 5000}, Wish(q="x" * 100)),
    ],
)
def test_what_makes_no_sense_is_left_out(asked, wish):
    assert read_wish(asked) == wish


@pytest.mark.parametrize(
    "asked", [{"sort": "sku"}, {"min": "cheap"}, {"max": "--"}, {"min": "9", "max": "1"}]
)
def test_a_note_says_what_was_not_understood(asked):
    assert len(read_wish(asked).notes) == 1


def test_prices_the_wrong_way_round_are_swapped():
    assert read_wish({"min": "20", "max": "10"}) == Wish(low=1000, high=2000)


@pytest.mark.parametrize("page", ["abc", "-1", "0", "1.5", "10" * 15, "²", " 1", "1_0", "100001"])
def test_a_page_that_cannot_be_does_not_exist(page):
    with pytest.raises(NoSuchPage):
        read_wish({"page": page})


@given(
    st.dictionaries(st.sampled_from(["q", "sort", "in_stock", "on_sale", "min", "max"]), st.text(max_size=60))
)
def test_no_text_breaks_the_reading_and_its_address_means_the_same(asked):
    from urllib.parse import parse_qsl, urlsplit

    wish = read_wish(asked)

    again = read_wish(dict(parse_qsl(urlsplit(wish.address()).query)))
    assert (again, again.notes) == (wish, ())


def test_an_address_leaves_out_what_is_usual():
    assert Wish().address() == "/products/"
    assert Wish(category="cups", page=1).address() == "/category/cups/"
    assert Wish(
        "tea pot", sort="name", in_stock=True, on_sale=True, low=500, high=1999, page=3
    ).address() == ("/products/?q=tea+pot&sort=name&in_stock=1&on_sale=1&min=5&max=19.99&page=3")


def test_typed_says_an_amount_as_people_type_it():
    assert [typed(amount) for amount in (None, 0, 5, 1999, 2000)] == ["", "0", "0.05", "19.99", "20"]


def test_only_eight_words_of_a_search_count():
    assert len(Wish(" ".join(f"w{n}" for n in range(50))).words) == 8


@pytest.mark.django_db
class TestWhatIsShown:
    def test_a_shelf_shows_what_stands_on_it_and_below(self):
        kitchen = CategoryFactory(slug="kitchen")
        below = VariantFactory(product__category=CategoryFactory(parent=kitchen)).product
        on_it = VariantFactory(product__category=kitchen).product
        VariantFactory()

        assert sorted(names(Wish(category="kitchen"))) == sorted([below.name, on_it.name])

    def test_what_is_not_for_sale_is_not_shown(self):
        VariantFactory(product__is_active=False)
        VariantFactory(is_active=False)
        VariantFactory(product__category=CategoryFactory(is_active=False))
        VariantFactory(product__category=CategoryFactory(parent=CategoryFactory(is_active=False)))
        shown = VariantFactory().product

        assert names(Wish()) == [shown.name]

    def test_an_unknown_or_hidden_shelf_does_not_exist(self):
        CategoryFactory(slug="hidden", is_active=False)

        for slug in ("hidden", "never-was"):
            with pytest.raises(NoSuchPage):
                list_products(Wish(category=slug), read_tree())

    def test_prices_filter_by_the_cheapest_variant_inclusively(self):
        for price in (999, 1000, 2000, 2001):
            VariantFactory(price=price, product__name=str(price))

        assert names(Wish(low=1000, high=2000, sort="price")) == ["1000", "2000"]


@pytest.mark.django_db
class TestStock:
    def test_in_stock_leaves_out_what_nobody_can_promise(self):
        there = VariantFactory(stock=1).product
        VariantFactory(stock=0)
        VariantFactory()
        taken = VariantFactory(stock=2)
        inventory.reserve({taken.sku: 2}, reference="C-1", expires_at=timezone.now() + timedelta(minutes=31))

        assert names(Wish(in_stock=True)) == [there.name]

    def test_on_sale_shows_what_is_reduced_and_what_it_cost_before(self):
        VariantFactory()
        VariantFactory(product__name="Cup", price=1999, compare_at_price=2500)

        [card] = list_products(Wish(on_sale=True), read_tree()).cards

        assert (card["name"], card["price_words"], card["was_words"]) == ("Cup", "€19.99", "€25.00")
        assert card["saving_words"] == "20% off"

    def test_a_reduction_of_a_dearer_size_is_not_that_of_the_price_shown(self):
        product = VariantFactory(price=1000).product
        VariantFactory(product=product, price=2000, compare_at_price=3000)

        [card] = list_products(Wish(), read_tree()).cards

        assert (card["price_words"], card["was_words"]) == ("from €10.00", "")
        assert list_products(Wish(on_sale=True), read_tree()).cards == []

    def test_goods_in_a_place_that_does_not_sell_do_not_count(self):
        variant = VariantFactory()
        StockLevelFactory(
            item=variant.stock_item, location=LocationFactory(code="repair", is_sellable=False), on_hand=5
        )

        assert names(Wish(in_stock=True)) == []

    def test_what_may_be_backordered_is_available(self):
        variant = VariantFactory(stock=0, stock_item__backorder_limit=3)

        assert names(Wish(in_stock=True)) == [variant.product.name]

    def test_one_size_in_stock_is_enough(self):
        product = VariantFactory(stock=0).product
        VariantFactory(product=product, stock=1)

        [card] = list_products(Wish(), read_tree()).cards

        assert card["is_available"]

    def test_stock_of_a_variant_off_sale_does_not_count(self):
        product = VariantFactory(stock=0).product
        VariantFactory(product=product, stock=5, is_active=False)

        [card] = list_products(Wish(), read_tree()).cards

        assert not card["is_available"]


@pytest.mark.django_db
class TestOrder:
    def test_sorts(self):
        for name, price in (("Bowl", 300), ("Ash", 200), ("Cup", 100)):
            VariantFactory(product__name=name, price=price)

        assert names(Wish()) == ["Cup", "Ash", "Bowl"]
        assert names(Wish(sort="price")) == ["Cup", "Ash", "Bowl"]
        assert names(Wish(sort="-price")) == ["Bowl", "Ash", "Cup"]
        assert names(Wish(sort="name")) == ["Ash", "Bowl", "Cup"]


@pytest.mark.django_db
class TestSearch:
    def test_every_word_must_occur_in_any_order_case_and_accent(self):
        VariantFactory(product__name="Café Cup", product__summary="Blue")
        VariantFactory(product__name="Blue Bowl")

        assert names(Wish("BLUE cafe")) == ["Café Cup"]

    def test_a_name_that_matches_comes_before_a_text_that_does(self):
        VariantFactory(product__name="Milk jug", product__summary="Goes with tea.")
        VariantFactory(product__name="Green tea")
        VariantFactory(product__name="Tea cup")
        VariantFactory(product__name="Saucer", product__summary="For a cup of tea.")

        assert names(Wish("tea"))[:2] == ["Tea cup", "Green tea"]

    @pytest.mark.parametrize("typed_words", ["MUG-77", "mug-77", "4006381333931"])
    def test_sku_and_barcode_find_the_product(self, typed_words):
        variant = VariantFactory(stock_item__sku="MUG-77", stock_item__barcode="4006381333931")
        VariantFactory()

        assert names(Wish(typed_words)) == [variant.product.name]

    @pytest.mark.parametrize("typed_words", ["100%", "a_b", "\\", "'", '"', "%", "_"])
    def test_signs_of_the_database_are_ordinary_signs(self, typed_words):
        VariantFactory(product__name="Plain thing")
        found = VariantFactory(product__name=f"Wool {typed_words} sock").product

        assert names(Wish(typed_words)) == [found.name]


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def goods(self):
        category = CategoryFactory(slug="many")
        new = (
            services.NewProduct(category, f"P{n:03}", [services.NewVariant(f"P-{n}", "", n)])
            for n in range(60)
        )
        list(services.bulk_create(new))

    def test_pages_hold_24_and_miss_and_repeat_nothing(self, goods):
        pages = [list_products(Wish(sort="price", page=page), read_tree()) for page in (1, 2, 3)]

        seen = [card["name"] for page in pages for card in page.cards]
        assert [len(page.cards) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 12]
        assert seen == [f"P{n:03}" for n in range(60)]
        assert [page.total for page in pages] == [60, 60, 60]
        assert [page.has_next for page in pages] == [True, True, False]

    def test_beyond_the_last_page_there_is_nothing(self, goods):
        with pytest.raises(NoSuchPage):
            list_products(Wish(page=4), read_tree())

    def test_the_first_page_of_nothing_exists(self):
        listing = list_products(Wish("nothing"), read_tree())

        assert (listing.cards, listing.total, listing.has_next) == ([], 0, False)

    def test_links_keep_the_filters(self, goods):
        listing = list_products(Wish(category="many", sort="price", low=1, page=2), read_tree())

        assert listing.previous_address == "/category/many/?sort=price&min=0.01"
        assert listing.next_address == "/category/many/?sort=price&min=0.01&page=3"
        assert [number for number, _ in listing.pages()] == [1, 2, 3]

    def test_counting_stops_early(self, goods, monkeypatch):
        monkeypatch.setattr("shop.listing.COUNT_UP_TO", 50)

        listing = list_products(Wish(), read_tree())

        assert (listing.total, listing.is_more, listing.last_page) == (51, True, 0)
        assert listing.total_words == "more than 50 products"
        assert [number for number, _ in listing.pages()] == [1, 2]

    def test_a_page_costs_two_queries_however_many_there_are(self, goods, django_assert_num_queries):
        tree = read_tree()

        for wish in (Wish(), Wish("p0 p", low=1, sort="name"), Wish(category="many")):
            with django_assert_num_queries(2):
                list_products(wish, tree)


@pytest.mark.django_db
@pytest.mark.postgres
def test_postgresql_reads_an_index_for_the_search():
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("the trigram index is PostgreSQL's")
    category = CategoryFactory()
    Product.objects.bulk_create(
        Product(
            category=category, name=str(n), slug=str(n), search_document=f"thing {n} from the long shelf " * 5
        )
        for n in range(3000)
    )
    with connection.cursor() as cursor:
        # New rows wait in a list beside a GIN index until a vacuum puts them in.
        cursor.execute("SELECT gin_clean_pending_list('products_by_words')")
        cursor.execute("ANALYZE shop_product")
        cursor.execute("SET LOCAL enable_seqscan = off")

    found = Product.objects.filter(is_active=True, search_document__contains="2999")

    assert "products_by_words" in found.explain()
