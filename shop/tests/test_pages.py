"""Shared pages: cached and not sent twice, yet nothing personal is ever shared."""

import pytest
from django.test import Client

from shop.models import Product
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(settings):
    settings.PAGE_CACHE_SECONDS = 30
    return VariantFactory(product__name="Blue cup", stock=1).product.get_absolute_url()


@pytest.fixture
def customer_client(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create(email="customer@shop.example"))
    return client


@pytest.mark.parametrize("page", ["/", "/products/", "/products/?q=cup"])
def test_a_visitor_without_cookies_gets_none_and_may_keep_the_page(client, page, path):
    for address in (page, path):
        response = client.get(address)

        assert not response.cookies
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert response["ETag"]
        assert "Cookie" in response["Vary"]


def test_who_has_the_page_is_not_sent_it_again(client, path):
    etag = client.get(path)["ETag"]

    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        response = client.get(path, headers={"If-None-Match": known})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag), known
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_changed_page_is_sent_again(client, path, settings):
    settings.PAGE_CACHE_SECONDS = 0
    etag = client.get(path)["ETag"]
    VariantFactory(product__name="Red cup", product__category=Product.objects.get().category)

    response = client.get(path, headers={"If-None-Match": etag})

    assert response.status_code == 200
    assert response["ETag"] != etag


@pytest.mark.parametrize("order", ["customer first", "guest first"])
def test_nobody_sees_another_ones_page(client, customer_client, path, order):
    visits = [(customer_client, "Orders", "Sign in"), (client, "Sign in", "Orders</span>")]

    for visitor, theirs, not_theirs in visits if order == "customer first" else visits[::-1]:
        page = visitor.get(path).content.decode()
        assert theirs in page
        assert not_theirs not in page.split("<main")[0]


def test_a_page_with_a_cookie_is_private_and_has_no_etag(customer_client, path):
    response = customer_client.get(path)

    assert response["Cache-Control"] == "private, no-cache"
    assert "ETag" not in response
    assert "Cookie" in response["Vary"]


def test_a_message_is_shown_to_its_visitor_only_and_once(client, path):
    added = client.post(
        "/cart/add/",
        {"variant": "0", "quantity": "1"},
        headers={"Sec-Fetch-Site": "same-origin", "Referer": f"http://testserver{path}"},
    )
    assert added.status_code == 303

    first, second = client.get(path), client.get(path)

    assert 'class="alert alert-danger"' in first.content.decode()
    assert 'class="alert alert-danger"' not in second.content.decode()
    assert 'class="alert alert-danger"' not in Client().get(path).content.decode()


def test_a_missing_product_is_found_as_soon_as_it_is_there(client, path):
    category = Product.objects.get().category
    assert client.get("/products/new/").status_code == 404

    VariantFactory(product__slug="new", product__category=category)

    assert client.get("/products/new/").status_code == 200


# --- the finished page, sent again ------------------------------------------------------------------
def test_a_finished_page_is_sent_again_with_all_its_headers_and_no_statement(
    client, path, django_assert_num_queries
):
    first = client.get(path)
    with django_assert_num_queries(0):
        again = client.get(path)

    own = {"X-Request-ID"}
    assert again.content == first.content
    assert {name: value for name, value in again.items() if name not in own} == {
        name: value for name, value in first.items() if name not in own
    }
    assert again["X-Request-ID"] != first["X-Request-ID"]


def test_a_page_that_was_not_found_is_not_kept(client, path):
    client.get("/products/none/")

    assert client.get("/products/none/").status_code == 404


def test_another_host_does_not_get_in_by_a_page_that_is_kept(client, path):
    client.get(path)

    assert client.get(path, SERVER_NAME="evil.example").status_code == 400


def test_a_head_request_and_a_post_are_not_answered_from_what_is_kept(client, path):
    client.get(path)

    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
