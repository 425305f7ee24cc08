"""One call to Stripe: how long it may take, what it may do, and how it ends."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import stripe
from django.conf import settings

from config.breaker import Away as BreakerOpen
from config.breaker import Breaker
from payments.gateway.errors import Away, Busy, Garbled, Refused, Unclear

logger = logging.getLogger(__name__)
stripe.enable_telemetry = False
T = TypeVar("T")

# How long the calls of one request may take together.
REQUEST_SECONDS = 9.0
breaker = Breaker(
    "stripe",
    label="Calls to Stripe",
    says="Closed, the shop asks Stripe. Open, nobody does: who pays is taken down and gets the payment page later.",
)
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)
_only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)


@lru_cache(maxsize=4)
def _client(key: str, base: str, timeout: float) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        http_client=stripe.RequestsClient(timeout=(min(timeout, 2.0), timeout)),
        max_network_retries=0,
    )


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let all calls made inside take no longer than this together: one that might not end in time is not begun.

    It raises Unclear then, as if it had not been answered. Also a decorator.
    """
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def only_reading() -> Iterator[None]:
    """Let nothing be asked of Stripe inside but questions; a request that would change something is Refused."""
    token = _only_reading.set(True)
    try:
        yield
    finally:
        _only_reading.reset(token)


def change(act: Callable[[Any], T]) -> T:
    """Run one call that has an effect at Stripe."""
    if _only_reading.get():
        raise Refused("Nothing may be changed at Stripe now.")
    return call(act)


def is_away() -> bool:
    """Whether Stripe has not answered for a while, so that it would not even be asked now."""
    return breaker.is_away


def call(act: Callable[[Any], T]) -> T:
    """Run one call, unless there is no time left for it, or Stripe is known to be away."""
    if time.monotonic() + settings.STRIPE_TIMEOUT_SECONDS > _deadline.get():
        raise Unclear("No time is left to ask Stripe.")
    try:
        with breaker.passing(_is_silence):
            return _ask(act)
    except BreakerOpen as error:
        raise Away("Stripe is not asked now: it has not answered for a while.") from error


def _is_silence(error: Exception) -> bool:
    """Whether Stripe did not answer: a no is an answer, and so is what we do not understand."""
    return isinstance(error, Unclear) and not isinstance(error, (Busy, Garbled))


def _ask(act: Callable[[Any], T]) -> T:
    """Put the question; a connection that broke at once is tried once more, which an idempotency key makes safe.

    Longer waits are not repeated, so that a silent Stripe holds a worker for one time limit only.
    """
    client = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_SECONDS).v1
    began = time.monotonic()
    try:
        try:
            return understand(lambda: act(client))
        except stripe.APIConnectionError:
            if time.monotonic() - began > 0.5:
                raise
            return understand(lambda: act(client))
    except stripe.APIConnectionError as error:
        raise Unclear("Stripe could not be reached.") from error
    except (
        stripe.InvalidRequestError,
        stripe.CardError,
        stripe.AuthenticationError,
        stripe.PermissionError,
    ) as error:
        logger.warning("Stripe refused: %s (request %s)", error.user_message, error.request_id)
        raise Refused(error.user_message or "Stripe refused the request.", error.code or "") from error
    except stripe.StripeError as error:
        if error.http_status == 409:
            raise Busy("Stripe is still busy with this request.") from error
        status = error.http_status or 0
        if 400 <= status < 500 and status != 429:  # such as a key that was used for another question
            raise Garbled("Stripe could not make sense of this request.") from error
        answered = status >= 500 and bool(error.json_body)
        raise Unclear("Stripe could not say.", answered=answered) from error


def understand(read: Callable[[], T]) -> T:
    """Read an answer; one that is not what it should be is Garbled."""
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Garbled("Stripe's answer could not be understood.") from error


def walk(
    shelf: Callable[[Any], Any], read: Callable[[Any], T], *, since: datetime, **besides: object
) -> Iterator[T]:
    """Walk all that stands on a shelf since then, newest first, 100 a call. Raises Refused, Unclear."""
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100, **besides}
    while True:
        page = call(lambda c, params=params: shelf(c).list(params))
        rows = page.data
        yield from understand(lambda rows=rows: [read(row) for row in rows])
        if not page.has_more or not rows:
            return
        params = {**params, "starting_after": rows[-1].id}
