"""What Stripe tells by itself: proven to be its own, and read."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe
from django.conf import settings

from payments.gateway.calls import walk
from payments.gateway.errors import UntrustedEvent

# How old a signature may be, and how far ahead of our clock.
TOLERANCE_SECONDS = stripe.Webhook.DEFAULT_TOLERANCE
MOST_BODY_BYTES = 500_000


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


def _storable(body: dict[str, Any]) -> dict[str, Any]:
    """The body, if every database can keep it: without NUL, lone surrogates, NaN and infinity. Else ValueError."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    text.encode()
    if "\\u0000" in text:
        raise ValueError("NUL in the body")
    return body


def walk_events(kinds: Iterable[str], *, since: datetime) -> Iterator[Event]:
    """The same for events of some kinds, 20 at most; Stripe keeps them for 30 days."""

    def read(raw: Any) -> Event:
        return stored_event(_storable(raw.to_dict(for_json=True)))

    yield from walk(lambda c: c.events, read, since=since, types=sorted(kinds))
