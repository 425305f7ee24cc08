"""What a customer does on the payment page: pay, complete 3-D Secure or fail it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import confirming, customers, intents, methods, shipping
from .cards import Decline
from .errors import ApiError
from .methods import Entry

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How an attempt to pay ended: paid, asked for authentication, or declined."""

    decline: Decline | None = None
    needs_authentication: bool = False

    @property
    def paid(self) -> bool:
        return self.decline is None and not self.needs_authentication


class SessionClosed(ApiError):
    """The session is complete or expired, so nobody can pay it any more."""

    def __init__(self, session: Doc) -> None:
        super().__init__(f"This Checkout Session is {session['status']}.", saved=True)
        self.session = session


def pay(
    work: Work, session_id: str, entry: Entry, *, ship_to: Doc | None = None, rate: str | None = None
) -> Outcome:
    """Try to pay an open session with a card; raises SessionClosed if it is not open."""
    session = open_session(work, session_id)
    entry.email = session["customer_email"] or entry.email
    if rate:
        work.update(session, **shipping.choose(session, rate))
    work.hide(session_id, entry=_kept(entry), ship_to=ship_to)
    if not session["amount_total"]:
        _complete(work, session, intent=None)
        return Outcome()
    card = entry.card()
    if isinstance(card, Decline):
        return Outcome(decline=card)
    intent = _intent(work, session)
    method = methods.create(work, card, entry)
    decline = confirming.attempt(work, intent, method, card, cvc_given=bool(entry.cvc))
    return _conclude(work, session, intent, decline)


def authenticate(work: Work, session_id: str, *, succeeds: bool) -> Outcome:
    """Finish the 3-D Secure step that a payment is waiting for."""
    session = open_session(work, session_id)
    intent = waiting_intent(work, session)
    if intent is None:
        raise ApiError("This Checkout Session is not waiting for authentication.", saved=True)
    if not succeeds:
        return Outcome(decline=confirming.fail_authentication(work, intent))
    return _conclude(work, session, intent, confirming.authenticate(work, intent))


def open_session(work: Work, session_id: str) -> Doc:
    session = work.get("checkout.session", session_id)
    if session["status"] != "open":
        raise SessionClosed(session)
    return session


def waiting_intent(work: Work, session: Doc) -> Doc | None:
    """Return the session's PaymentIntent if it waits for 3-D Secure."""
    intent = work.find(session["payment_intent"]) if session["payment_intent"] else None
    return intent if intent and intent["status"] == "requires_action" else None


def _conclude(work: Work, session: Doc, intent: Doc, decline: Decline | None) -> Outcome:
    if decline:
        return Outcome(decline=decline)
    if intent["status"] == "requires_action":
        return Outcome(needs_authentication=True)
    _complete(work, session, intent)
    return Outcome()


def _intent(work: Work, session: Doc) -> Doc:
    """Return the session's PaymentIntent, made at the first attempt and kept for the next ones."""
    if session["payment_intent"]:
        intent = work.get("payment_intent", session["payment_intent"])
        work.update(intent, amount=session["amount_total"])
        return intent
    hidden = work.hidden(session["id"])
    wanted = {
        **hidden["payment_intent_data"],
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
    }
    if hidden.get("ship_to"):
        wanted["shipping"] = _shipping(hidden["ship_to"])
    intent = intents.open_intent(work, {name: value for name, value in wanted.items() if value is not None})
    work.emit("payment_intent.created", intent)
    work.update(session, payment_intent=intent["id"])
    return intent


def _complete(work: Work, session: Doc, intent: Doc | None) -> None:
    hidden = work.hidden(session["id"])
    entry, ship_to = hidden["entry"], hidden.get("ship_to")
    work.drop_timers(session["id"])
    changes: Doc = {
        "status": "complete",
        "url": None,
        "customer_details": _customer_details(entry),
        "collected_information": {"shipping_details": _shipping(ship_to) if ship_to else None},
        "customer": session["customer"] or _new_customer(work, session, entry),
    }
    if intent:
        changes["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    work.update(session, **changes)
    work.emit("checkout.session.completed", session)


def _new_customer(work: Work, session: Doc, entry: Doc) -> str | None:
    if session["customer_creation"] != "always":
        return None
    customer = customers.create(work, {"email": entry["email"], "name": entry["name"]})
    customer_id: str = customer["id"]
    return customer_id


def _customer_details(entry: Doc) -> Doc:
    return {
        "address": {**methods.EMPTY_ADDRESS, **entry["address"]},
        "email": entry["email"],
        "name": entry["name"],
        "phone": entry["phone"],
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _shipping(ship_to: Doc) -> Doc:
    return {"address": {**methods.EMPTY_ADDRESS, **ship_to["address"]}, "name": ship_to["name"]}


def _kept(entry: Entry) -> Doc:
    return {"name": entry.name, "email": entry.email, "phone": entry.phone, "address": entry.address}
