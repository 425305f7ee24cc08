"""Who comes to the demo shop, when, and what they do there: made up from a seed, touching nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

from shop.demo.catalogue import DemoProduct

CARDS = ("4242424242424242", "4242424242424242", "5555555555554444", "378282246310005")
CARD_WITH_3DS = "4000002760003184"
DECLINED_CARDS = ("4000000000000002", "4000000000009995")
# A card's hold lapses after seven days; nearly all older payments are settled before.
HOLD = timedelta(days=7)
# The last visit ends this long ago, so that whatever follows from it lies in the past as well.
REST = timedelta(hours=1)
CUSTOMERS = 6
# Rarely asked for in tens, so that no shelf is emptied by the made-up past.
LEFT_OVER = 2


class Story(StrEnum):
    PAYS = "pays"
    IS_DECLINED = "is declined, then pays"
    CONFIRMS = "confirms at the bank, then pays"
    LEAVES = "leaves the payment page to its end"
    CANCELS = "goes back and cancels"


class Ending(StrEnum):
    """What became of the money of an order; staff settle and release in Stripe's dashboard."""

    AUTHORISED = "stays authorised"
    SETTLED = "settled"
    RELEASED = "released"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Visit:
    """One checkout: `ago` before the day of the seeding; `customer` is None for a guest."""

    number: int
    ago: timedelta
    customer: int | None
    town: int
    method: str
    basket: tuple[tuple[str, int], ...]
    story: Story
    card: str
    ending: Ending
    ending_after: timedelta

    @property
    def is_ordered(self) -> bool:
        return self.story not in {Story.LEAVES, Story.CANCELS}

    @property
    def sent_after(self) -> timedelta | None:
        """When its parcel leaves: some hours after it was settled; one in six still waits."""
        if not self.is_ordered or self.ending is not Ending.SETTLED or self.number % 6 == 0:
            return None
        return self.ending_after + timedelta(hours=2 + self.number % 17)

    @property
    def arrives_after(self) -> timedelta | None:
        return self.sent_after + timedelta(days=2 + self.number % 3) if self.sent_after else None


def plan_visits(
    products: Sequence[DemoProduct], *, orders: int, days: int, seed: int, towns: int
) -> list[Visit]:
    """`orders` visits that end in an order, and one in eight besides that does not; oldest first.

    `towns` is how many there are to deliver to. Baskets are cut from the opening stock of `products`, so that
    everything can be had.
    """
    chance = Random(f"tally past {seed}")  # noqa: S311 - for variety, not for secrets
    stories = _stories(orders, chance)
    span = timedelta(days=days) - REST
    moments = sorted((chance.random() * span + REST for _ in stories), reverse=True)
    shelf = {variant.sku: variant.stock for product in products for variant in product.variants}
    visits = [
        _visit(number, ago, story, chance, shelf, towns)
        for number, (ago, story) in enumerate(zip(moments, stories, strict=True), start=1)
    ]
    # A handful of products may be sold out before everybody came.
    return [visit for visit in visits if visit.basket]


def _stories(orders: int, chance: Random) -> list[Story]:
    lost = -(-orders // 8)
    stories = ([Story.LEAVES, Story.CANCELS] * lost)[:lost]
    for number in range(orders):
        stories.append({3: Story.IS_DECLINED, 5: Story.CONFIRMS}.get(number % 16, Story.PAYS))
    chance.shuffle(stories)
    return stories


def _visit(
    number: int, ago: timedelta, story: Story, chance: Random, shelf: dict[str, int], towns: int
) -> Visit:
    customer = chance.randrange(CUSTOMERS) if chance.random() < 0.6 else None
    town = customer if customer is not None else chance.randrange(towns)
    ending, after = _ending(ago, chance)
    return Visit(
        number=number,
        ago=ago,
        customer=customer,
        town=town % towns,
        method=chance.choice(("Parcel", "Parcel", "Parcel", "Express", "Collection from the shop")),
        basket=_basket(chance, shelf),
        story=story,
        card=CARD_WITH_3DS if story is Story.CONFIRMS else chance.choice(CARDS),
        ending=ending,
        ending_after=after,
    )


def _ending(ago: timedelta, chance: Random) -> tuple[Ending, timedelta]:
    """Older payments are settled within two days, a few are released or lapse; some recent ones are settled too."""
    luck, hours = chance.random(), timedelta(hours=4 + 40 * chance.random())
    if ago > HOLD + REST:
        if luck < 0.06:
            return Ending.LAPSED, HOLD + timedelta(minutes=5)
        return (Ending.RELEASED if luck < 0.12 else Ending.SETTLED), hours
    if luck < 0.2 and hours < ago:
        return Ending.SETTLED, hours
    # Not to be reached by its own lapse while the past is written.
    return (Ending.AUTHORISED, timedelta()) if ago < HOLD - REST else (Ending.SETTLED, hours)


def _basket(chance: Random, shelf: dict[str, int]) -> tuple[tuple[str, int], ...]:
    wanted: dict[str, int] = {}
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        quantity = chance.choice((1, 1, 1, 2, 3))
        can = [sku for sku, stock in shelf.items() if stock >= quantity + LEFT_OVER and sku not in wanted]
        if not can:
            break
        sku = chance.choice(can)
        wanted[sku] = quantity
        shelf[sku] -= quantity
    return tuple(wanted.items())
