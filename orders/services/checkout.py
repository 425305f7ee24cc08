"""A checkout from its opening, when prices freeze and stock is held, to its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config import languages
from config.states import IllegalMove, Machine, Move
from inventory import services as inventory
from orders.models import Cart, Checkout
from orders.services import quotas
from orders.services.errors import EmptyCart, LinesShort, NoDelivery, TooHeavy
from orders.services.quote import Quote

S = Checkout.State
CHECKOUT_MOVES = Machine(
    {
        "await_link": Move({S.OPEN}, S.AWAITING_LINK),
        "await_payment": Move({S.OPEN}, S.AWAITING_PAYMENT),
        "link": Move({S.AWAITING_LINK}, S.AWAITING_PAYMENT),
        "complete": Move(Checkout.LIVE, S.COMPLETED),
        "complete_late": Move({S.EXPIRED, S.CANCELLED, S.FAILED}, S.COMPLETED),
        "expire": Move(Checkout.LIVE, S.EXPIRED),
        "cancel": Move(Checkout.LIVE, S.CANCELLED),
        "fail": Move(Checkout.LIVE, S.FAILED),
    }
)


@dataclass(frozen=True)
class CheckoutDetails:
    """What the customer typed, made clean: who, where to, how. Addresses as `accounts.addresses` describes them."""

    email: str
    shipping_address: dict[str, str]
    billing_address: dict[str, str]
    method_id: int
    customer: User | None = None


def live_checkout(cart: Cart) -> Checkout | None:
    """The one checkout of this cart that can still be paid, with its payment; there rarely is one."""
    live = Checkout.objects.filter(cart=cart, state__in=Checkout.LIVE)
    return live.select_related("payment").first() if live.exists() else None


def open_checkout(cart: Cart, details: CheckoutDetails, quote: Quote, *, credit: int = 0) -> Checkout:
    """Freeze an offer, of which `credit` minor units are paid with store credit.

    Stock is held by `hold_stock`, pieces of flash sales and a voucher by `hold_allowances`, the last acts of the same
    transaction, in this order.

    A second live checkout of the cart is refused by the database (IntegrityError). Raises EmptyCart, NoDelivery,
    LinesShort.
    """
    if not quote.lines:
        raise EmptyCart
    if quote.method is None:
        raise TooHeavy if quote.is_too_heavy else NoDelivery
    if quote.short_skus:
        raise LinesShort(quote.short_skus)
    return Checkout.objects.create(
        cart=cart,
        customer=details.customer,
        fingerprint=quote.fingerprint,
        email=details.email,
        language=languages.current(),
        shipping_address=details.shipping_address,
        billing_address=details.billing_address,
        shipping_name=quote.method.name,
        delivery_days=f"{quote.method.min_days}-{quote.method.max_days}",
        lines=[line.frozen() for line in quote.lines],
        currency=quote.currency,
        prices_include_tax=quote.prices_include_tax,
        subtotal=quote.subtotal,
        discount=quote.discount,
        duty=quote.duty,
        shipping=quote.shipping,
        shipping_tax=quote.shipping_tax,
        shipping_tax_rate=quote.shipping_rate,
        tax=quote.tax,
        total=quote.total,
        discounts=quote.discounts,
        credit=credit,
        expires_at=timezone.now() + timedelta(minutes=quote.hold_minutes),
    )


def hold_stock(checkout: Checkout) -> None:
    """Hold every piece of a checkout until it expires, or none. Raises LinesShort."""
    pieces = {line["sku"]: line["quantity"] for line in checkout.lines}
    try:
        inventory.reserve(pieces, reference=checkout.reference, expires_at=checkout.expires_at)
    except inventory.OutOfStock as error:
        raise LinesShort(error.skus) from error


def await_payment(checkout: Checkout) -> bool:
    """The customer can pay now; returns whether they were waiting for that.

    Nothing happens if the checkout moved on meanwhile.
    """
    for act in ("await_payment", "link"):
        try:
            CHECKOUT_MOVES.advance(checkout, act)
        except IllegalMove:
            continue
        return act == "link"
    return False


@transaction.atomic
def await_link(checkout: Checkout, *, until: datetime) -> bool:
    """There is no payment page yet: what is offered is held until then, and it comes later.

    Returns whether this call moved it; nothing happens if the checkout waits already, or moved on.
    """
    try:
        CHECKOUT_MOVES.advance(checkout, "await_link", expires_at=until)
    except IllegalMove:
        return False
    inventory.hold_until(checkout.reference, until)
    return True


@transaction.atomic
def hold_longer(checkout: Checkout, *, until: datetime) -> None:
    """Hold what a live checkout offers until then at least."""
    live = Checkout.objects.filter(pk=checkout.pk, state__in=Checkout.LIVE, expires_at__lt=until)
    if live.update(expires_at=until):
        checkout.expires_at = until
        inventory.hold_until(checkout.reference, until)


@transaction.atomic
def close_checkout(checkout: Checkout, act: str, *, reason: str) -> bool:
    """End a checkout that was not paid ("expire", "cancel", "fail"), and set its stock and allowances free, once.

    Only to be called when the payment page is known to be dead. Returns whether this call ended it.
    """
    try:
        CHECKOUT_MOVES.advance(checkout, act, closed_at=timezone.now())
    except IllegalMove:
        return False
    inventory.release(checkout.reference, reason=reason)
    quotas.give_back(checkout.reference)
    return True
