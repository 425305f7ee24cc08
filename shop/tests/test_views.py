"""The pages of the shop window: what they show, what they cost, and what they never do."""

import re

import pytest
from django.test import Client

from accounts.tests.factories import StaffFactory
from shop import services
from shop.tests.factories import CategoryFactory, ReviewFactory, VariantFactory, picture_file

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

# One of them is for the footer, which stays in the cache for a minute.
LIST_BUDGET, PRODUCT_BUDGET = 4, 7


def fill(count, category=None):
    """Put `count` products with two variants each into the window."""
    category = category or CategoryFactory(slug="filled")
    new = (
        services.NewProduct(
            category,
            f"Thing {n}",
            [services.NewVariant(f"{category.slug}-{n}-{size}", size, 100 + n) for size in "SL"],
        )
        for n in range(count)
    )
    list(services.bulk_create(new))


@pytest.fixture
def customer_client(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create(email="customer@shop.example"))
    return client


class TestPages:
    def test_the_front_page_leads_to_goods(self, client):
        variant = VariantFactory(product__name="Blue cup", stock=1)

        page = client.get("/").content.decode()

        assert variant.product.get_absolute_url() in page
        assert variant.product.category.get_absolute_url() in page

    def test_an_empty_shop_has_a_front_page(self, client):
        assert "The shelves are being filled" in client.get("/").content.decode()

    def test_a_product_page_offers_its_sizes(self, client):
        product = VariantFactory(label="Small", price=1000, stock=3).product
        gone = VariantFactory(product=product, label="Large", price=1500, stock=0)

        page = client.get(product.get_absolute_url()).content.decode()

        assert "<span data-price>€10.00 to €15.00</span>" in page
        assert "3 left" in page
        assert "checked" not in page
        assert f'id="variant-{gone.pk}" value="{gone.pk}" required disabled' in page
        assert "csrfmiddlewaretoken" not in page

    def test_a_sold_out_product_cannot_be_put_into_the_cart(self, client):
        page = client.get(VariantFactory(stock=0).product.get_absolute_url()).content.decode()

        assert "disabled>Sold out</button>" in page
        assert ">Add to cart<" not in page.split("data-buy-bar")[0]

    def test_the_head_says_what_the_page_is(self, client, settings):
        settings.PUBLIC_BASE_URL = "https://shop.example"
        product = VariantFactory(product__name="Cup & <Saucer>", product__summary='A "good" one').product

        page = client.get(product.get_absolute_url(), {"utm": "x"}).content.decode()

        assert f'<link rel="canonical" href="https://shop.example/products/{product.slug}/">' in page
        assert "<title>Cup &amp; &lt;Saucer&gt; · Tally</title>" in page
        assert 'name="description" content="A &quot;good&quot; one"' in page

    def test_stored_text_is_never_markup(self, client):
        attack = "<script>alert(1)</script>"
        category = CategoryFactory(name=attack, intro=attack)
        product = services.create_product(
            category, attack, slug="evil", summary=attack, description=attack, is_featured=True
        )
        services.add_variant(product, "EVIL", f'"{attack}', 100, country_of_origin="<b")
        services.add_variant(product, "EVIL-2", "x", 100)

        for address in (
            "/",
            "/products/",
            "/products/evil/",
            category.get_absolute_url(),
            f"/products/?q={attack}",
        ):
            assert attack not in client.get(address).content.decode()

    def test_nothing_found_leads_on(self, client):
        VariantFactory(product__category__name="Kitchen")

        page = client.get("/products/", {"q": "zebra"}).content.decode()

        assert "Nothing found for “zebra”" in page
        assert page.count("Kitchen") >= 2

    @pytest.mark.parametrize(
        "path", ["/products/none/", "/category/none/", "/products/?category=none", "/products/?page=2"]
    )
    def test_what_does_not_exist_is_404(self, client, path):
        assert client.get(path).status_code == 404

    def test_pages_are_only_read(self, client):
        for path in ("/", "/products/", "/category/x/", "/products/x/"):
            assert client.post(path).status_code == 405


class TestOddInput:
    @pytest.mark.parametrize("field", ["q", "category", "sort", "in_stock", "min", "max", "page", "unknown"])
    @pytest.mark.parametrize(
        "value",
        [
            "",
            "\x00",
            "abc",
            "-1",
            "1" + "0" * 30,
            "1e309",
            "NaN",
            "%",
            "'; --",
            "\ud800",
            "ÿ",
            "x" * 5000,
            "[]",
            "../..",
        ],
    )
    def test_no_value_of_any_filter_is_an_error_of_ours(self, client, field, value):
        VariantFactory(stock=1)

        response = client.get("/products/", {field: value.encode("utf-8", "surrogatepass")})

        assert response.status_code in {200, 400, 404}

    @pytest.mark.parametrize(
        "raw", ["%ff%fe", "q=%00", "q=%ed%a0%80", "page=%EF%BC%91", "&&&=&q", "q=a&q=b&page=1&page=2"]
    )
    def test_no_raw_query_is_an_error_of_ours(self, client, raw):
        assert client.get(f"/products/?{raw}").status_code in {200, 400, 404}


