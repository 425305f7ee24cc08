"""What is offered while somebody types, and who may keep it."""

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from shop import services
from shop.suggesting import suggest
from shop.tests.factories import CategoryFactory, VariantFactory
from shop.tree import read_tree
from shop.wish import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitchen():
    category = CategoryFactory(name="Tea & Coffee", slug="tea-coffee")
    for name in ("Green Tea", "Teapot", "Tea Towel", "Tea Strainer", "Tea Caddy", "Tea Cosy"):
        VariantFactory(product__name=name, product__category=category, price=1999, stock=1)
    return category


def ask(client, text, **headers):
    return client.get(reverse("shop:suggestions"), {"q": text}, **headers)


def test_goods_and_categories_and_the_whole_search_are_eight_at_most(kitchen, client):
    page = ask(client, "tea").content.decode()

    assert page.count('role="option"') == 7
    assert kitchen.get_absolute_url() in page
    assert "€19.99" in page
    assert 'href="/products/?q=tea"' in page


def test_half_a_word_is_enough(kitchen):
    assert suggest(Wish("te tow"), read_tree()).goods[0]["name"] == "Tea Towel"


def test_the_word_that_was_meant_is_offered(kitchen, client):
    page = ask(client, "taepot").content.decode()

    assert "Did you mean “teapot”?" in page
    assert 'href="/products/?q=teapot"' in page


@pytest.mark.parametrize("text", ["", " ", "t", "xqzwvb", "%", "\x01"])
def test_nothing_is_said_where_nothing_fits(kitchen, client, text):
    answer = ask(client, text)

    assert (answer.status_code, answer.content) == (200, b"")


def test_everybody_gets_the_same_to_keep_for_seconds(kitchen, client):
    stranger = ask(client, "tea")
    client.force_login(UserFactory())
    client.cookies["cart"] = "x"
    customer = ask(client, "tea")

    assert stranger.content == customer.content
    for answer in (stranger, customer):
        assert answer["Cache-Control"] == "public, max-age=10"
        assert answer["X-Robots-Tag"] == "noindex"
        assert "Vary" not in answer or "Cookie" not in answer["Vary"]
        assert not answer.cookies.get("session")
    assert not stranger.cookies
    assert ask(client, "tea", headers={"If-None-Match": stranger["ETag"]}).status_code == 304


def test_each_language_has_its_own(kitchen, client):
    assert (
        'href="/de/products/?q=tea"' in client.get("/de/search/suggestions/", {"q": "tea"}).content.decode()
    )
    assert 'href="/products/?q=tea"' in ask(client, "tea").content.decode()


def test_suggestions_are_only_read(client):
    assert client.post(reverse("shop:suggestions")).status_code == 405


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "'; DROP TABLE--", "%00"])
def test_what_is_typed_is_never_markup(client, text):
    VariantFactory(product__name='<b>"script" alert(1) img src=x', product__category__name="<i>drop")

    page = ask(client, text.encode("utf-8", "surrogatepass")).content.decode()

    assert "<b>" not in page
    assert "<script" not in page
    assert "<i>" not in page


@pytest.mark.parametrize("count", [3, 300])
@pytest.mark.parametrize("text", ["thing", "thnig", "xqzw"])
def test_a_suggestion_costs_three_statements_at_most(client, count, text, django_assert_max_num_queries):
    category = CategoryFactory()
    new = (
        services.NewProduct(category, f"Thing {n}", [services.NewVariant(f"T-{n}", "", 1)])
        for n in range(count)
    )
    list(services.bulk_create(new))

    with django_assert_max_num_queries(3):
        assert ask(client, text).status_code == 200


def test_the_header_has_a_search_that_works_without_scripts(client):
    page = client.get("/").content.decode()

    assert 'action="/products/"' in page
    assert 'hx-get="/search/suggestions/"' in page
    assert 'role="listbox"' in page
    assert 'role="combobox"' not in page
