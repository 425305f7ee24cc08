"""What the shop room keeps about a customer, for accounts.personal."""

from accounts.models import User
from shop.models import Review, WishlistItem, WishlistLink
from shop.services import forget_letters, forget_reviews, letters_of, requests_of


def reviews(user: User) -> list[dict]:
    return [
        {
            "product": review.product.name,
            "rating": review.rating,
            "title": review.title,
            "text": review.text,
            "shown_name": review.byline,
            "state": review.state,
            "reason": review.reason,
            "bought_with": review.proof,
            "written_at": review.written_at.isoformat(),
        }
        for review in Review.objects.filter(author=user).select_related("product").order_by("pk")
    ]


def erase_reviews(user: User) -> None:
    forget_reviews(user)


def wishes(user: User) -> list[dict]:
    return [
        {
            "product": item.product.name,
            "size": item.variant.label if item.variant else "",
            "price_when_saved": item.seen_price,
            "saved_at": item.added_at.isoformat(),
        }
        for item in WishlistItem.objects.filter(user=user).select_related("product", "variant").order_by("pk")
    ]


def erase_wishes(user: User) -> None:
    WishlistItem.objects.filter(user=user).delete()
    WishlistLink.objects.filter(user=user).delete()


def requests(user: User) -> list[dict]:
    return [
        {
            "product": str(request.variant),
            "email": request.email,
            "asked_at": request.created_at.isoformat(),
            "told_at": request.notified_at.isoformat() if request.notified_at else "",
        }
        for request in requests_of(user).select_related("variant__product").order_by("pk")
    ]


def erase_requests(user: User) -> None:
    requests_of(user).delete()


def letters(user: User) -> list[dict]:
    return [
        {
            "name": letter.name,
            "email": letter.email,
            "order_number": letter.order_number,
            "text": letter.text,
            "sent_at": letter.created_at.isoformat(),
        }
        for letter in letters_of(user)
    ]


def erase_letters(user: User) -> None:
    forget_letters(user)
