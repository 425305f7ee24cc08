"""What narrows a list: which choices there are, how many goods each would leave, and where it leads."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from inventory import services as inventory
from inventory.models import Location
from shop import services
from shop.facets import Cell, bands, build, price_words, steps
from shop.listing import list_products
from shop.models import Product
from shop.tests.factories import CategoryFactory, VariantFactory
from shop.tree import read_tree
from shop.wish import Wish, read_wish


def facets(wish):
    return {facet.key: facet for facet in list_products(wish, read_tree()).facets}


def said(wish, key):
    """The values of one facet as {words: count}."""
    found = facets(wish)
    return {value.words: value.count for value in found[key].values} if key in found else {}


def shirt(*labels, price=1999, stock=1, **product):
    """A product with these sizes in stock."""
    first = VariantFactory(label=labels[0], price=price, stock=stock, **product)
    for label in labels[1:]:
        VariantFactory(product=first.product, label=label, price=price, stock=stock)
    return first.product


@pytest.mark.django_db
class TestSizes:
    def test_sizes_are_counted_per_product_and_come_in_order(self):
        shirt("S", "M", "XL")
        shirt("M", "XS")

        assert list(said(Wish(), "size").items()) == [("XS", 1), ("S", 1), ("M", 2), ("XL", 1)]

    def test_goods_of_one_form_have_no_size(self):
        shirt("")
        shirt("S", "M")

        assert said(Wish(), "size") == {"S": 1, "M": 1}

    def test_one_size_is_no_choice(self):
        shirt("S")

        assert "size" not in facets(Wish())

    def test_a_size_off_sale_is_not_offered(self):
        product = shirt("S", "M")
        VariantFactory(product=product, label="L", is_active=False)

        assert said(Wish(), "size") == {"S": 1, "M": 1}

    def test_several_sizes_can_be_chosen_and_one_is_enough(self):
        small, both = shirt("S"), shirt("S", "M")
        shirt("L")

        listing = list_products(Wish(sizes=("S", "M")), read_tree())

        assert {card["name"] for card in listing.cards} == {small.name, both.name}
        assert listing.total == 2
        assert said(Wish(sizes=("S",)), "size") == {"S": 2, "M": 1, "L": 1}

    def test_a_value_leads_to_the_list_with_or_without_it(self):
        shirt("S", "M", "L")

        values = facets(read_wish({"size": "M", "sort": "price", "page": "1"}))["size"].values

        assert [(value.url, value.is_chosen) for value in values] == [
            ("/products/?sort=price&size=S&size=M", False),
            ("/products/?sort=price", True),
            ("/products/?sort=price&size=M&size=L", False),
        ]

    def test_in_stock_means_the_chosen_size(self):
        product = VariantFactory(label="S", stock=1).product
        VariantFactory(product=product, label="M", stock=0)

        assert list_products(Wish(sizes=("M",)), read_tree()).total == 1
        assert list_products(Wish(sizes=("M",), in_stock=True), read_tree()).total == 0
        assert said(Wish(in_stock=True, sizes=("M",)), "size") == {"S": 1, "M": 0}
        assert said(Wish(sizes=("M",)), "stock") == {}

    def test_a_chosen_size_that_nothing_has_can_be_given_up(self):
        shirt("S")

        [value] = [value for value in facets(Wish(sizes=("XXL",)))["size"].values if value.is_chosen]

        assert (value.words, value.count, value.url) == ("XXL", 0, "/products/")


@pytest.mark.django_db
class TestCounts:
    def test_every_facet_is_counted_among_what_fits_the_others(self):
        shirt("S", price=800)
        shirt("S", "M", price=4200)
        shirt("M", price=8200, stock=0)

        assert said(Wish(), "price") == {"Under €10": 1, "€10 to €50": 1, "€50 and more": 1}
        assert said(Wish(sizes=("S",)), "price") == {"Under €10": 1, "€10 to €50": 1}
        assert said(Wish(low=4000), "size") == {"S": 1, "M": 2}
        assert said(Wish(low=4000), "stock") == {"In stock": 1}
        assert said(Wish(in_stock=True), "size") == {"S": 2, "M": 1}

    def test_they_stay_within_the_category_and_the_search(self):
        kitchen = CategoryFactory(slug="kitchen")
        shirt("S", "M", product__category=kitchen, product__name="Apron")
        shirt("S", "M", product__category=CategoryFactory(parent=kitchen))
        shirt("S", "L", product__name="Apron too")

        assert said(Wish(category="kitchen"), "size") == {"S": 2, "M": 2}
        assert said(Wish("apron"), "size") == {"S": 2, "M": 1, "L": 1}

    def test_reduced_goods_are_an_offer(self):
        VariantFactory(price=900, compare_at_price=1200)
        VariantFactory()

        [value] = facets(Wish())["offer"].values
        assert (value.count, value.url, value.is_chosen) == (1, "/products/?on_sale=1", False)
        assert "offer" not in facets(Wish(low=1000))
        assert list_products(Wish(on_sale=True), read_tree()).total == 1

    def test_stock_is_a_choice_only_if_something_is_missing(self):
        shirt("S")
        assert "stock" not in facets(Wish())

        shirt("S", stock=0)
        assert said(Wish(), "stock") == {"In stock": 1}

    def test_every_choice_has_a_way_out(self):
        shirt("S")
        wish = Wish("p", sizes=("M", "S"), low=1000, high=1999, in_stock=True, on_sale=True, page=1)

        chosen = list_products(wish, read_tree()).chosen

        assert [value.words for value in chosen] == ["M", "S", "€10 to €20", "In stock", "On sale"]
        assert chosen[2].url == "/products/?q=p&size=M&size=S&in_stock=1&on_sale=1"

    def test_the_total_of_a_long_list_is_theirs(self):
        category = CategoryFactory()
        new = (
            services.NewProduct(category, f"P{n}", [services.NewVariant(f"P-{n}", "S", 100 * n)])
            for n in range(60)
        )
        list(services.bulk_create(new))

        assert list_products(Wish(), read_tree()).total == 60
        assert list_products(Wish(low=3000), read_tree()).total == 30

    def test_the_price_asked_for_is_counted_exactly_whether_round_or_odd(self):
        for price in (999, 1000, 1499, 1500, 1501):
            shirt("S", "M", price=price)

        for low, high, count in (
            (1000, 1499, 2),
            (1000, 1500, 3),
            (1001, 1500, 2),
            (None, 999, 1),
            (1500, None, 2),
        ):
            wish = Wish(low=low, high=high)
            assert said(wish, "size") == {"S": count, "M": count}
            assert list_products(wish, read_tree()).total == count

    def test_an_odd_price_counts_exactly(self):
        for price in (1234, 1235, 1236):
            shirt("S", "M", price=price)

        assert said(Wish(low=1235, high=1235), "size") == {"S": 1, "M": 1}


class TestPrices:
    def test_bands_are_few_and_round_and_leave_nothing_out(self):
        cells = [Cell((), (), step, False, 5) for step in steps()[:-3]]

        found = bands(cells)

        assert 2 <= len(found) <= 5
        assert found[0].low == 0
        assert found[-1].end is None
        assert [band.end for band in found[:-1]] == [band.low for band in found[1:]]
        assert all(band.low % 500 == 0 for band in found)

    def test_one_price_is_no_choice(self):
        assert bands([Cell((), (), 1000, False, 50)]) == []
        assert bands([]) == []

    def test_yen_have_no_decimals_and_larger_steps(self, settings):
        settings.CURRENCY = "jpy"

        assert steps()[:3] == [0, 500, 1000]
        assert price_words(500, 999) == "¥500 to ¥1,000"

    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (None, 999, "Under €10"),
            (None, 1000, "Up to €10"),
            (1000, 1999, "€10 to €20"),
            (1050, 1234, "€10.50 to €12.34"),
            (5000, None, "€50 and more"),
        ],
    )
    def test_a_range_is_said_in_words(self, low, high, words):
        assert price_words(low, high) == words

    @pytest.mark.django_db
    def test_a_band_leads_to_its_goods_and_back(self):
        for price in (500, 999, 1000, 2500, 6000):
            shirt("S", price=price)

        for value in facets(Wish())["price"].values:
            there = read_wish(dict(pair.split("=") for pair in value.url.split("?")[1].split("&")))
            assert list_products(there, read_tree()).total == value.count
            [chosen] = [each for each in facets(there)["price"].values if each.is_chosen]
            assert (chosen.words, chosen.url) == (value.words, "/products/")


labels = st.sets(st.sampled_from(["", "S", "M", "L"]), min_size=1, max_size=3)


@given(
    st.lists(
        st.tuples(labels, labels, st.sampled_from(steps()), st.booleans(), st.integers(1, 9)), max_size=12
    ),
    st.sampled_from([(), ("S",), ("M", "L")]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(None, None), (1000, None), (500, 1999)]),
)
def test_a_count_beside_a_choice_is_the_total_of_the_list_it_leads_to(rows, sizes, in_stock, on_sale, prices):
    cells = [Cell(tuple(all_), tuple(all_ & there), *rest) for all_, there, *rest in rows]
    wish = Wish(sizes=sizes, in_stock=in_stock, on_sale=on_sale, low=prices[0], high=prices[1])

    for facet in build(wish, cells).facets:
        for value in facet.values:
            pairs = [pair.split("=") for pair in value.url.partition("?")[2].split("&") if pair]
            there = read_wish({name: of for name, of in pairs if name != "size"})
            there = Wish(
                sizes=tuple(of for name, of in pairs if name == "size"),
                in_stock=there.in_stock,
                on_sale=there.on_sale,
                low=there.low,
                high=there.high,
            )
            if not value.is_chosen and not (facet.key == "size" and wish.sizes):
                assert build(there, cells).total == value.count


@pytest.mark.django_db(transaction=True)
class TestStockThatMoves:
    """The copies that counts are made of follow the warehouse, once it has committed."""

    def test_the_last_piece_and_its_return(self):
        variant = VariantFactory(label="S", stock=2)
        VariantFactory(product=variant.product, label="M", stock=1)

        def there():
            return Product.objects.values_list("sizes_there", flat=True).get()

        soon = timezone.now() + timedelta(minutes=31)
        inventory.reserve({variant.sku: 1}, reference="C-1", expires_at=soon)
        assert there() == "\nS\nM\n"
        inventory.reserve({variant.sku: 1}, reference="C-2", expires_at=soon)
        assert there() == "\nM\n"
        inventory.release("C-2")
        assert there() == "\nS\nM\n"

    def test_a_limit_of_backorders(self):
        variant = VariantFactory(label="S", stock=0)

        variant.stock_item.backorder_limit = 2
        variant.stock_item.save()

        assert Product.objects.get().sizes_there == "\nS\n"

    def test_a_place_that_stops_to_sell(self):
        VariantFactory(label="S", stock=3)
        Location.objects.update(is_sellable=False)

        assert services.refresh_all_stock() == 1
        assert services.refresh_all_stock() == 0
        assert Product.objects.get().sizes_there == ""


@pytest.mark.django_db
def test_lists_ask_for_facets_once_in_a_while(settings, django_assert_num_queries):
    settings.LIST_CACHE_SECONDS = 30
    shirt("S", "M")
    tree = read_tree()

    with django_assert_num_queries(2):
        list_products(Wish(), tree)
    with django_assert_num_queries(1):
        list_products(Wish(sizes=("M",)), tree)
