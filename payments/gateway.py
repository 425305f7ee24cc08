"""Stripe, put into our words. The only module that imports `stripe`; everything it returns is plain and frozen.

Each call ends in one of three ways: an answer; `Refused`, when Stripe has said no and nothing happened; `Unclear`,
when nobody knows (no answer, a 5xx, a key in use, nonsense) and Stripe must be asked before anything is decided.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import stripe
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.breaker import Away as BreakerOpen
from config.breaker import Breaker
from config.money import format_money
from orders.models import Checkout

logger = logging.getLogger(__name__)
stripe.enable_telemetry = False
T = TypeVar("T")

INTENT = "payment_intent.latest_charge"
# How old a signature may be, and how far ahead of our clock.
TOLERANCE_SECONDS = stripe.Webhook.DEFAULT_TOLERANCE
MOST_BODY_BYTES = 500_000
# How long the calls of one request may take together.
REQUEST_SECONDS = 9.0
# Languages of Stripe's payment page (https://docs.stripe.com/js/appendix/supported_locales), as Django calls them.
_STRIPE_SPEAKS = (
    "bg cs da de el en en-gb es et fi fr hr hu id it ja ko lt lv ms nb nl pl pt pt-br ro ru sk sl sv th tr vi "
    "zh-hans zh-hant"
)
_STRIPE_NAMES = {"en-gb": "en-GB", "pt-br": "pt-BR", "zh-hans": "zh", "zh-hant": "zh-TW"}
breaker = Breaker(
    "stripe",
    label="Calls to Stripe",
    says="Closed, the shop asks Stripe. Open, nobody does: who pays is taken down and gets the payment page later.",
)
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)
_only_reading: ContextVar[bool] = ContextVar("only_reading", default=False)


class GatewayError(Exception):
    """A call to Stripe that did not end with an answer."""


class Refused(GatewayError):
    """Stripe said no; nothing happened there. `code` is Stripe's, possibly empty."""

    def __init__(self, message: str, code: str = ""):
        self.code = code
        super().__init__(message)


class Unclear(GatewayError):
    """Whether it happened is unknown. `answered` tells a 5xx from silence: the request is over at Stripe."""

    def __init__(self, message: str, *, answered: bool = False):
        self.answered = answered
        super().__init__(message)


class Away(Unclear):
    """Stripe has not answered for a while, so this was not even asked."""


class Garbled(Unclear):
    """Stripe has answered something that makes no sense here."""


class Busy(Unclear):
    """Another request with the same key is under way at Stripe: its answer is ours too."""


class UntrustedEvent(GatewayError):
    """A webhook call that is not proven to be Stripe's."""


@dataclass(frozen=True)
class Intent:
    """A PaymentIntent; amounts in minor units."""

    id: str
    status: str
    amount: int
    capturable: int
    received: int
    currency: str
    livemode: bool
    number: str
    cancellation_reason: str
    capture_before: datetime | None
    card_brand: str
    card_last4: str


@dataclass(frozen=True)
class Refund:
    """Money on its way back to a card; `operation` is our name for it, empty if it was made in Stripe's dashboard."""

    id: str
    status: str
    amount: int
    operation: str
    failure_reason: str
    intent_id: str = ""


@dataclass(frozen=True)
class Dispute:
    """What a customer's bank says of a payment; `due_at` is when our evidence must be there."""

    id: str
    status: str
    amount: int
    currency: str
    reason: str
    intent_id: str
    is_refundable: bool
    due_at: datetime | None
    opened_at: datetime


@dataclass(frozen=True)
class Session:
    """A Checkout Session; `number` is the number of the checkout that it was made for."""

    id: str
    status: str
    url: str
    amount: int
    currency: str
    livemode: bool
    number: str
    intent: Intent | None


@dataclass(frozen=True)
class Event:
    """A verified event; `number` and `intent_id` say whom it is about, if it says so itself."""

    id: str
    kind: str
    livemode: bool
    object_id: str
    object_kind: str
    number: str
    intent_id: str
    body: dict[str, Any]


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


def _change(act: Callable[[Any], T]) -> T:
    """Run one call that has an effect at Stripe."""
    if _only_reading.get():
        raise Refused("Nothing may be changed at Stripe now.")
    return _call(act)


def is_away() -> bool:
    """Whether Stripe has not answered for a while, so that it would not even be asked now."""
    return breaker.is_away


