"""The control API under `/_control/`: make happen what a test, a benchmark or a demo needs to see.

It answers only on the loopback address, and only when it was asked for at start. Every POST takes a
JSON object with `Content-Type: application/json`, which no web page of another origin can send.
The addresses and their parameters are written down in the package's docstring.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import checkout, disputes, events, holds, refunds, sessions, timers
from .cards import Decline
from .delivery import Mode
from .errors import ApiError
from .faults import Fault
from .http import Answer, Request
from .methods import EMPTY_ADDRESS, Entry
from .store import to_json
from .work import Work

if TYPE_CHECKING:
    from .simulator import Simulator

Doc = dict[str, Any]
Act = Callable[["Control", str, Doc], Doc]

FURTHEST_SECONDS = 100 * 366 * 24 * 3600
DECLINED = "4000000000000002"
FLUSH_SECONDS = 10.0


class Control:
    """Answers everything under `/_control/`."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.office = simulator.office

    def answer(self, request: Request) -> Answer:
        """Do what was asked for; 400 with a sentence for what cannot be done."""
        try:
            _check_caller(request)
            act, object_id = _find(request)
            return _json(200, act(self, object_id, _given(request)))
        except ApiError as error:
            return _json(error.status, error.body)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            return _json(400, {"error": {"type": "invalid_request_error", "message": str(error)}})

    # Customers without a browser

    def pay(self, session_id: str, given: Doc) -> Doc:
        """Pay a session as a customer would, 3-D Secure included."""
        entry = Entry(
            _text(given, "card", "4242424242424242"),
            name=_text(given, "name", "Simulated Customer"),
            email=_text(given, "email", "customer@example.com"),
            address=_address(given.get("address", {"country": "DE", "postal_code": "10115"})),
        )
        ship_to = _recipient(given["ship_to"]) if "ship_to" in given else None
        with self.office.work() as work:
            outcome = checkout.pay(
                work, session_id, entry, ship_to=ship_to, rate=_text(given, "rate", "") or None
            )
            if outcome.needs_authentication and given.get("authenticate") != "wait":
                succeeds = given.get("authenticate") != "fail"
                outcome = checkout.authenticate(work, session_id, succeeds=succeeds)
            answer = _told(work, session_id, outcome)
        self._wait(work, given)
        return answer

    def decline(self, session_id: str, given: Doc) -> Doc:
        """Try to pay with a card that is declined; the session stays open."""
        return self.pay(session_id, {"card": DECLINED, **given})

    def authenticate(self, session_id: str, given: Doc) -> Doc:
        """Complete the 3-D Secure step that a payment waits for, or fail it."""
        with self.office.work() as work:
            outcome = checkout.authenticate(work, session_id, succeeds=given.get("succeeds", True) is True)
            answer = _told(work, session_id, outcome)
        self._wait(work, given)
        return answer

    def expire(self, session_id: str, given: Doc) -> Doc:
        """Let an open session's time run out now."""
        with self.office.work() as work:
            session = work.get("checkout.session", session_id)
            if session["status"] == "open":
                sessions.expire(work, session)
            return {"status": session["status"]}

    # What Stripe and the banks do

    def lapse(self, intent_id: str, given: Doc) -> Doc:
        """Let the hold of one PaymentIntent run out now."""
        with self.office.work() as work:
            holds.lapse(work, intent_id)
            return work.get("payment_intent", intent_id)

    def open_dispute(self, object_id: str, given: Doc) -> Doc:
        reason = given.get("reason", "fraudulent")
        if reason not in disputes.REASONS:
            raise ValueError(f"Unknown reason {reason!r}; there are {', '.join(disputes.REASONS)}.")
        with self.office.work() as work:
            charge = _captured_charge(work, str(given.get("payment_intent") or given.get("charge")))
            inquiry = given.get("inquiry", False) is True
            amount = given.get("amount", charge["amount_captured"])
            if type(amount) is not int or not 0 < amount <= charge["amount_captured"]:
                raise ValueError("The amount must be a whole number, at most what was captured.")
            return disputes.open_dispute(work, charge, reason=reason, is_inquiry=inquiry, amount=amount)

    def decide_dispute(self, dispute_id: str, given: Doc) -> Doc:
        with self.office.work() as work:
            dispute = work.get("dispute", dispute_id)
            if dispute["status"] not in disputes.OPEN:
                raise ValueError(f"This dispute is {dispute['status']} already.")
            disputes.decide(work, dispute, won=given.get("won", True) is True)
            return dispute

    def fail_refund(self, refund_id: str, given: Doc) -> Doc:
        with self.office.work() as work:
            work.drop_timers(refund_id)
            refunds.fail(work, refund_id, str(given.get("reason", "unknown")))
            return work.get("refund", refund_id)

    def resend(self, event_id: str, given: Doc) -> Doc:
        with self.office.work() as work:
            events.retrieve(work, event_id)
        self.simulator.sender.resend(event_id)
        return {"event": event_id}

    # The clock, faults and webhooks

    def move_clock(self, object_id: str, given: Doc) -> Doc:
        """Move the simulator's clock, and do at once what has become due."""
        clock = self.office.clock
        offset = int(given.get("offset", clock.offset)) + int(given.get("advance", 0))
        if abs(offset) > FURTHEST_SECONDS:
            raise ValueError("The clock can be moved by at most a hundred years.")
        self.simulator.set_clock(offset)
        return {"now": clock.now(), "offset": clock.offset, "done": timers.run_due(self.office)}

    def add_fault(self, object_id: str, given: Doc) -> Doc:
        self.simulator.faults.add(Fault(**given))
        return {"faults": self.simulator.faults.list()}

    def clear_faults(self, object_id: str, given: Doc) -> Doc:
        self.simulator.faults.clear()
        return {"faults": []}

    def list_faults(self, object_id: str, given: Doc) -> Doc:
        return {"faults": self.simulator.faults.list()}

    def set_webhooks(self, object_id: str, given: Doc) -> Doc:
        if "types" in given:
            given["types"] = tuple(given["types"])
        self.simulator.sender.set_mode(Mode(**given))
        return self.simulator.sender.mode()

    def flush_webhooks(self, object_id: str, given: Doc) -> Doc:
        timeout = float(given.get("timeout", FLUSH_SECONDS))
        idle = self.simulator.sender.flush(timeout, dropped=given.get("dropped", False) is True)
        return {"idle": idle, "pending": self.simulator.sender.pending()}

    def stats(self, object_id: str, given: Doc) -> Doc:
        return self.simulator.stats()

    def reset(self, object_id: str, given: Doc) -> Doc:
        self.simulator.reset()
        return self.simulator.stats()

    def _wait(self, work: Work, given: Doc) -> None:
        """With `"wait": seconds`, hold the answer until the webhooks of this payment were tried once."""
        seconds = float(given.get("wait", 0))
        for event in work.events if seconds else ():
            self.simulator.sender.wait_for_attempt(event["id"], seconds)


