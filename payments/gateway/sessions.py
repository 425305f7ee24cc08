"""The payment page: a Checkout Session for a frozen checkout."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.money import format_money
from orders.models import Checkout
from payments.gateway.calls import call, change, walk
from payments.gateway.errors import Refused
from payments.gateway.facts import INTENT, Session, session_of

# Languages of Stripe's payment page (https://docs.stripe.com/js/appendix/supported_locales), as Django calls them.
_STRIPE_SPEAKS = (
    "bg cs da de el en en-gb es et fi fr hr hu id it ja ko lt lv ms nb nl pl pt pt-br ro ru sk sl sv th tr vi "
    "zh-hans zh-hant"
)
_STRIPE_NAMES = {"en-gb": "en-GB", "pt-br": "pt-BR", "zh-hans": "zh", "zh-hant": "zh-TW"}


def create_session(checkout: Checkout, *, key: str, until: datetime | None = None) -> Session:
    """Open the payment page for a frozen checkout: authorise now, settle later. Raises Refused, Unclear.

    It ends with the checkout, or at `until`, which belongs to the key: asked again, it must be the same.
    """
    params: Any = session_params(checkout, until)
    return change(lambda c: session_of(c.checkout.sessions.create(params, {"idempotency_key": key})))


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
    return call(lambda c: session_of(c.checkout.sessions.retrieve(session_id, {"expand": [INTENT]})))


def expire_session(session_id: str) -> Session:
    """End a session, or learn what became of it: one that is paid or dead already is returned as it is.

    Raises Refused, Unclear.
    """
    try:
        return change(lambda c: session_of(c.checkout.sessions.expire(session_id)))
    except Refused:
        return retrieve_session(session_id)


def list_sessions(*, since: datetime) -> Iterator[Session]:
    """Walk all sessions made since then, newest first, 100 a call. Raises Refused, Unclear."""
    yield from walk(lambda c: c.checkout.sessions, session_of, since=since, expand=[f"data.{INTENT}"])


def find_session(number: str, *, since: datetime) -> Session | None:
    """Look for the session of a checkout whose creation was never answered. Raises Refused, Unclear."""
    return next((session for session in list_sessions(since=since) if session.number == number), None)
