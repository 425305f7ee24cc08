"""What goes round by the clock, each piece of business alone: ending what is over."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.utils import timezone

from orders.models import Checkout
from payments import gateway
from payments.models import Payment
from payments.services.errors import AlreadyOrdered, ProviderAway
from payments.services.start import end_session

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
