"""Waiting for a payment page that cannot be opened: Stripe is not asked now, or has not answered.

The order is taken down and held; whoever asks next, the customer or the worker, asks under the same key for the same
page. One that would end too soon is asked for anew, under a new key, once Stripe has said that the old one never was.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from orders import services as orders
from orders.models import Checkout
from payments.models import Payment
from payments.services.proving import end, lock

# Stripe takes no page that ends in less than 30 minutes; a call may take a while, and clocks differ.
SHORTEST_PAGE = timedelta(minutes=30, seconds=30)
# So much longer than a customer needs a new page lives, so that it can be asked for again.
SPARE = timedelta(minutes=5)


def waiting_page(checkout: Checkout) -> str:
    """Where the customer sees how it stands, and how to pay as soon as that is possible."""
    return reverse("payments:waiting", args=[checkout.token])


def held_until() -> datetime:
    return timezone.now() + timedelta(minutes=settings.PAYMENT_LINK_HOLD_MINUTES)


@transaction.atomic
def wait_for_link(payment: Payment) -> str:
    """Hold the order until its payment page can be opened; returns where the customer waits for it.

    Nothing happens to a checkout that waits already, or has moved on.
    """
    asked_until = payment.checkout.page_ends_at
    if orders.await_link(payment.checkout, until=held_until()):
        Payment.objects.filter(pk=payment.pk, page_until=None).update(page_until=asked_until)
        payment.refresh_from_db(fields=["page_until"])
    return waiting_page(payment.checkout)


@transaction.atomic
def ask_about_it_next(payment: Payment) -> str:
    """Wait for a page that cannot be asked for like this again, as what it is asked for with has changed since.

    Who asks next asks first whether there is one, and else for a new one. Returns where the customer waits.
    """
    page = wait_for_link(payment)
    Payment.objects.filter(pk=payment.pk, session_id=None).update(page_until=timezone.now())
    return page


def ends_too_soon(payment: Payment) -> bool:
    """Whether the page that was asked for would end too soon to be opened now."""
    return (payment.page_until or payment.checkout.page_ends_at) < timezone.now() + SHORTEST_PAGE


@transaction.atomic
def ask_anew(payment: Payment) -> bool:
    """Write down that a page is going to be asked for, and until when, before it is; returns whether it may be.

    Under the same key if none was asked for so far, else under the next one: the caller knows that the old one never
    was. Time after which nobody waits any more is not lengthened.
    """
    checkout = orders.lock_checkout(payment.checkout_id)
    until = max(checkout.expires_at, _new_end())
    if not checkout.is_live or (until > checkout.expires_at and _is_over(checkout)):
        return False
    key = payment.idempotency_key if payment.was_never_asked_for else _next_key(payment)
    unchanged = Payment.objects.filter(
        pk=payment.pk, session_id=None, page_until=payment.page_until, idempotency_key=payment.idempotency_key
    )
    if not unchanged.update(page_until=until, idempotency_key=key):
        return False
    orders.hold_longer(checkout, until=until)
    payment.page_until, payment.idempotency_key, payment.checkout = until, key, checkout
    return True


def _new_end() -> datetime:
    return timezone.now() + timedelta(minutes=settings.CHECKOUT_HOLD_MINUTES) + SPARE


def _is_over(checkout: Checkout) -> bool:
    waits = timedelta(minutes=settings.PAYMENT_LINK_HOLD_MINUTES)
    return timezone.now() > checkout.created_at + waits


def _next_key(payment: Payment) -> str:
    """`session-T-ABC`, `session-T-ABC.2`, `session-T-ABC.3`: a page with another end is another thing to ask for."""
    first, _dot, count = payment.idempotency_key.partition(".")
    return f"{first}.{int(count or 1) + 1}"


@transaction.atomic
def end_unasked(payment: Payment, act: str, reason: str) -> bool:
    """End a wait for a page that was never asked for: there is nothing to end at Stripe. Returns whether it was one."""
    payment = lock(payment)
    if not payment.was_never_asked_for:
        return False
    end(payment, act, reason)
    return True
