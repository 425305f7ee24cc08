"""PaymentMethods: the card that somebody typed in, without its number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .cards import BY_METHOD, Card, Decline, by_number
from .errors import no_such
from .ids import new_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

EMPTY_ADDRESS: Doc = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


@dataclass
class Entry:
    """What a customer typed into the card form."""

    number: str
    exp_month: int = 12
    exp_year: int = 2040
    cvc: str = "123"
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Doc = field(default_factory=dict)

    def card(self) -> Card | Decline:
        """Return the test card, or the decline that the number alone brings."""
        return by_number(self.number)

    def billing_details(self) -> Doc:
        return {
            "address": {**EMPTY_ADDRESS, **self.address},
            "email": self.email,
            "name": self.name,
            "phone": self.phone,
            "tax_id": None,
        }


def checks(card: Card, entry: Entry) -> Doc:
    """What the bank says about address and CVC; null for what was not given."""
    return {
        "address_line1_check": "pass" if entry.address.get("line1") else None,
        "address_postal_code_check": card.postcode_check if entry.address.get("postal_code") else None,
        "cvc_check": card.cvc_check if entry.cvc else None,
    }


def create(work: Work, card: Card, entry: Entry) -> Doc:
    """Keep the card as a PaymentMethod; which test card it is stays hidden beside it."""
    return work.insert(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "limited",
            "billing_details": entry.billing_details(),
            "card": _card(card, entry),
            "created": work.now,
            "customer": None,
            "customer_account": None,
            "livemode": False,
            "metadata": {},
            "radar_options": {"session": None},
            "type": "card",
        },
        hidden={"number": card.number},
    )


def from_id(work: Work, method_id: str, *, param: str) -> tuple[Doc, Card]:
    """Return the PaymentMethod and its card; `pm_card_visa` and its like make a new one each time."""
    if method_id in BY_METHOD:
        card = BY_METHOD[method_id]
        return create(work, card, Entry(card.number)), card
    method = work.find(method_id)
    if method is None or method["object"] != "payment_method":
        raise no_such("PaymentMethod", method_id, param=param)
    return method, card_of(work, method)


def card_of(work: Work, method: Doc) -> Card:
    card = by_number(work.hidden(method["id"])["number"])
    if isinstance(card, Decline):
        raise LookupError(f"{method['id']} holds no test card.")
    return card


def _card(card: Card, entry: Entry) -> Doc:
    return {
        "brand": card.brand,
        "checks": checks(card, entry),
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": entry.exp_month,
        "exp_year": entry.exp_year,
        "fingerprint": f"sim{card.number[-12:]}",
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
