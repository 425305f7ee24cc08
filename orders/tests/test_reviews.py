"""Who may say something about a product: whoever bought it, and nobody else."""

import pytest
from django.test import Client

from accounts.tests.factories import StaffFactory, UserFactory
from orders import services as orders
from orders.models import Order, OrderLine
from orders.tests.factories import OrderFactory
from shop.models import Product, Review
from shop.services import approve_review, reject_review
from shop.tests.factories import ReviewFactory, VariantFactory

pytestmark = pytest.mark.django_db
WORDS = {"rating": "4", "title": "Good cup", "text": "It holds tea and keeps it warm.", "shows_name": "on"}


@pytest.fixture
def ada():
    return UserFactory(full_name="Ada Example")


@pytest.fixture
def order(ada):
    return OrderFactory(customer=ada)


@pytest.fixture
def product(order):
    return Product.objects.get(variants__pk=order.lines.get().variant_id)


@pytest.fixture
def buyer(ada, order):
    client = Client()
    client.force_login(ada)
    return client


def door(product):
    return f"/products/{product.slug}/review/"


class TestPurchases:
    def test_the_line_by_which_it_was_bought_is_the_proof(self, ada, order, product):
        assert orders.purchase_of(ada, product).reference == f"order {order.number} line 1"

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": "cancelled"},
            {"payment_state": "voided"},
            {"payment_state": "expired"},
            {"customer": None},
        ],
    )
    def test_an_order_that_came_to_nothing_or_is_nobodys_is_no_purchase(self, ada, order, product, fields):
        Order.objects.filter(pk=order.pk).update(**fields)

        with pytest.raises(orders.NotBought):
            orders.purchase_of(ada, product)

    @pytest.mark.parametrize("state", ["captured", "refunded", "part_refunded"])
    def test_what_was_sent_back_was_bought_all_the_same(self, ada, order, product, state):
        Order.objects.filter(pk=order.pk).update(payment_state=state, state="closed")

        assert orders.purchase_of(ada, product)

    @pytest.mark.broken_books
    def test_a_line_that_was_cancelled_is_no_purchase(self, ada, order, product):
        line = order.lines.get()
        OrderLine.objects.filter(pk=line.pk).update(cancelled=line.quantity)

        with pytest.raises(orders.NotBought):
            orders.purchase_of(ada, product)

    def test_another_product_and_another_customer_are_not(self, ada, order, product):
        with pytest.raises(orders.NotBought):
            orders.purchase_of(ada, VariantFactory().product)
        with pytest.raises(orders.NotBought):
            orders.purchase_of(UserFactory(), product)


def test_whoever_bought_writes_a_review_that_waits(buyer, ada, order, product):
    assert buyer.get(door(product)).status_code == 200

    answer = buyer.post(door(product), WORDS)

    assert (answer.status_code, answer["Location"]) == (303, product.get_absolute_url())
    review = Review.objects.get()
    assert (review.product, review.author, review.rating) == (product, ada, 4)
    assert (review.title, review.text, review.byline) == ("Good cup", WORDS["text"], "Ada")
    assert (review.state, review.proof) == ("pending", f"order {order.number} line 1")


def test_without_the_tick_no_name_is_shown(buyer, product):
    buyer.post(door(product), {**WORDS, "shows_name": ""})

    assert Review.objects.get().byline == ""


def test_whoever_did_not_buy_is_told_so_and_writes_nothing(client, product):
    client.force_login(UserFactory())

    for answer in (client.get(door(product)), client.post(door(product), WORDS)):
        assert answer.status_code == 403
        assert "customers who bought" in answer.content.decode()
    assert not Review.objects.exists()


def test_strangers_sign_in_first(client, product):
    answer = client.get(door(product))

    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={door(product)}"
    assert client.post(door(product), WORDS).status_code == 302
    assert client.post(f"{door(product)}delete/").status_code == 302
    assert not Review.objects.exists()


