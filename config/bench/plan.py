"""What is measured, and what is to be reached."""

from collections.abc import Callable
from dataclasses import dataclass

from config.bench import journeys
from config.bench.journeys import Act, Prepared, Street

CLIENTS = (1, 8, 32)


@dataclass(frozen=True)
class Target:
    """What to reach at so many clients: at least so many times the floor's rate or walks per second, p95 below so many
    milliseconds, at most so many times the floor's processor time."""

    clients: int
    of_floor: float | None = None
    per_second: float | None = None
    p95_below: float | None = None
    cpu_of_floor: float | None = None


@dataclass(frozen=True)
class Step:
    """One row: what visitors do in the shop, and what on the floor is nearest to it.

    `stretch` makes its windows longer. With `come_up`, visitors are prepared before the clock runs, and each walks
    once; `crowd` says how many of them per client.
    """

    key: str
    title: str
    shop: Callable[..., None]
    floor: Act
    target: Target | None = None
    stretch: float = 1.0
    come_up: Callable[[Street], Prepared] | None = None
    crowd: int = 0


STEPS = (
    Step(
        "list",
        "list page, first visit",
        journeys.list_page,
        journeys.floor_page,
        Target(8, of_floor=2, cpu_of_floor=0.4),
    ),
    Step(
        "list_known",
        "list page, known already (304)",
        journeys.known_list,
        journeys.floor_page,
        Target(8, cpu_of_floor=0.25),
    ),
    Step(
        "list_cart",
        "list page, visitor with a cart",
        journeys.list_with_cart,
        journeys.floor_page,
        Target(8, cpu_of_floor=0.6),
    ),
    Step("lists", "lists that few look at", journeys.many_lists, journeys.floor_page),
    Step(
        "product",
        "product page, one of 20 popular",
        journeys.popular_product,
        journeys.floor_product,
        Target(8, of_floor=2, cpu_of_floor=0.4),
    ),
    Step("products", "product page, any", journeys.any_product, journeys.floor_product),
    Step(
        "search",
        "search",
        journeys.search,
        journeys.floor_search,
        Target(8, of_floor=0.5, cpu_of_floor=1.5),
    ),
    Step(
        "add",
        "product page + add to cart",
        journeys.product_and_cart,
        journeys.floor_product_and_cart,
        Target(8, of_floor=1 / 3),
    ),
    Step(
        "checkout",
        "whole guest checkout",
        journeys.guest_checkout,
        journeys.floor_buy,
        Target(8, per_second=12),
        stretch=3,
    ),
    Step(
        "hot",
        "start of payment, one hot item",
        journeys.press_pay,
        journeys.floor_buy_hot,
        Target(32, per_second=50, p95_below=500),
        come_up=journeys.come_up,
        crowd=6,
    ),
)

# The large shop against a smaller one, by the names of their databases, both without their page cache.
SMALL, LARGE = 1_000, 50_000
SCALE = (
    ("list page", journeys.list_page, "small", 1.1),
    ("search", journeys.search, "small", 1.3),
    ("search, beside the shop above", journeys.search, "shop", 1.3),
)
# Milliseconds of the database's processor time that any search of the large shop may take, statements added up.
SEARCH_BELOW = 50.0
# The same, of any page of the console in the shop with many orders.
PAGE_BELOW = 500.0
# What is measured apart from visitors.
CONSOLE = "console"


@dataclass(frozen=True)
class Size:
    """How much is measured: goods, rounds, seconds of a window, goods of two more shops, orders behind the console."""

    products: int
    rounds: int
    seconds: float
    small: int
    large: int
    orders: int
    movements: int


FULL = Size(10_000, 3, 1.2, small=SMALL, large=LARGE, orders=100_000, movements=1_000_000)
QUICK = Size(300, 1, 0.3, small=100, large=300, orders=2_000, movements=20_000)
