"""The moment of the order: a paid checkout becomes an order, its held stock a promise."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from inventory import services as inventory
from orders.models import Cart, CartLine, Checkout, Order, OrderEvent, OrderLine
from orders.models.order import line_reference
from orders.services.allowances import hold_allowances
from orders.services.checkout import CHECKOUT_MOVES
from orders.services.crediting import Goods
from orders.services.errors import LinesShort
from orders.tasks import credit_excess, issue_documents, send_confirmation, send_refunded
from shop.models import Variant


def lock_checkout(pk: int) -> Checkout:
    """The row as it is now, nobody else's until the transaction ends."""
    return Checkout.objects.select_for_update(of=("self",)).get(pk=pk)


def place_order(
    checkout: Checkout, *, payment_state: str, words: str, collect_until: datetime | None = None
) -> Order:
    """Turn a checkout whose payment is proven into an order, once; a second call returns the same order.

    Runs inside the transaction that books the payment, which has locked the checkout and tells the state of the
    payment with words for the timeline; `collect_until` is set for one that is paid at the counter. A checkout that
    had ended gets stock, pieces of flash sales and voucher again if they can be had. Order, lines, allocations,
    timeline and the tasks that mail the confirmation and issue the invoice are rows of that transaction. Raises
    LinesShort, DealGone, VoucherGone for a late payment whose stock, flash price or voucher is gone; then what was
    written here must be rolled back.
    """
    if order := Order.objects.filter(checkout=checkout).first():
        return order
    is_late = not checkout.is_live
    CHECKOUT_MOVES.advance(checkout, "complete_late" if is_late else "complete", closed_at=timezone.now())
    order = _create_order(checkout, payment_state, collect_until)
    known = set(
        Variant.objects.filter(pk__in=[line["variant"] for line in checkout.lines]).values_list(
            "pk", flat=True
        )
    )
    lines = OrderLine.objects.bulk_create(
        _order_line(order, position, line, known) for position, line in enumerate(checkout.lines, start=1)
    )
    _take_from_cart(checkout)
    OrderEvent.objects.bulk_create(
        [
            OrderEvent(order=order, words=gettext_noop("Order placed."), key=f"placed {order.number}"),
            OrderEvent(order=order, words=words, key=f"{payment_state} {order.number}"),
        ]
    )
    send_confirmation.enqueue(order.pk)
    issue_documents.enqueue(order.pk)
    hold = _hold_again(checkout) if is_late else checkout.reference
    inventory.allocate(hold, to={line.sku: line_reference(order.number, line.position) for line in lines})
    return order


def _create_order(checkout: Checkout, payment_state: str, collect_until: datetime | None) -> Order:
    copied = (
        "number customer_id email language shipping_address billing_address shipping_name delivery_days "
        "currency prices_include_tax subtotal discount duty shipping shipping_tax shipping_tax_rate tax total discounts"
    )
    return Order.objects.create(
        checkout=checkout,
        payment_state=payment_state,
        credit_used=checkout.credit,
        collect_until=collect_until,
        **{name: getattr(checkout, name) for name in copied.split()},
    )


def _order_line(order: Order, position: int, line: dict, known: set[int]) -> OrderLine:
    """The line's own copy of everything; a variant that was deleted meanwhile is not pointed at."""
    copied = "sku name label quantity unit_price net tax gross tax_rate tax_class country_of_origin"
    return OrderLine(
        order=order,
        position=position,
        variant_id=line["variant"] if line["variant"] in known else None,
        **{name: line[name] for name in copied.split()},
        **{name: line.get(name, 0) for name in ("discount", "duty")},
    )


def _hold_again(checkout: Checkout) -> str:
    """Hold the stock of a checkout that had ended, under a second name, its pieces of flash sales and its voucher.

    Raises LinesShort, DealGone, VoucherGone.
    """
    reference = f"{checkout.reference} paid late"
    pieces = {line["sku"]: line["quantity"] for line in checkout.lines}
    try:
        inventory.reserve(pieces, reference=reference, expires_at=timezone.now())
    except inventory.OutOfStock as error:
        raise LinesShort(error.skus) from error
    hold_allowances(checkout, is_late=True)
    return reference


def _take_from_cart(checkout: Checkout) -> None:
    """Take what was ordered out of the cart, and the voucher that was used; what was added since stays."""
    if codes := [each["code"] for each in checkout.discounts if each["code"]]:
        Cart.objects.filter(pk=checkout.cart_id, voucher__code__in=codes).update(voucher=None)
    ordered = {line["variant"]: line["quantity"] for line in checkout.lines}
    lines = list(CartLine.objects.filter(cart=checkout.cart_id, variant__in=ordered))
    done = {line.pk for line in lines if line.quantity <= ordered[line.variant_id]}
    CartLine.objects.filter(pk__in=done).delete()
    more = [line for line in lines if line.pk not in done]
    for line in more:
        line.quantity -= ordered[line.variant_id]
    if more:
        CartLine.objects.bulk_update(more, ["quantity"])


def record_event(
    order: Order, words: str, *, key: str, is_public: bool = True, details: dict[str, Any] | None = None
) -> None:
    """Write a line of the order's timeline; the same key is written once.

    `words` is English and marked with `gettext_noop`, "Invoice %(number)s issued."; `details` fill it when it is read.
    """
    OrderEvent.objects.get_or_create(
        key=key, defaults={"order": order, "words": words, "is_public": is_public, "details": details}
    )


def record_payment(
    order: Order, state: str, words: str, *, key: str, details: dict[str, Any] | None = None
) -> None:
    """Note in the order's own words what became of its payment; payments tells, the order does not ask.

    A payment that was given up takes the invoice back: the task that does so is a row of the same transaction.
    """
    Order.objects.filter(pk=order.pk).update(payment_state=state)
    order.payment_state = state
    record_event(order, words, key=key, details=details)
    if state in Order.GIVEN_UP:
        issue_documents.enqueue(order.pk)


REFUNDED_BY = {"card": "refunded", "credit": "refunded_as_credit", "cash": "refunded_in_cash"}


def record_refund(
    order: Order,
    amount: int,
    *,
    remaining: int,
    key: str,
    method: str = "card",
    goods: Goods | None = None,
) -> None:
    """Money went back: credit it on the invoice and tell the customer, both as tasks of the transaction.

    `amount` came back by `method` ("card", "credit", "cash"), for `goods` if that is known; `remaining` is what the
    customer has still paid. Both in minor units.
    """
    credit_down_to(order, remaining, why=REFUNDED_BY[method], key=key, goods=goods)
    send_refunded.enqueue(order.pk, amount, key, method)


def credit_down_to(order: Order, remaining: int, *, why: str, key: str, goods: Goods | None = None) -> None:
    """Credit on the invoice whatever exceeds `remaining`, what is or can still be charged; a task of the transaction.

    `why` is "unsettled" or one of REFUNDED_BY, `key` names the act, `goods` what it is credited for, if that is known.
    """
    credit_excess.enqueue(order.pk, remaining, why, key, goods)
