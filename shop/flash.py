"""Flash sales as pages tell them: which run, which come, what is left.

Each process reads the sales of these days every `KNOWN_FOR` seconds, so a page with a hundred prices asks nothing.
Start and end are told by the clock and lag behind nothing; a sale that staff change, and what is left of one, by
`KNOWN_FOR` at most. It is for pages only: carts and checkouts ask the database (`orders.services.deals`).
"""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from config import toggles
from config.money import format_money
from shop.models import FlashSale

KNOWN_FOR = 1.0
"""Seconds after which a process looks again."""
LATELY, AHEAD = timedelta(days=1), timedelta(days=30)
"""How long ago a sale may have ended, and how far ahead one may begin, to be told of."""
MOST = 60
"""So many are told of: what runs and what comes first of all, then what ended last."""
TOGGLE = "flash sales"


@dataclass(frozen=True)
class Offer:
    """A sale with what pages say of its goods; prices in minor units. `taken` are the pieces sold and held."""

    pk: int
    variant: int
    product: int
    slug: str
    thing: str
    label: str
    image_url: str
    has_others: bool
    name: str
    words: str
    price: int
    usual: int
    was: int | None
    cap: int
    limit: int
    minutes: int
    taken: int
    starts_at: datetime
    ends_at: datetime

    @property
    def left(self) -> int:
        """Pieces of it that are neither sold nor held."""
        return max(self.cap - self.taken, 0)

    @property
    def most(self) -> int:
        """How many one customer may have now."""
        return min(self.left, self.limit)

    def state(self, now: datetime) -> str:
        """planned, running, sold_out or over."""
        if now < self.starts_at:
            return "planned"
        if now >= self.ends_at:
            return "over"
        return "running" if self.left else "sold_out"

    @property
    def price_words(self) -> str:
        return format_money(self.price)

    @property
    def usual_words(self) -> str:
        return format_money(self.usual)

    @property
    def was_words(self) -> str:
        return "" if self.was is None else format_money(self.was)


class _Known:
    """What this process knows of the sales, and since when."""

    def __init__(self) -> None:
        self.at: float | None = None
        self.offers: tuple[Offer, ...] = ()


_known = _Known()
_counters: list[Callable[[Iterable[str]], dict[str, int]]] = []


def count_by(counter: Callable[[Iterable[str]], dict[str, int]]) -> None:
    """Let a room above say how many pieces are taken under these names. Called when the room starts."""
    _counters.append(counter)


def assume(offers: tuple[Offer, ...]) -> None:
    """Take these for the sales as they were just read."""
    _known.offers, _known.at = offers, time.monotonic()


def forget() -> None:
    """Look again, in this process, as soon as somebody asks."""
    _known.at = None


def changed() -> None:
    """A sale was changed: this process knows at once, the others in `KNOWN_FOR`."""
    transaction.on_commit(forget)


def offers() -> tuple[Offer, ...]:
    """The sales of these days: those that run, end last, come next; none while they are switched off."""
    if _known.at is None or time.monotonic() - _known.at > KNOWN_FOR:
        _known.at = time.monotonic()  # while one reads, the others go on with what they know
        assume(tuple(_read()))
    return _known.offers if toggles.is_on(TOGGLE) else ()


def _read() -> list[Offer]:
    now = timezone.now()
    sales = FlashSale.objects.filter(is_active=True, ends_at__gt=now - LATELY, starts_at__lt=now + AHEAD)
    goods = sales.filter(
        variant__is_active=True, variant__product__is_active=True, variant__product__category__is_active=True
    )
    not_over = Case(When(ends_at__gt=now, then="starts_at")).asc(nulls_last=True)
    first = goods.select_related("variant__product").order_by(not_over, "-ends_at", "pk")[:MOST]
    found = sorted(first, key=lambda sale: (sale.starts_at, sale.pk))
    taken = taken_of(found)
    return [_offer(sale, taken.get(sale.quota, 0)) for sale in found]


def taken_of(sales: Iterable[FlashSale]) -> dict[str, int]:
    """How many pieces of these sales are sold or held, by the names of their quotas."""
    names = [sale.quota for sale in sales]
    taken: dict[str, int] = {}
    for counter in _counters if names else ():
        taken |= counter(names)
    return taken


def _offer(sale: FlashSale, taken: int) -> Offer:
    variant, product = sale.variant, sale.variant.product
    return Offer(
        pk=sale.pk,
        variant=variant.pk,
        product=product.pk,
        slug=product.slug,
        thing=product.name,
        label=variant.label,
        image_url=product.image_url,
        has_others=product.variant_count > 1,
        name=sale.name,
        words=sale.words,
        price=sale.price,
        usual=variant.price,
        was=sale.prior_price,
        cap=sale.cap,
        limit=sale.limit,
        minutes=sale.hold_minutes,
        taken=taken,
        starts_at=sale.starts_at,
        ends_at=sale.ends_at,
    )


def running() -> dict[int, Offer]:
    """By variant: what is sold for less at this moment, with pieces left."""
    told = offers()
    now = timezone.now() if told else None
    return {one.variant: one for one in told if now and _counts(one, now)}


def running_by_slug() -> dict[str, Offer]:
    """By product: the cheapest of its variants that is sold for less at this moment."""
    cheapest: dict[str, Offer] = {}
    for one in running().values():
        if one.slug not in cheapest or one.price < cheapest[one.slug].price:
            cheapest[one.slug] = one
    return cheapest


def _counts(one: Offer, now: datetime) -> bool:
    """Whether the sale's price is the price: it runs, has pieces, and the usual price has not fallen below."""
    return one.state(now) == "running" and one.price < one.usual


@dataclass(frozen=True)
class Told:
    """A sale as a page tells it at one moment. `until` is when its state changes by the clock; None if it does not."""

    offer: Offer
    state: str
    now: datetime

    @property
    def until(self) -> datetime | None:
        if self.state == "over":
            return None
        return self.offer.starts_at if self.state == "planned" else self.offer.ends_at

    @property
    def seconds(self) -> int:
        """How long that is, rounded up."""
        return math.ceil((self.until - self.now).total_seconds()) if self.until else 0

    @property
    def epoch(self) -> int:
        return int(self.until.timestamp()) if self.until else 0

    @property
    def version(self) -> str:
        """Another one whenever the page would say something else."""
        return f"{self.state} {self.offer.left} {self.offer.price}"

    @property
    def starts_words(self) -> str:
        return moment(self.offer.starts_at)

    @property
    def ends_words(self) -> str:
        return moment(self.offer.ends_at)

    @property
    def left_words(self) -> str:
        left = self.offer.left
        return ngettext("%(count)s left", "%(count)s left", left) % {"count": left}

    @property
    def limit_words(self) -> str:
        most = self.offer.limit
        return ngettext("%(count)s per customer", "at most %(count)s per customer", most) % {"count": most}


def told(now: datetime, *, slug: str = "") -> list[Told]:
    """The sales of these days as they are now, of one product if it is named."""
    return [Told(one, one.state(now), now) for one in offers() if slug in ("", one.slug)]


def moment(at: datetime) -> str:
    """Say when, in the shop's time: today the hour is enough."""
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT" if is_today else "DATETIME_FORMAT")


def signature() -> str:
    """Which sales there are and what state each is in: as part of a page's key, it ends the page with a state."""
    now = timezone.now()
    return " ".join(f"{one.pk}{one.state(now)[0]}{one.left}" for one in offers())
