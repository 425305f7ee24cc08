"""What goes round by the clock, each piece of business alone: ending what is over."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from orders.models import Checkout, Order
from payments import gateway
from payments.models import Payment
from payments.services import counter
from payments.services.cancelling import cancel_order
from payments.services.errors import AlreadyOrdered, ProviderAway
from payments.services.proving import lock
from payments.services.sessions import end_session

logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """What a run did, for the operator."""

    seen: int = 0
    repaired: int = 0
    undecided: int = 0


def expire_checkouts() -> Tally:
    """End each checkout whose time is over: first its session at Stripe, then its hold on the stock.

    One that turns out to be paid becomes an order. Where Stripe does not answer nothing changes, and the next run
    tries again. Safe to run twice at once.
    """
    tally = Tally()
    over = Payment.objects.filter(checkout__state__in=Checkout.LIVE, checkout__expires_at__lte=timezone.now())
    for payment in over.select_related("checkout").order_by("checkout__expires_at"):
        tally.seen += 1
        with alone(tally, payment.checkout.number):
            tally.repaired += _expire(payment)
    return tally


def _expire(payment: Payment) -> int:
    """End one checkout; returns 1, also if it turned out to be paid."""
    with suppress(AlreadyOrdered):
        end_session(payment, act="expire", reason="Not paid in time.")
    return 1


def cancel_uncollected() -> Tally:
    """Cancel each order that nobody collected and paid in time; its goods are free, and its customer gets a mail.

    Safe to run twice at once, and beside somebody who takes the money at that moment: one of them wins.
    """
    tally = Tally()
    over = Payment.objects.filter(
        method=Payment.Method.COUNTER,
        state=Payment.State.PENDING,
        order__state=Order.State.PLACED,
        order__collect_until__lt=timezone.now(),
    )
    for payment in over.select_related("order", "checkout").order_by("order__collect_until"):
        tally.seen += 1
        with alone(tally, payment.checkout.number):
            tally.repaired += _cancel_uncollected(payment)
    return tally


@transaction.atomic
def _cancel_uncollected(payment: Payment) -> int:
    if payment.order is None or not counter.is_waiting(lock(payment)):
        return 0
    cancel_order(payment.order, key="not collected", reason="Not collected and paid in time.")
    Order.objects.filter(pk=payment.order.pk).update(was_not_collected=True)
    return 1


@contextmanager
def alone(tally: Tally, about: str) -> Iterator[None]:
    """Keep one piece of business that fails from stopping all the others; the next run tries it again.

    What is not Stripe's silence is a bug or a broken row: it goes to the log with its traceback.
    """
    try:
        yield
    except (ProviderAway, gateway.GatewayError):
        tally.undecided += 1
    except Exception:
        logger.exception("%s stays undecided.", about)
        tally.undecided += 1