def test_nothing_that_is_sent_along_counts(buyer, ada, product):
    lies = {
        "state": "approved",
        "author": "1",
        "product": "1",
        "proof": "order X",
        "decided_by": "1",
        "version": "9",
    }

    buyer.post(door(product), {**WORDS, **lies})

    review = Review.objects.get()
    assert (review.state, review.author, review.version) == ("pending", ada, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rating": ""}, "Choose how many stars."),
        ({"rating": "6"}, "Choose how many stars."),
        ({"rating": "0"}, "Choose how many stars."),
        ({"rating": "x" * 999}, "Choose how many stars."),
        ({"text": ""}, "Say a few words about it."),
        ({"text": "Nice"}, "A few more words, please"),
        ({"text": " \u202e \n" * 50}, "A few more words, please"),
        ({"text": "x" * 4001}, "at most 4000"),
        ({"title": "x" * 121}, "at most 120"),
    ],
)
def test_what_does_not_fit_comes_back_as_it_was_typed(buyer, product, changes, words):
    answer = buyer.post(door(product), {**WORDS, **changes})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    if "text" not in changes:
        assert WORDS["text"] in page
    assert not Review.objects.exists()


def test_breaks_stay_and_signs_that_mislead_go(buyer, product):
    buyer.post(
        door(product),
        {**WORDS, "title": "a\u202eb\tc", "text": "One  line.\r\n\r\n\r\n\r\nAn\u202eother one."},
    )

    review = Review.objects.get()
    assert (review.title, review.text) == ("ab c", "One line.\n\nAnother one.")


def test_a_change_waits_to_be_read_again(buyer, product):
    buyer.post(door(product), WORDS)
    approve_review(Review.objects.get(), by=StaffFactory())
    assert "is shown on" in buyer.get(door(product)).content.decode()

    buyer.post(door(product), {**WORDS, "rating": "1"})

    assert Review.objects.get().state == "pending"
    product.refresh_from_db()
    assert (product.rating_count, product.rating_sum) == (0, 0)


def test_the_author_reads_why_it_is_not_shown(buyer, product):
    buyer.post(door(product), WORDS)
    reject_review(Review.objects.get(), reason="It names <b>a person</b>.", by=StaffFactory())

    page = buyer.get(door(product)).content.decode()

    assert "It names &lt;b&gt;a person&lt;/b&gt;." in page
    assert WORDS["text"] in page


def test_the_author_deletes_it_and_nobody_elses(buyer, product):
    others = ReviewFactory(product=product)
    assert buyer.post(f"{door(product)}delete/").status_code == 404
    buyer.post(door(product), WORDS)

    assert buyer.get(f"{door(product)}delete/").status_code == 405
    assert buyer.post(f"{door(product)}delete/").status_code == 303

    assert list(Review.objects.all()) == [others]


def test_too_many_at_once_come_back_as_typed(buyer, product):
    for number in range(20):
        buyer.post(door(product), {**WORDS, "title": f"Number {number}"})

    answer = buyer.post(door(product), {**WORDS, "title": "One more"})

    assert answer.status_code == 429
    assert "One more" in answer.content.decode()


@pytest.mark.parametrize("slug", ["nothing", "x" * 200])
def test_a_product_that_is_not_there_is_not_found(buyer, slug):
    assert buyer.get(f"/products/{slug}/review/").status_code == 404


def test_the_form_is_kept_by_nobody(buyer, product):
    assert "no-store" in buyer.get(door(product))["Cache-Control"]


def test_the_order_page_invites_its_customer_once_it_was_sent(buyer, order, product):
    before = buyer.get(f"/orders/{order.number}/").content.decode()
    orders.record_payment(order, "captured", "Payment settled.", key="captured")
    orders.ship(order, {1: 1}, key="parcel 1")
    after = buyer.get(f"/orders/{order.number}/").content.decode()

    assert f'href="{door(product)}"' not in before
    assert f'href="{door(product)}"' in after


def test_a_guests_order_says_who_may_review(client):
    order = OrderFactory(payment_state="captured")
    orders.ship(order, {1: 1}, key="parcel 1")

    page = client.get(f"/orders/g/{order.token}/").content.decode()

    assert "/review/" not in page
    assert "Reviews are written by customers with an account" in page
