"""What everybody sees of reviews: approved ones only, in plain text, page by page, without a cookie."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import StaffFactory, UserFactory
from shop.models import Review
from shop.services import approve_review, reject_review
from shop.tests.factories import ReviewFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.fixture
def product():
    return VariantFactory(product__name="Blue cup", stock=3).product


def page_of(client, product):
    return client.get(product.get_absolute_url()).content.decode()


def test_only_what_is_approved_is_shown(client, product, staff):
    ReviewFactory(product=product, title="Shown", rating=5, approved_by=staff)
    ReviewFactory(product=product, title="Not read yet")
    reject_review(ReviewFactory(product=product, title="Refused"), reason="No.", by=staff)

    page = page_of(client, product)

    assert "Shown" in page
    assert "Not read yet" not in page
    assert "Refused" not in page
    assert "5.0 out of 5 stars" in page
    assert "1 review<" in page
    assert "Verified purchase" in page


def test_the_page_is_true_after_a_decision(client, product, staff, settings):
    settings.PAGE_CACHE_SECONDS = 0
    review = ReviewFactory(product=product, title="Now you see me")
    assert "Now you see me" not in page_of(client, product)

    approve_review(review, by=staff)
    assert "Now you see me" in page_of(client, product)
    reject_review(review, reason="No.", by=staff)

    assert "Now you see me" not in page_of(client, product)


def test_nobody_has_said_anything_yet(client, product):
    page = page_of(client, product)

    assert "Nobody has reviewed this yet." in page
    assert "out of 5" not in page


def test_words_are_never_markup_and_links_are_no_links(client, product, staff):
    ReviewFactory(
        product=product,
        title="<script>alert(1)</script>",
        text="First <b>line</b>\nhttps://example.com/ is my shop",
        author=UserFactory(full_name="<i>Robin</i> X"),
        approved_by=staff,
    )

    page = page_of(client, product)

    assert "<script>alert" not in page
    assert "<b>line" not in page
    assert "<i>Robin" not in page
    assert "First &lt;b&gt;line&lt;/b&gt;<br>https://example.com/ is my shop" in page
    assert 'href="https://example.com' not in page


def test_below_it_stands_the_first_name_or_a_customer_and_never_an_address(client, product, staff):
    named, quiet = UserFactory(full_name="Kim Example"), UserFactory(email="quiet@example.com")
    ReviewFactory(product=product, author=named, approved_by=staff)
    ReviewFactory(product=product, author=quiet, shows_name=False, approved_by=staff)

    page = page_of(client, product)

    assert "Kim ·" in page
    assert "A customer ·" in page
    assert "@" not in page.split("<main")[1].split("</main")[0]


def test_the_stars_are_added_up_over_all_that_is_shown(client, product, staff):
    for rating in (5, 5, 4, 1):
        ReviewFactory(product=product, rating=rating, approved_by=staff)

    page = page_of(client, product)

    assert "3.8 out of 5 stars" in page
    assert "4 reviews" in page
    bars = page.split('class="bars"')[1].split("</ul>")[0]
    assert bars.count("<li>") == 5
    assert [bars.count(f'width="{percent}"') for percent in (50, 25, 0)] == [1, 2, 2]


def test_the_rating_of_somebody_who_was_forgotten_counts_without_words(client, product, staff):
    ReviewFactory(product=product, rating=5, title="Gone", approved_by=staff)
    Review.objects.update(author=None, title="", text="", byline="", proof="")
    ReviewFactory(product=product, rating=4, title="Still here", approved_by=staff)

    page = page_of(client, product)

    assert "2 reviews" in page
    assert "4.5 out of 5 stars" in page
    assert page.count('class="opinion"') == 1


def test_more_reviews_follow_by_link_and_by_htmx(client, product, staff):
    for number in range(8):
        ReviewFactory(product=product, title=f"Title {number}", approved_by=staff)

    first = page_of(client, product)
    assert first.count('class="opinion"') == 6
    assert "Title 7" in first
    more = f"{product.get_absolute_url()}reviews/?page=2"
    assert f'href="{more}"' in first

    whole, piece = client.get(more), client.get(more, headers={"HX-Request": "true"})

    for answer in (whole, piece):
        page = answer.content.decode()
        assert page.count('class="opinion"') == 2
        assert "Title 0" in page
        assert "More reviews" not in page
        assert not answer.cookies
        assert "HX-Request" in answer["Vary"]
    assert "<html" in whole.content.decode()
    assert "<html" not in piece.content.decode()


@pytest.mark.parametrize("page", ["0", "3", "-1", "x", "1.5", "9" * 20, "²"])
def test_pages_that_are_not_there_are_not_found(client, product, staff, page):
    ReviewFactory(product=product, approved_by=staff)

    assert client.get(f"{product.get_absolute_url()}reviews/", {"page": page}).status_code == 404


def test_the_first_page_of_no_reviews_says_so(client, product):
    answer = client.get(f"{product.get_absolute_url()}reviews/")

    assert answer.status_code == 200
    assert "Nobody has reviewed this yet." in answer.content.decode()


def test_reviews_of_what_is_not_shown_are_not_found(client, product):
    product.is_active = False
    product.save()

    assert client.get(f"{product.get_absolute_url()}reviews/").status_code == 404


def test_the_page_is_the_same_for_its_author_but_for_the_header(product, staff):
    review = ReviewFactory(product=product, title="Mine", approved_by=staff)
    ReviewFactory(product=product, title="Of somebody else")
    author = Client()
    author.force_login(review.author)

    theirs, everybodys = page_of(author, product), page_of(Client(), product)

    assert theirs.split("<main")[1].split("</main")[0] == everybodys.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("count", [1, 20])
def test_reviews_cost_one_statement_however_many(client, product, staff, count):
    bare = statements(client, product)
    for _ in range(count):
        ReviewFactory(product=product, approved_by=staff)

    assert statements(client, product) == bare + 1


def statements(client, product):
    """What the product's page costs when nothing of it is cached."""
    for cache in caches.all():
        cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(product.get_absolute_url()).status_code == 200
    return len(captured)


def test_cards_show_stars_once_there_are_any(client, product, staff):
    assert "product-card-rating" not in client.get("/products/").content.decode()

    for rating in (5, 4):
        ReviewFactory(product=product, rating=rating, approved_by=staff)

    page = client.get("/products/").content.decode()
    assert "stars-9" in page
    assert "4.5 out of 5 stars" in page
    assert "(2)" in page
