"""Customers, as far as a shop that checks people out needs them (https://docs.stripe.com/api/customers)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import rules
from .ids import new_id, random_text

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

SUPPORTED = frozenset(
    [
        "address",
        "description",
        "email",
        "metadata",
        "name",
        "phone",
        "preferred_locales",
        "shipping",
        "expand",
    ]
)


def create(work: Work, params: Doc) -> Doc:
    rules.only(params, SUPPORTED)
    customer = work.insert(
        {
            **{
                name: params.get(name) or None
                for name in ("address", "description", "email", "name", "phone")
            },
            "id": new_id("cus"),
            "object": "customer",
            "balance": 0,
            "created": work.now,
            "delinquent": False,
            "invoice_prefix": random_text(8).upper(),
            "invoice_settings": {},
            "livemode": False,
            "metadata": rules.metadata(params.get("metadata")),
            "next_invoice_sequence": 1,
            "preferred_locales": params.get("preferred_locales", []),
            "shipping": params.get("shipping") or None,
            "tax_exempt": "none",
        }
    )
    work.emit("customer.created", customer)
    return customer


def update(work: Work, customer: Doc, params: Doc) -> Doc:
    rules.only(params, SUPPORTED)
    changes = {name: value or None for name, value in params.items() if name not in ("metadata", "expand")}
    if "metadata" in params:
        changes["metadata"] = rules.metadata(params["metadata"], old=customer["metadata"])
    previous = work.update(customer, **changes)
    if previous:
        work.emit("customer.updated", customer, previous=previous)
    return customer