class TestBudgets:
    """The same number of queries with 3 products as with 300."""

    @pytest.mark.parametrize("count", [3, 300])
    @pytest.mark.parametrize(
        "path", ["/products/", "/category/filled/", "/products/?q=thing&in_stock=1&sort=price"]
    )
    def test_a_list(self, client, django_assert_max_num_queries, count, path):
        fill(count)

        with django_assert_max_num_queries(LIST_BUDGET):
            assert client.get(path).status_code == 200

    @pytest.mark.parametrize("count", [3, 300])
    def test_a_product(self, client, django_assert_max_num_queries, count):
        fill(count)

        with django_assert_max_num_queries(PRODUCT_BUDGET):
            assert client.get("/products/thing-1-filled-1-s/").status_code == 200

    def test_a_product_with_everything(self, client, settings, tmp_path, django_assert_max_num_queries):
        settings.MEDIA_ROOT = tmp_path
        product = VariantFactory(stock=3).product
        VariantFactory.create_batch(4, product=product, stock=3)
        for colour in ((1, 2, 3), (4, 5, 6), (7, 8, 9)):
            services.add_image(product, picture_file(40, 40, colour=colour), "A thing")
        for _ in range(3):
            ReviewFactory(product=product, rating=4, approved_by=StaffFactory())

        with django_assert_max_num_queries(PRODUCT_BUDGET):
            page = client.get(product.get_absolute_url()).content.decode()
        assert page.count("data-zoom>") == 3
        assert "4.0" in page

    @pytest.mark.parametrize("path", ["/", "/products/", "/products/thing-1-filled-1-s/"])
    def test_a_customer_costs_two_more_for_the_session_and_the_account(
        self, customer_client, django_assert_max_num_queries, path
    ):
        fill(30)

        with django_assert_max_num_queries(PRODUCT_BUDGET + 2):
            assert customer_client.get(path).status_code == 200

    @pytest.mark.parametrize("path", ["/", "/products/", "/products/thing-1-filled-1-s/"])
    def test_a_warm_page_asks_nothing(self, client, django_assert_num_queries, settings, path):
        settings.PAGE_CACHE_SECONDS = 30
        fill(3)
        client.get(path)

        with django_assert_num_queries(0):
            assert client.get(path).status_code == 200
        client.cookies["cart"] = "anything"
        with django_assert_num_queries(0):
            assert client.get(path).status_code == 200


def test_the_header_leads_to_what_is_on_sale_if_anything_is(client, settings):
    settings.PAGE_CACHE_SECONDS = 0
    variant = VariantFactory(price=1000)
    assert "on_sale=1" not in client.get("/products/").content.decode().split("<main")[0]

    services.set_prices(variant, 800, 1000, None)

    header = client.get("/products/", {"on_sale": "1"}).content.decode().split("<main")[0]
    assert '?on_sale=1" aria-current="page">On sale</a>' in header


def test_sorting_keeps_the_filters_and_a_price_keeps_the_rest(client):
    VariantFactory(price=1000, compare_at_price=2000, stock=1)
    asked = {"q": "thing", "sort": "name", "in_stock": "1", "on_sale": "1", "min": "5", "max": "20"}

    page = client.get("/products/", asked).content.decode()

    def hidden(of):
        form = page[page.index(f'<form class="{of}"') :]
        return set(re.findall(r'type="hidden" name="(\w+)"', form[: form.index("</form>")]))

    assert hidden("sort") == {"q", "in_stock", "on_sale", "min", "max"}
    assert hidden("side-price") == {"q", "in_stock", "on_sale", "sort"}


def test_each_chosen_filter_can_be_taken_away_by_a_link(client):
    VariantFactory(price=1000, compare_at_price=2000, stock=1)

    page = client.get("/products/", {"in_stock": "1", "on_sale": "1"}).content.decode()

    chips = page[page.index("chips-chosen") :]
    chips = chips[: chips.index("</ul>")]
    assert re.findall(r'class="chip" href="([^"]+)"', chips) == [
        "/products/?on_sale=1",
        "/products/?in_stock=1",
    ]
    assert 'class="chips-clear" href="/products/"' in chips


def test_filters_that_leave_nothing_can_be_taken_away_again(client):
    VariantFactory(stock=0)

    page = client.get("/products/", {"in_stock": "1"}).content.decode()

    assert "Nothing fits all of these filters" in page
    assert 'class="chip" href="/products/"' in page
