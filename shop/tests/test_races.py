"""Many at once, on PostgreSQL: sums of ratings stay true, lists keep their limit, everybody is told once."""

import threading
from collections import Counter

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StaffFactory, UserFactory
from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from shop.models import Product, Review, StockRequest, WishlistItem, WishlistLink
from shop.services import (
    add_review,
    approve_review,
    ask_for_stock,
    reject_review,
    save_wish,
    share_wishes,
    tell_who_waits,
)
from shop.tests.factories import ReviewFactory, StockRequestFactory, VariantFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Needs PostgreSQL."),
]


def all_at_once(acts):
    """Run every act in a thread of its own, from one starting gun; what became of each, by name of its error."""
    gate, ends = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait(30)
            act()
            ends.append("done")
        except Exception as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(ends)


def sums(product):
    product.refresh_from_db()
    return product.rating_count, product.rating_sum


def mails(path):
    return DBTaskResult.objects.filter(task_path=f"shop.tasks.{path}").count()


def test_a_review_that_many_decide_about_counts_once():
    review, staff = ReviewFactory(rating=5), StaffFactory()

    ends = all_at_once(
        [lambda: approve_review(Review.objects.get(pk=review.pk), by=staff) for _ in range(6)]
        + [lambda: reject_review(Review.objects.get(pk=review.pk), reason="No.", by=staff) for _ in range(6)]
    )

    assert set(ends) <= {"done", "ReviewChanged", "ReviewDecided"}
    review.refresh_from_db()
    assert sums(review.product) == ((1, 5) if review.state == "approved" else (0, 0))


def test_approvals_of_one_product_all_count():
    product, staff = VariantFactory().product, StaffFactory()
    reviews = [ReviewFactory(product=product, rating=1 + number % 5) for number in range(12)]

    ends = all_at_once([lambda each=each: approve_review(each, by=staff) for each in reviews])

    assert ends == {"done": 12}
    assert sums(product) == (12, sum(each.rating for each in reviews))


def test_rewriting_against_approving_leaves_true_sums():
    for _ in range(5):
        review, staff = ReviewFactory(rating=5), StaffFactory()

        def rewrite(review=review):
            words = {"title": "", "text": "Other words than before.", "shows_name": False}
            add_review(review.product, review.author, proof="order X line 1", rating=1, **words)

        all_at_once([rewrite, lambda review=review, staff=staff: approve_review(review, by=staff)])

        review.refresh_from_db()
        shown = (1, review.rating) if review.state == "approved" else (0, 0)
        assert sums(review.product) == shown
        assert not (review.state == "approved" and review.rating == 1), "approved what nobody had read"


def test_the_form_sent_many_times_at_once_makes_one_review():
    product, author = VariantFactory().product, UserFactory()

    def send():
        add_review(
            product, author, proof="order X line 1", rating=4, title="", text="Good enough.", shows_name=False
        )

    assert all_at_once([send] * 8) == {"done": 8}
    assert Review.objects.count() == 1
    assert Product.objects.get(pk=product.pk).rating_count == 0


def test_the_last_place_on_a_wish_list_is_given_once(settings):
    settings.WISHLIST_MAX = 3
    user = UserFactory()
    slugs = [VariantFactory().product.slug for _ in range(10)]

    ends = all_at_once([lambda slug=slug: save_wish(user, slug) for slug in slugs])

    assert ends == {"done": 3, "WishlistFull": 7}
    assert WishlistItem.objects.filter(user=user).count() == 3


def test_one_wish_and_one_link_however_often_the_button_is_pressed():
    user, slug = UserFactory(), VariantFactory().product.slug

    assert all_at_once([lambda: save_wish(user, slug)] * 6 + [lambda: share_wishes(user)] * 6) == {"done": 12}
    assert WishlistItem.objects.count() == WishlistLink.objects.count() == 1


def test_workers_at_once_tell_everybody_once():
    variant = VariantFactory(stock=0)
    for _ in range(40):
        StockRequestFactory(variant=variant)
    inventory.receive(variant.sku, 100, location=LocationFactory(), cause="receipt 1")

    assert all_at_once([tell_who_waits] * 6) == {"done": 6}

    assert StockRequest.objects.filter(notified_at=None).count() == 0
    assert mails("send_back_in_stock") == 40


def test_workers_at_once_never_tell_more_than_the_pieces_are_worth(settings):
    settings.BACK_IN_STOCK_PER_PIECE = 3
    variant = VariantFactory(stock=0)
    requests = [StockRequestFactory(variant=variant) for _ in range(40)]
    inventory.receive(variant.sku, 2, location=LocationFactory(), cause="receipt 1")

    all_at_once([tell_who_waits] * 6)

    told = StockRequest.objects.exclude(notified_at=None).order_by("pk")
    assert [each.pk for each in told] == [each.pk for each in requests[:6]]
    assert mails("send_back_in_stock") == 6


def test_the_same_address_that_asks_many_times_at_once_waits_once():
    variant = VariantFactory(stock=0)

    assert all_at_once([lambda: ask_for_stock(variant, "a@example.com", user=None)] * 8) == {"done": 8}
    assert StockRequest.objects.count() == 1


def test_without_the_guard_everybody_would_be_told_again(monkeypatch):
    """The negative control: taken away the condition of the UPDATE, the races above would be lost."""
    variant = VariantFactory(stock=0)
    for _ in range(20):
        StockRequestFactory(variant=variant)
    inventory.receive(variant.sku, 100, location=LocationFactory(), cause="receipt 1")
    gate = threading.Barrier(2)

    def queue_then_meet(variant_id):
        waiting = StockRequest.objects.open().filter(variant=variant_id).order_by("pk")
        found = list(waiting.values_list("pk", flat=True))
        gate.wait(30)
        return found

    monkeypatch.setattr("shop.services.waiting._queue", queue_then_meet)
    monkeypatch.setattr("shop.services.waiting._unclaimed", lambda pk: StockRequest.objects.filter(pk=pk))

    all_at_once([tell_who_waits] * 2)

    assert mails("send_back_in_stock") > 20