def _call(act: Callable[[Any], T]) -> T:
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
            return _understand(lambda: act(client))
        except stripe.APIConnectionError:
            if time.monotonic() - began > 0.5:
                raise
            return _understand(lambda: act(client))
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


def _understand(read: Callable[[], T]) -> T:
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Garbled("Stripe's answer could not be understood.") from error


def create_session(checkout: Checkout, *, key: str, until: datetime | None = None) -> Session:
    """Open the payment page for a frozen checkout: authorise now, settle later. Raises Refused, Unclear.

    It ends with the checkout, or at `until`, which belongs to the key: asked again, it must be the same.
    """
    params: Any = session_params(checkout, until)
    return _change(lambda c: _session(c.checkout.sessions.create(params, {"idempotency_key": key})))


def session_params(checkout: Checkout, until: datetime | None = None) -> dict[str, Any]:
    """What a payment page is asked for with: it follows from the checkout and its end alone, as the key does.

    Metadata is set on the session and on the intent, as Stripe does not copy it (https://docs.stripe.com/metadata).
    """
    return {
        "mode": "payment",
        "line_items": _line_items(checkout),
        "payment_intent_data": {
            "capture_method": "manual",
            "description": f"{settings.SHOP_NAME} order {checkout.number}",
            "metadata": {"order": checkout.number},
        },
        "client_reference_id": checkout.number,
        "metadata": {"order": checkout.number},
        "customer_email": checkout.email,
        "allowed_payment_method_types": ["card"],
        "expires_at": int((until or checkout.page_ends_at).timestamp()),
        "locale": _locale(checkout.language),
        **_ways_back(checkout),
    }


def _ways_back(checkout: Checkout) -> dict[str, str]:
    """Where the payment page leads to: pages in the language of the checkout."""
    with override(checkout.language):
        done, cancelled = reverse("payments:done"), reverse("payments:cancelled", args=[checkout.token])
    return {
        "success_url": f"{settings.PUBLIC_BASE_URL}{done}?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.PUBLIC_BASE_URL}{cancelled}",
    }


def _locale(language: str) -> str:
    """The language as Stripe calls it, or "auto" (the browser's), if its page does not speak it."""
    return _STRIPE_NAMES.get(language, language) if language in _STRIPE_SPEAKS.split() else "auto"


def _line_items(checkout: Checkout) -> list[dict[str, Any]]:
    """What Stripe shows and adds up, in the checkout's language: lines, delivery and, where prices exclude it, tax."""
    with override(checkout.language):
        return _items(checkout)


def _items(checkout: Checkout) -> list[dict[str, Any]]:
    if checkout.credit:
        words = _("Order %(number)s, %(credit)s of it paid with store credit") % {
            "number": checkout.number,
            "credit": format_money(checkout.credit, checkout.currency),
        }
        return [_item(checkout, words, checkout.total - checkout.credit)]
    items = [item for line in checkout.lines if (item := _goods(checkout, line))]
    if checkout.duty:
        items.append(_item(checkout, _("Import duty"), checkout.duty))
    if checkout.shipping:
        items.append(
            _item(checkout, _("Delivery: %(method)s") % {"method": checkout.shipping_name}, checkout.shipping)
        )
    if checkout.tax and not checkout.prices_include_tax:
        items.append(_item(checkout, _("Tax"), checkout.tax))
    return items


