"""What the demo's customers say, save and wait for: the same for the same past, and only what is not there yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.demo import OWNER, demo_customers
from accounts.models import User
from orders.models import OrderLine
from orders.services import NotBought, purchase_of
from payments.demo.clock import shop_time
from shop import services as shop
from shop.models import Product, Review, StockRequest, Variant, WishlistItem

# Somebody who uses a thing for this long knows what to say; nobody says it in the future.
USE, REST = timedelta(days=2), timedelta(minutes=50)
WISHES, PLACES_APART = 5, 7


@dataclass(frozen=True)
class Words:
    rating: int
    title: str
    text: str


# They fit whatever was bought. Every fourth purchase is passed over: not everybody writes.
SAID = (
    Words(
        5,
        "Even nicer in the hand",
        "The pictures are honest. It feels solid, and nothing about it is flimsy.",
    ),
    Words(
        4,
        "Good, with one wish",
        "It does what it should, every day since it came.\n\nI would have liked a second colour to choose from.",
    ),
    Words(5, "Bought as a present", "Well packed and quick to arrive. It was unwrapped with a smile."),
    Words(
        3,
        "Smaller than I thought",
        "Nicely made, but please look at the measures before you order. I did not.",
    ),
    Words(5, "", "Second one for us. The first is still in use, and this one is for the office."),
    Words(4, "Plain and useful", "No fuss about it. It does one thing, and it does that well."),
    Words(
        2,
        "Not for me",
        "The quality is fine. It just does not fit with what we have at home, so it went to a friend.",
    ),
    Words(5, "Just right", "Exactly as described. I would buy it again."),
    Words(4, "", "Took a few days to get used to, now I would not want to be without it."),
    Words(
        1,
        "A scratch on arrival",
        "Mine came with a scratch. It was exchanged, but that took another week.",
    ),
    Words(5, "Made to last", "You can tell that somebody thought about the details. Worth its price."),
)


def seed_opinions(now: datetime) -> None:
    """Reviews by customers who bought, all but the last of them read; a wish list; somebody who waits."""
    owner = User.objects.get(email=OWNER)
    written = [
        review
        for place, (customer, product) in enumerate(_purchases())
        if (review := _write(customer, product, SAID[place % len(SAID)], latest=now - REST))
    ]
    for review in written[:-1]:
        with shop_time(min(review.written_at + timedelta(hours=3), now - REST)):
            shop.approve_review(review, by=owner)
    customers = demo_customers()
    _save_some(customers[0])
    _wait(customers[1])


def _purchases() -> list[tuple[User, Product]]:
    """Each customer's things, once, as they were bought, without every fourth; none that has a review."""
    customers = {customer.pk: customer for customer in demo_customers()}
    lines = OrderLine.objects.filter(order__customer__in=customers, variant__isnull=False)
    bought = dict.fromkeys(
        lines.order_by("order_id", "position").values_list("order__customer", "variant__product")
    )
    goods = Product.objects.in_bulk({product for _, product in bought})
    there = set(Review.objects.values_list("author_id", "product_id"))
    return [
        (customers[customer], goods[product])
        for place, (customer, product) in enumerate(bought)
        if place % 4 != 3 and (customer, product) not in there
    ]


def _write(customer: User, product: Product, words: Words, *, latest: datetime) -> Review | None:
    try:
        line = purchase_of(customer, product)
    except NotBought:
        return None
    with shop_time(min(line.order.placed_at + USE, latest)):
        return shop.add_review(
            product,
            customer,
            proof=line.reference,
            rating=words.rating,
            title=words.title,
            text=words.text,
            shows_name=False,
        )


def _save_some(customer: User) -> None:
    """A few products from all over the shop."""
    if WishlistItem.objects.filter(user=customer).exists():
        return
    slugs = Product.objects.filter(is_active=True).order_by("pk").values_list("slug", flat=True)
    for slug in slugs[: WISHES * PLACES_APART : PLACES_APART]:
        shop.save_wish(customer, slug)


def _wait(customer: User) -> None:
    """For the first thing that is sold out, if there is one."""
    sold_out = Variant.objects.on_sale().with_available().filter(available=0).order_by("pk").first()
    if sold_out and not StockRequest.objects.filter(email=customer.email).exists():
        shop.ask_for_stock(sold_out, customer.email, user=customer)