ADDRESSES: tuple[tuple[str, str, Act], ...] = (
    ("POST", "/_control/sessions/([^/]+)/pay", Control.pay),
    ("POST", "/_control/sessions/([^/]+)/decline", Control.decline),
    ("POST", "/_control/sessions/([^/]+)/authenticate", Control.authenticate),
    ("POST", "/_control/sessions/([^/]+)/expire", Control.expire),
    ("POST", "/_control/payment_intents/([^/]+)/lapse", Control.lapse),
    ("POST", "/_control/refunds/([^/]+)/fail", Control.fail_refund),
    ("POST", "/_control/disputes", Control.open_dispute),
    ("POST", "/_control/disputes/([^/]+)/decide", Control.decide_dispute),
    ("POST", "/_control/events/([^/]+)/resend", Control.resend),
    ("POST", "/_control/clock", Control.move_clock),
    ("POST", "/_control/faults", Control.add_fault),
    ("GET", "/_control/faults", Control.list_faults),
    ("DELETE", "/_control/faults", Control.clear_faults),
    ("POST", "/_control/webhooks", Control.set_webhooks),
    ("POST", "/_control/webhooks/flush", Control.flush_webhooks),
    ("GET", "/_control/stats", Control.stats),
    ("POST", "/_control/reset", Control.reset),
)


def _text(given: Doc, name: str, default: str) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text.")
    return value


def _address(given: Any) -> Doc:
    unknown = set(given) - set(EMPTY_ADDRESS) if isinstance(given, dict) else {"address"}
    if unknown or not all(isinstance(value, str) for value in given.values()):
        raise ValueError(f"An address is an object of texts: {', '.join(EMPTY_ADDRESS)}.")
    return dict(given)


def _recipient(given: Any) -> Doc:
    if not isinstance(given, dict) or set(given) != {"name", "address"}:
        raise ValueError('ship_to is an object: {"name": …, "address": {…}}.')
    return {"name": _text(given, "name", ""), "address": _address(given["address"])}


def _find(request: Request) -> tuple[Act, str]:
    for method, pattern, act in ADDRESSES:
        match = re.fullmatch(pattern, request.path) if method == request.method else None
        if match:
            return act, match[1] if match.groups() else ""
    raise ApiError(f"There is no {request.method} {request.path} in the control API.", status=404)


def _check_caller(request: Request) -> None:
    """Only this machine, under a name of this machine: a page that rebinds its name cannot reach it."""
    host = _hostname(request.headers.get("host", ""))
    is_ours = host == "localhost" or host.endswith(".localhost") or _is_loopback(host)
    if not (_is_loopback(request.peer) and is_ours):
        raise ApiError("The control API answers on the loopback address only.", status=403)


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _given(request: Request) -> Doc:
    if request.method != "POST":
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ApiError("Send a JSON object with Content-Type: application/json.", status=415)
    given = json.loads(request.body or b"{}")
    if not isinstance(given, dict):
        raise ValueError("Send a JSON object.")
    return given


def _told(work: Work, session_id: str, outcome: checkout.Outcome) -> Doc:
    session = work.get("checkout.session", session_id)
    decline = outcome.decline
    return {
        "paid": outcome.paid,
        "needs_authentication": outcome.needs_authentication,
        "decline": _decline(decline) if decline else None,
        "status": session["status"],
        "payment_status": session["payment_status"],
        "payment_intent": session["payment_intent"],
        "return_url": sessions.return_url(session) if outcome.paid else None,
    }


def _decline(decline: Decline) -> Doc:
    return {"code": decline.code, "decline_code": decline.decline_code, "message": decline.message}


def _captured_charge(work: Work, object_id: str) -> Doc:
    doc = work.find(object_id) or {}
    charge = work.find(doc["latest_charge"]) if doc.get("latest_charge") else doc
    if not charge or charge.get("object") != "charge" or not charge["captured"]:
        raise ValueError(f"{object_id} has no captured charge to dispute.")
    return charge


def _json(status: int, value: Doc) -> Answer:
    return Answer(status, to_json(value).encode())