def _goods(checkout: Checkout, line: dict[str, Any]) -> dict[str, Any] | None:
    """A line for what it costs less its discount, or nothing if that is nothing.

    Stripe multiplies a whole price per piece, so pieces whose sum cannot be divided by their number become one item.
    """
    name = f"{line['name']} ({line['label']})" if line["label"] else line["name"]
    pieces, amount = line["quantity"], line["unit_price"] * line["quantity"] - line.get("discount", 0)
    if not amount:
        return None
    if amount % pieces:
        return _item(checkout, f"{pieces} × {name}", amount, sku=line["sku"])
    return _item(checkout, name, amount // pieces, pieces=pieces, sku=line["sku"])


def _item(checkout: Checkout, name: str, amount: int, *, pieces: int = 1, sku: str = "") -> dict[str, Any]:
    product: dict[str, Any] = {"name": name}
    if sku:
        product["metadata"] = {"sku": sku}
    return {
        "quantity": pieces,
        "price_data": {"currency": checkout.currency, "unit_amount": amount, "product_data": product},
    }


def retrieve_session(session_id: str) -> Session:
    """Ask for a session with its intent and card. Raises Refused, Unclear."""
    return _call(lambda c: _session(c.checkout.sessions.retrieve(session_id, {"expand": [INTENT]})))


def expire_session(session_id: str) -> Session:
    """End a session, or learn what became of it: one that is paid or dead already is returned as it is.

    Raises Refused, Unclear.
    """
    try:
        return _change(lambda c: _session(c.checkout.sessions.expire(session_id)))
    except Refused:
        return retrieve_session(session_id)


def list_sessions(*, since: datetime) -> Iterator[Session]:
    """Walk all sessions made since then, newest first, 100 a call. Raises Refused, Unclear."""
    yield from _walk(lambda c: c.checkout.sessions, _session, since=since, expand=[f"data.{INTENT}"])


def walk_intents(*, since: datetime) -> Iterator[Intent]:
    """The same for intents."""
    yield from _walk(lambda c: c.payment_intents, _intent, since=since, expand=["data.latest_charge"])


def walk_refunds(*, since: datetime) -> Iterator[Refund]:
    """The same for refunds."""
    yield from _walk(lambda c: c.refunds, _refund, since=since)


def walk_disputes(*, since: datetime) -> Iterator[Dispute]:
    """The same for disputes."""
    yield from _walk(lambda c: c.disputes, _dispute, since=since)


def walk_events(kinds: Iterable[str], *, since: datetime) -> Iterator[Event]:
    """The same for events of some kinds, 20 at most; Stripe keeps them for 30 days."""

    def read(raw: Any) -> Event:
        return stored_event(_storable(raw.to_dict(for_json=True)))

    yield from _walk(lambda c: c.events, read, since=since, types=sorted(kinds))


def _walk(
    shelf: Callable[[Any], Any], read: Callable[[Any], T], *, since: datetime, **besides: object
) -> Iterator[T]:
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100, **besides}
    while True:
        page = _call(lambda c, params=params: shelf(c).list(params))
        rows = page.data
        yield from _understand(lambda rows=rows: [read(row) for row in rows])
        if not page.has_more or not rows:
            return
        params = {**params, "starting_after": rows[-1].id}


def find_session(number: str, *, since: datetime) -> Session | None:
    """Look for the session of a checkout whose creation was never answered. Raises Refused, Unclear."""
    return next((session for session in list_sessions(since=since) if session.number == number), None)


def retrieve_intent(intent_id: str) -> Intent:
    """Ask for an intent with its card. Raises Refused, Unclear."""
    return _call(lambda c: _intent(c.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})))


def cancel_intent(intent_id: str, *, key: str) -> Intent:
    """Release an authorisation that was not settled. Raises Refused, Unclear."""
    params: Any = {"cancellation_reason": "abandoned", "expand": ["latest_charge"]}
    return _change(lambda c: _intent(c.payment_intents.cancel(intent_id, params, {"idempotency_key": key})))


def capture_intent(intent_id: str, amount: int, *, key: str) -> Intent:
    """Settle an authorisation for `amount` minor units; the rest is released and cannot be had any more.

    One capture only: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method. Raises Refused, Unclear.
    """
    params: Any = {"amount_to_capture": amount, "expand": ["latest_charge"]}
    return _change(lambda c: _intent(c.payment_intents.capture(intent_id, params, {"idempotency_key": key})))


def refund_intent(intent_id: str, amount: int, *, key: str) -> Refund:
    """Pay `amount` minor units of a settled payment back to its card. Raises Refused, Unclear.

    The key is kept in the refund's metadata as well, so that one whose answer was lost is recognised in the list.
    """
    params: Any = {"payment_intent": intent_id, "amount": amount, "metadata": {"operation": key}}
    return _change(lambda c: _refund(c.refunds.create(params, {"idempotency_key": key})))


def list_refunds(intent_id: str) -> list[Refund]:
    """All refunds of a payment, ours and those of the dashboard, oldest first. Raises Refused, Unclear."""
    params: Any = {"payment_intent": intent_id, "limit": 100}
    return _call(lambda c: [_refund(raw) for raw in reversed(c.refunds.list(params).data)])


def retrieve_dispute(dispute_id: str) -> Dispute:
    """Ask how a dispute stands. Raises Refused, Unclear."""
    return _call(lambda c: _dispute(c.disputes.retrieve(dispute_id)))


def list_disputes(intent_id: str) -> list[Dispute]:
    """All disputes of a payment, oldest first. Raises Refused, Unclear."""
    params: Any = {"payment_intent": intent_id, "limit": 100}
    return _call(lambda c: [_dispute(raw) for raw in reversed(c.disputes.list(params).data)])


