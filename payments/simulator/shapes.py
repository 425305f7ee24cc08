"""The fields that each object has, taken from the installed `stripe` package's own resource classes.

Stripe sends every field of an object, null where it is empty, and the SDK raises AttributeError on one
that is absent. So whatever the simulator builds is completed here with the nulls it did not name.
"""

from __future__ import annotations

import typing
from functools import cache
from typing import Any

import stripe
from stripe import StripeObject
from stripe import checkout as stripe_checkout
from stripe import radar as stripe_radar

Doc = dict[str, Any]

RESOURCES: dict[str, type] = {
    "checkout.session": stripe_checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "price": stripe.Price,
    "product": stripe.Product,
    "coupon": stripe.Coupon,
    "customer": stripe.Customer,
    "shipping_rate": stripe.ShippingRate,
    "balance_transaction": stripe.BalanceTransaction,
    "radar.early_fraud_warning": stripe_radar.EarlyFraudWarning,
}

ON_REQUEST = {
    "checkout.session": {"line_items"},
    "charge": {"refunds"},
    "customer": {"deleted", "sources", "subscriptions", "tax_ids", "tax", "cash_balance"},
    "price": {"deleted", "currency_options", "tiers"},
    "product": {"deleted"},
    "coupon": {"deleted", "applies_to", "currency_options"},
    "event": {"account", "context"},
}
"""Fields that Stripe sends only when asked to expand them, or only of deleted and Connect objects."""

ON_REQUEST_INSIDE = {"FixedAmount": {"currency_options"}}
"""The same for objects inside objects, by the name of their class; the SDK cannot read a null in this one."""

ONE_OF = {"PaymentMethod", "PaymentMethodDetails", "PaymentMethodOptions", "NextAction", "DestinationDetails"}
"""Classes of which Stripe sends the member that applies, not fifty nulls for the ones that do not."""


def complete(doc: Doc) -> Doc:
    """Return `doc` with every field of its resource, null where `doc` names none."""
    kind = doc["object"]
    filled = _fill(RESOURCES[kind], doc)
    for name in ON_REQUEST.get(kind, ()):
        if name not in doc:
            filled.pop(name, None)
    return filled


def expandable(kind: str) -> frozenset[str]:
    """Return the fields of a kind of object that hold an id, and the object itself once expanded."""
    resource = RESOURCES.get(kind)
    return _expandable(resource) if resource else frozenset()


@cache
def _expandable(resource: type) -> frozenset[str]:
    return frozenset(name for name, hint in resource.__annotations__.items() if _is_id_or_object(hint))


def _is_id_or_object(hint: Any) -> bool:
    args = typing.get_args(hint)
    return str in args and any(isinstance(arg, typing.ForwardRef) for arg in args)


def _fill(resource: type, doc: Doc) -> Doc:
    filled = dict(doc) if resource.__name__ in ONE_OF else {**_nulls(resource), **doc}
    for name, inner in _inner(resource).items():
        value = filled.get(name)
        if isinstance(value, dict):
            filled[name] = _fill(inner, value)
        elif isinstance(value, list):
            filled[name] = [_fill(inner, item) if isinstance(item, dict) else item for item in value]
    return filled


@cache
def _nulls(resource: type) -> Doc:
    absent = {"OBJECT_NAME", *ON_REQUEST_INSIDE.get(resource.__name__, ())}
    names = [name for name in resource.__annotations__ if name not in absent]
    first = [name for name in ("id", "object") if name in names]
    return dict.fromkeys([*first, *sorted(set(names) - set(first))])


@cache
def _inner(resource: type) -> dict[str, type]:
    """The fields of `resource` that are objects of their own class (or lists of such)."""
    found = {}
    for name, hint in resource.__annotations__.items():
        inner = _object_class(hint)
        if inner is not None:
            found[name] = inner
    return found


def _object_class(hint: Any) -> type | None:
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return hint if hint.__annotations__ else None
    if typing.get_origin(hint) in (list, typing.Union):
        for arg in typing.get_args(hint):
            found = _object_class(arg)
            if found is not None:
                return found
    return None
