"""The simulator's control API and what a person would do in Stripe's dashboard, over plain HTTP."""

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from payments.demo.clock import real_now

SECONDS = 20


class NoSimulator(Exception):
    """Nobody answers who could be told to pay; the message says what to start."""


class NotHere(Exception):
    """Real money is near: nothing may be made up beside it."""


def refuse_live() -> None:
    """Raise NotHere beside a live key and beside Stripe itself."""
    if settings.STRIPE_LIVE or "_live_" in settings.STRIPE_SECRET_KEY:
        raise NotHere("A live Stripe key is configured: no demo is made up beside it.")
    host = urlsplit(settings.STRIPE_API_BASE).hostname or ""
    if host == "stripe.com" or host.endswith(".stripe.com"):
        raise NotHere(
            "STRIPE_API_BASE is Stripe itself: a demo is made up beside the simulator only. "
            "Set it to the simulator's address, such as http://127.0.0.1:12111."
        )


class Simulator:
    """The simulator at STRIPE_API_BASE."""

    def must_obey(self) -> None:
        """Raise NoSimulator unless it is there with its control API open."""
        try:
            self._control("stats", method="GET")
        except (OSError, ValueError) as error:
            raise NoSimulator(
                f"No simulator with its control API answers at {settings.STRIPE_API_BASE} ({error}). "
                "Start one: manage.py stripe_simulator --control"
            ) from error

    def set_clock(self, moment: datetime | None) -> None:
        """Set its clock to a moment, after which it runs on, or back to the real time."""
        offset = 0 if moment is None else int((moment - real_now()).total_seconds())
        self._control("clock", offset=offset)

    def send_webhooks(self, are_sent: bool) -> None:
        """Let it tell the shop what happens, or lose it on the way."""
        self._control("webhooks", mode="normal" if are_sent else "drop")

    def pay(self, session_id: str, card: str, name: str, address: dict[str, str]) -> bool:
        """Pay as a customer would, the bank's confirmation included; False if the card is declined."""
        place = {"country": address["country"], "postal_code": address["postcode"]}
        answer = self._control(f"sessions/{session_id}/pay", card=card, name=name, address=place)
        return bool(answer["paid"])

    def settle(self, intent_id: str) -> None:
        """Capture an authorised payment in full, as staff can in Stripe's dashboard."""
        self._dashboard(f"payment_intents/{intent_id}/capture")

    def release(self, intent_id: str) -> None:
        """Cancel an authorised payment, as staff can in Stripe's dashboard."""
        self._dashboard(f"payment_intents/{intent_id}/cancel", cancellation_reason="requested_by_customer")

    def _control(self, path: str, *, method: str = "POST", **given: object) -> dict[str, Any]:
        body = json.dumps(given).encode() if method == "POST" else None
        return _ask(f"/_control/{path}", body, {"Content-Type": "application/json"}, method)

    def _dashboard(self, path: str, **given: str) -> dict[str, Any]:
        key = {"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
        return _ask(f"/v1/{path}", urllib.parse.urlencode(given).encode(), key, "POST")


def _ask(path: str, body: bytes | None, headers: dict[str, str], method: str) -> dict[str, Any]:
    """One call; raises OSError with the simulator's own words if it refuses."""
    request = urllib.request.Request(  # noqa: S310 - an address of http(s), checked by the settings of Stripe
        settings.STRIPE_API_BASE + path, data=body, headers=headers, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise OSError(
            f"{method} {path}: {error.code} {error.read()[:300].decode(errors='replace')}"
        ) from error
