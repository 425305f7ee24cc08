"""Reviews: written by customers who bought, read by staff before anybody else does.

Every change is an UPDATE that names the version it was decided upon, and the product's sums follow in the same
transaction: of two changes at a time one wins, and the sums are right without any lock.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from shop.models import Product, Review
from shop.models.reviews import BEST_RATING, LONGEST_BYLINE, LONGEST_TEXT
from shop.services.errors import ReviewChanged, ReviewDecided, ShopError

WORDS = ("rating", "title", "text", "byline")
_NEW = {"state": Review.State.PENDING, "reason": "", "decided_at": None, "decided_by": None}


def add_review(
    product: Product,
    author: User,
    *,
    proof: str,
    rating: int,
    title: str,
    text: str,
    shows_name: bool,
) -> Review:
    """Take in what a customer says of a product; a second one takes the place of their first. Staff read it next.

    `proof` names the order line that it was bought with: whoever calls this has checked it. The same words again change
    nothing. Raises ShopError if something does not fit, and ReviewChanged if it was changed at the same moment.
    """
    words = {
        "rating": rating,
        "title": title,
        "text": text,
        "byline": first_name(author) if shows_name else "",
    }
    review = Review(product=product, author=author, proof=proof, **words)
    _check(review)
    earlier = Review.objects.filter(product=product, author=author).first()
    if earlier is None:
        try:
            with transaction.atomic():
                review.save(force_insert=True)
                return review
        except IntegrityError:  # the same form, sent twice at once
            earlier = Review.objects.filter(product=product, author=author).first()
    if earlier is None:
        raise ReviewChanged
    return _rewrite(earlier, proof, words)


def _check(review: Review) -> None:
    if not 1 <= review.rating <= BEST_RATING:
        raise ShopError(_("Choose from one to %(best)s stars.") % {"best": BEST_RATING})
    if len(review.text) > LONGEST_TEXT:
        raise ShopError(_("At most %(most)s characters, please.") % {"most": LONGEST_TEXT})
    try:
        review.full_clean(exclude=["product", "author"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise ShopError(" ".join(error.messages)) from error


def _rewrite(review: Review, proof: str, words: dict[str, object]) -> Review:
    if all(getattr(review, name) == value for name, value in words.items()):
        return review
    with transaction.atomic():
        _change(review, **_NEW, **words, proof=proof, written_at=timezone.now())
    review.refresh_from_db()
    return review


def first_name(user: User) -> str:
    """What may stand below a review: the first word of the name, never anything that looks like an address."""
    first = next(iter(user.full_name.split()), "")
    return "" if "@" in first or "://" in first else first[:LONGEST_BYLINE]


@transaction.atomic
def remove_review(review: Review) -> None:
    """Take a review away for good, as its author asks; raises ReviewChanged if it was changed at the same moment."""
    if not Review.objects.filter(pk=review.pk, version=review.version).delete()[0]:
        raise ReviewChanged
    if review.state == Review.State.APPROVED:
        _add_up(review.product_id, -1, -review.rating)


def approve_review(review: Review, *, by: User) -> None:
    """Show it to everybody, as it was read: `review.version` says what that was.

    Raises ReviewDecided if it is shown already, ReviewChanged if it was rewritten or decided about meanwhile.
    """
    _decide(review, Review.State.APPROVED, reason="", by=by)


def reject_review(review: Review, *, reason: str, by: User) -> None:
    """Do not show it, or no longer; the author reads the reason. Raises ReviewDecided and ReviewChanged likewise."""
    _decide(review, Review.State.REJECTED, reason=reason, by=by)


@transaction.atomic
def _decide(review: Review, state: str, *, reason: str, by: User) -> None:
    if review.state == state:
        raise ReviewDecided(
            _("This review is decided already: %(state)s.") % {"state": review.get_state_display()}
        )
    _change(review, state=state, reason=reason, decided_at=timezone.now(), decided_by=by)


def _change(review: Review, **fields: object) -> None:
    """Write the fields if nobody has changed the row since it was read, and keep the product's sums."""
    unchanged = Review.objects.filter(pk=review.pk, version=review.version)
    if not unchanged.update(version=F("version") + 1, **fields):
        raise ReviewChanged
    before = _counts(review)
    for name, value in {**fields, "version": review.version + 1}.items():
        setattr(review, name, value)
    after = _counts(review)
    if before != after:
        _add_up(review.product_id, after[0] - before[0], after[1] - before[1])


def _counts(review: Review) -> tuple[int, int]:
    return (1, review.rating) if review.state == Review.State.APPROVED else (0, 0)


def _add_up(product_id: int, count: int, total: int) -> None:
    Product.objects.filter(pk=product_id).update(
        rating_count=F("rating_count") + count, rating_sum=F("rating_sum") + total
    )


@transaction.atomic
def forget_reviews(user: User) -> None:
    """Take a person out of the reviews: of what was shown the bare rating stays, all else is deleted.

    A rating without name, words and order tells nothing of who gave it, and the product keeps its average.
    """
    for review in Review.objects.select_for_update().filter(author=user):
        if review.state == Review.State.APPROVED:
            _change(review, author=None, title="", text="", byline="", proof="")
        else:
            remove_review(review)
