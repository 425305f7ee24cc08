"""What pages ask for that are open already: the stock by now, and what was looked at before."""

import pytest

from inventory import services as inventory
from inventory.models import Location
from shop import services
from shop.services import refresh_product
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db

STOCK_BUDGET = 2


@pytest.fixture
def tee():
    return VariantFactory(product__slug="tee", label="S", stock=3).product


class TestStock:
    PATH = "/products/tee/stock/"

    def test_it_tells_each_choice(self, client, tee):
        gone = VariantFactory(product=tee, label="M", stock=0)

        answer = client.get(self.PATH).content.decode()

        assert (
            f'<data value="{gone.pk}" data-state="out" data-stock="Sold out" data-note="Sold out"' in answer
        )
        assert 'data-state="low" data-stock="3 left" data-note="3 left" data-most="3"' in answer

    def test_it_follows_the_shelf(self, client, tee):
        client.get(self.PATH)
        sku = tee.variants.get().sku
        inventory.adjust(sku, -3, location=Location.objects.get(), cause="test", reason="All were broken.")

        assert 'data-state="out"' in client.get(self.PATH).content.decode()

    def test_everybody_shares_one_answer_and_who_has_it_is_not_sent_it_again(self, client, tee, settings):
        settings.PAGE_CACHE_SECONDS = 30
        first = client.get(self.PATH)
        client.cookies["cart"] = "anything"

        again = client.get(self.PATH, headers={"If-None-Match": first["ETag"]})

        assert (again.status_code, again.content) == (304, b"")
        for answer in (first, again):
            assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
            assert "Cookie" not in answer.get("Vary", "")
            assert not answer.cookies

    @pytest.mark.parametrize("sizes", [3, 60])
    def test_it_costs_two_statements_and_warm_none(
        self, client, tee, settings, django_assert_max_num_queries, django_assert_num_queries, sizes
    ):
        settings.PAGE_CACHE_SECONDS = 30
        VariantFactory.create_batch(sizes, product=tee, stock=1)

        with django_assert_max_num_queries(STOCK_BUDGET):
            client.get(self.PATH)
        with django_assert_num_queries(0):
            client.get(self.PATH)

    @pytest.mark.parametrize(
        "hidden",
        [{"is_active": False}, {"category__is_active": False}, {"category__parent__is_active": False}],
    )
    def test_what_is_not_shown_tells_nothing(self, client, hidden):
        if "category__parent__is_active" in hidden:
            hidden = {"category": CategoryFactory(parent=CategoryFactory(is_active=False))}
        product = ProductFactory(**hidden)
        VariantFactory(product=product, stock=3)

        assert client.get(f"/products/{product.slug}/stock/").status_code == 404

    def test_what_is_off_sale_is_left_out(self, client, tee):
        tee.variants.update(is_active=False)

        assert client.get(self.PATH).status_code == 404

    def test_it_is_only_read(self, client, tee):
        assert client.post(self.PATH).status_code == 405


class TestSeen:
    PATH = "/products/seen/"

    def names(self, client, slugs):
        return [card["slug"] for card in client.get(self.PATH, {"slugs": slugs}).context["cards"]]

    def test_cards_come_in_the_order_that_was_asked_for(self, client):
        for slug in "abc":
            VariantFactory(product__slug=slug)

        assert self.names(client, "b,a,c,b") == ["b", "a", "c"]

    def test_at_most_eight(self, client):
        slugs = [VariantFactory().product.slug for _ in range(12)]

        assert self.names(client, ",".join(slugs)) == slugs[:8]

    @pytest.mark.parametrize("slugs", ["", ",", "unknown", "a b,<script>,%00", "x" * 5000, "a," * 3000])
    def test_what_nobody_knows_is_left_out(self, client, slugs):
        answer = client.get(self.PATH, {"slugs": slugs})

        assert (answer.status_code, answer.content.strip()) == (200, b"")

    def test_hidden_products_are_left_out(self, client):
        hidden = VariantFactory(product__slug="hidden", product__is_active=False).product
        refresh_product(hidden)

        assert self.names(client, "hidden") == []

    def test_it_is_nobody_elses_and_sets_no_cookie(self, client):
        answer = client.get(self.PATH, {"slugs": "a"})

        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies

    def test_without_anything_seen_no_statement_is_made_for_it(self, client, django_assert_max_num_queries):
        client.get("/products/")
        with django_assert_max_num_queries(1):
            client.get(self.PATH)


def test_a_product_cannot_take_an_address_of_the_shop():
    with pytest.raises(services.ShopError, match="address"):
        services.create_product(CategoryFactory(), "Seen", slug="seen")
    assert services.create_product(CategoryFactory(), "Seen").slug != "seen"
