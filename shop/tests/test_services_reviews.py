"""Reviews: one per customer, shown once approved as it was read, and sums that always add up."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings, strategies

from accounts import personal
from accounts.tests.factories import StaffFactory, UserFactory
from shop.models import Product, Review
from shop.services import (
    ReviewChanged,
    ReviewDecided,
    ShopError,
    add_review,
    approve_review,
    first_name,
    reject_review,
    remove_review,
)
from shop.tests.factories import ReviewFactory, VariantFactory

pytestmark = pytest.mark.django_db


def sums(product):
    product.refresh_from_db()
    return product.rating_count, product.rating_sum


def written(review, **changes):
    """The same customer's words, with changes."""
    words = {"rating": review.rating, "title": review.title, "text": review.text, "shows_name": True}
    return add_review(review.product, review.author, proof="order T-BBB-BBB-BBB line 2", **words | changes)


@pytest.fixture
def staff():
    return StaffFactory()


class TestWriting:
    def test_a_new_review_waits_and_counts_nothing(self):
        review = ReviewFactory(rating=5)

        assert (review.state, review.decided_at, review.byline) == ("pending", None, "Robin")
        assert sums(review.product) == (0, 0)

    def test_a_second_one_takes_the_place_of_the_first(self):
        first = ReviewFactory(rating=2)

        second = written(first, rating=3, text="Better than I thought.")

        assert second.pk == first.pk
        assert (second.rating, second.text, second.version) == (3, "Better than I thought.", 2)
        assert second.proof == "order T-BBB-BBB-BBB line 2"
        assert Review.objects.count() == 1

    def test_an_approved_one_waits_again_once_it_is_rewritten(self, staff):
        review = ReviewFactory(rating=5, approved_by=staff)
        assert sums(review.product) == (1, 5)

        again = written(review, rating=1)

        assert (again.state, again.decided_at, again.decided_by) == ("pending", None, None)
        assert sums(review.product) == (0, 0)

    def test_the_same_words_again_change_nothing(self, staff):
        review = ReviewFactory(approved_by=staff)

        again = written(review)

        assert (again.state, again.version) == ("approved", review.version)
        assert sums(review.product) == (1, 4)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rating": 0},
            {"rating": 6},
            {"rating": -1},
            {"title": "x" * 121},
            {"text": ""},
            {"text": "x" * 4001},
        ],
    )
    def test_what_does_not_fit_is_refused(self, wrong):
        with pytest.raises(ShopError):
            ReviewFactory(**wrong)

        assert not Review.objects.exists()

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("Robin Example", "Robin"),
            ("  Robin  ", "Robin"),
            ("", ""),
            ("robin@example.com", ""),
            ("https://example.com", ""),
            ("x" * 60, "x" * 40),
        ],
    )
    def test_below_it_stands_a_first_name_and_never_an_address(self, name, shown):
        assert first_name(UserFactory.build(full_name=name)) == shown

    def test_whoever_wants_no_name_has_none(self):
        assert ReviewFactory(shows_name=False).byline == ""


class TestDeciding:
    def test_an_approved_one_counts(self, staff):
        review = ReviewFactory(rating=3)

        approve_review(review, by=staff)

        review.refresh_from_db()
        assert (review.state, review.decided_by, review.reason) == ("approved", staff, "")
        assert sums(review.product) == (1, 3)

    def test_a_rejected_one_does_not_and_says_why(self, staff):
        review = ReviewFactory()

        reject_review(review, reason="It names a person.", by=staff)

        review.refresh_from_db()
        assert (review.state, review.reason) == ("rejected", "It names a person.")
        assert sums(review.product) == (0, 0)

    def test_what_is_shown_can_be_taken_down_and_shown_again(self, staff):
        review = ReviewFactory(rating=5, approved_by=staff)

        reject_review(review, reason="Reported.", by=staff)
        assert sums(review.product) == (0, 0)
        approve_review(review, by=staff)

        assert sums(review.product) == (1, 5)
        assert Review.objects.get().reason == ""

    def test_deciding_twice_is_told_and_counts_once(self, staff):
        review = ReviewFactory(rating=5)
        stale = Review.objects.get()
        approve_review(review, by=staff)

        with pytest.raises(ReviewChanged):
            approve_review(stale, by=staff)
        with pytest.raises(ReviewDecided, match="shown"):
            approve_review(Review.objects.get(), by=staff)

        assert sums(review.product) == (1, 5)

    def test_words_that_were_not_read_are_not_approved(self, staff):
        as_read = ReviewFactory()
        written(as_read, text="Buy at my shop instead.")

        with pytest.raises(ReviewChanged):
            approve_review(as_read, by=staff)

        assert Review.objects.get().state == "pending"


class TestRemoving:
    @pytest.mark.parametrize("is_shown", [True, False])
    def test_its_author_takes_it_away(self, staff, is_shown):
        review = ReviewFactory(approved_by=staff if is_shown else None)

        remove_review(review)

        assert not Review.objects.exists()
        assert sums(review.product) == (0, 0)

    def test_not_what_was_decided_about_meanwhile(self, staff):
        stale = ReviewFactory()
        approve_review(Review.objects.get(), by=staff)

        with pytest.raises(ReviewChanged):
            remove_review(stale)

        assert sums(stale.product) == (1, 4)


class TestForgetting:
    def test_of_what_was_shown_the_bare_rating_stays(self, staff):
        shown = ReviewFactory(rating=5, approved_by=staff)
        ReviewFactory(author=shown.author)
        reject_review(ReviewFactory(author=shown.author), reason="No.", by=staff)
        ReviewFactory()

        personal.erase(shown.author)

        left = Review.objects.get(pk=shown.pk)
        assert (left.author, left.title, left.text, left.byline, left.proof) == (None, "", "", "", "")
        assert sums(shown.product) == (1, 5)
        assert Review.objects.count() == 2
        assert list(shown.product.reviews.told()) == []

    def test_a_customer_gets_their_own_and_nobody_elses(self):
        review = ReviewFactory(title="Mine")
        ReviewFactory(title="Not mine")

        [told] = personal.export(review.author)["reviews"]

        assert (told["title"], told["rating"], told["state"]) == ("Mine", 4, "pending")


@pytest.mark.parametrize(
    "broken",
    [
        {"rating": 0},
        {"rating": 6},
        {"state": "approved"},
        {"state": "nonsense"},
    ],
)
def test_the_database_refuses_what_no_service_writes(broken):
    review = ReviewFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**broken)


def test_a_product_cannot_have_ratings_beyond_five():
    product = VariantFactory().product

    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(rating_count=1, rating_sum=6)


ACTS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(["write", "approve", "reject", "remove"]),
        strategies.integers(0, 2),
        strategies.integers(1, 5),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(acts=ACTS)
def test_whatever_happens_the_sums_are_those_of_what_is_shown(acts):
    with transaction.atomic():
        product, staff = VariantFactory().product, StaffFactory()
        authors = [UserFactory() for _ in range(3)]
        for act, who, rating in acts:
            review = Review.objects.filter(product=product, author=authors[who]).first()
            try:
                if act == "write":
                    ReviewFactory(product=product, author=authors[who], rating=rating)
                elif review and act == "remove":
                    remove_review(review)
                elif review:
                    approve_review(review, by=staff) if act == "approve" else reject_review(
                        review, reason="No.", by=staff
                    )
            except ReviewDecided:
                pass
        shown = list(Review.objects.approved().filter(product=product).values_list("rating", flat=True))

        assert sums(product) == (len(shown), sum(shown))
        transaction.set_rollback(True)