def _dispute(raw: Any) -> Dispute:
    due_at = getattr(raw.evidence_details, "due_by", None)
    return Dispute(
        id=raw.id,
        status=raw.status,
        amount=raw.amount,
        currency=raw.currency,
        reason=raw.reason or "",
        intent_id=_id_of(raw.payment_intent),
        is_refundable=bool(raw.is_charge_refundable),
        due_at=datetime.fromtimestamp(due_at, UTC) if due_at else None,
        opened_at=datetime.fromtimestamp(raw.created, UTC),
    )


def _id_of(thing: Any) -> str:
    """The id of what Stripe gives as an id or, expanded, as the thing itself."""
    return (thing if isinstance(thing, str) else getattr(thing, "id", "")) or ""


def _refund(raw: Any) -> Refund:
    metadata = raw.metadata or {}
    return Refund(
        id=raw.id,
        status=raw.status,
        amount=raw.amount,
        operation=metadata["operation"] if "operation" in metadata else "",  # noqa: SIM401  (no dict)
        failure_reason=getattr(raw, "failure_reason", None) or "",
        intent_id=_id_of(raw.payment_intent),
    )


def read_event(body: bytes, signature: str) -> Event:
    """Prove that a webhook call is Stripe's and read it (https://docs.stripe.com/webhooks#verify-manually).

    Each configured secret is tried, so that one can be changed without a gap. Raises UntrustedEvent for whatever is
    wrong: the package itself raises UnicodeDecodeError, TypeError and AttributeError on odd bytes before it verifies.
    """
    if len(body) > MOST_BODY_BYTES:
        raise UntrustedEvent("The body is too large.")
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
            _refuse_future(signature)
            return stored_event(_storable(json.loads(body)))
        except stripe.SignatureVerificationError:
            continue
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise UntrustedEvent("The body is not an event.") from error
    raise UntrustedEvent("No secret fits the signature.")


def _storable(body: dict[str, Any]) -> dict[str, Any]:
    """The body, if every database can keep it: without NUL, lone surrogates, NaN and infinity. Else ValueError."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    text.encode()
    if "\\u0000" in text:
        raise ValueError("NUL in the body")
    return body


def _refuse_future(signature: str) -> None:
    stamp = next(part[2:] for part in signature.split(",") if part.startswith("t="))
    if int(stamp) > time.time() + TOLERANCE_SECONDS:
        raise UntrustedEvent("The signature is from the future.")


def stored_event(body: dict[str, Any]) -> Event:
    """Read an event that was verified and stored. Raises KeyError, TypeError, AttributeError if it is none."""
    thing = body["data"]["object"]
    kind = str(thing.get("object", ""))
    intent = thing["id"] if kind == "payment_intent" else thing.get("payment_intent")
    metadata = thing.get("metadata") or {}
    return Event(
        id=str(body["id"])[:255],
        kind=str(body["type"])[:80],
        livemode=bool(body["livemode"]),
        object_id=str(thing.get("id", ""))[:255],
        object_kind=kind,
        number=str(metadata.get("order", ""))[:20],
        intent_id=str((intent.get("id") if isinstance(intent, dict) else intent) or "")[:255],
        body=body,
    )


def _session(raw: Any) -> Session:
    intent = raw.payment_intent
    return Session(
        id=raw.id,
        status=raw.status,
        url=raw.url or "",
        amount=raw.amount_total,
        currency=raw.currency,
        livemode=raw.livemode,
        number=raw.client_reference_id or "",
        intent=None if intent is None or isinstance(intent, str) else _intent(intent),
    )


def _intent(raw: Any) -> Intent:
    charge = raw.latest_charge
    details = getattr(charge, "payment_method_details", None)
    card = getattr(details, "card", None)
    before = getattr(card, "capture_before", None)
    return Intent(
        id=raw.id,
        status=raw.status,
        amount=raw.amount,
        capturable=raw.amount_capturable,
        received=raw.amount_received,
        currency=raw.currency,
        livemode=raw.livemode,
        number=getattr(raw.metadata, "order", "") if "order" in (raw.metadata or {}) else "",
        cancellation_reason=raw.cancellation_reason or "",
        capture_before=datetime.fromtimestamp(before, UTC) if before else None,
        card_brand=getattr(card, "brand", None) or "",
        card_last4=getattr(card, "last4", None) or "",
    )
