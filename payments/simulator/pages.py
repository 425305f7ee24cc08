"""The pages that people see: payment, 3-D Secure, receipt, and a word about what this is."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import card_form, checkout, money, sessions, shipping, views
from .card_form import Form
from .errors import ApiError
from .http import HTML, Answer, Request
from .templating import Html
from .work import Office, Work

if TYPE_CHECKING:
    from .webhooks import Sender

Doc = dict[str, Any]

STATIC = Path(__file__).parent / "static"
STATIC_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PATIENCE_SECONDS = 10.0
"""How long Checkout keeps the customer for the shop's answer to `checkout.session.completed`, as Stripe does."""

SESSION = re.compile(r"/pay/([A-Za-z0-9_]{1,200})\Z")
AUTHENTICATION = re.compile(r"/pay/([A-Za-z0-9_]{1,200})/authenticate\Z")
RECEIPT = re.compile(r"/receipts/([A-Za-z0-9_]{1,200})\Z")


class Pages:
    """Answers everything that is not an API."""

    def __init__(self, office: Office, sender: Sender, shop: str) -> None:
        self.office = office
        self.sender = sender
        self.shop = shop

    def answer(self, request: Request) -> Answer | None:
        """Return the page, or None if there is none at this address."""
        method = "GET" if request.method == "HEAD" else request.method
        for wanted, pattern, act in (
            ("GET", SESSION, self._show),
            ("POST", SESSION, self._pay),
            ("GET", AUTHENTICATION, self._show_authentication),
            ("POST", AUTHENTICATION, self._authenticate),
            ("GET", RECEIPT, self._show_receipt),
        ):
            match = pattern.match(request.path)
            if match and wanted == method:
                return self._guarded(act, request, match[1])
        if method == "GET" and request.path.startswith("/static/"):
            return _files().get(request.path.removeprefix("/static/"))
        if method == "GET" and request.path == "/":
            return _page(views.page("Payment simulator", _about()))
        return None

    def _guarded(self, act: Callable[[Request, str], Answer], request: Request, object_id: str) -> Answer:
        try:
            return act(request, object_id)
        except checkout.SessionClosed as closed:
            return self._closed(closed.session)
        except ApiError as error:
            head = "Nothing here" if error.status == 404 else "This did not work"
            text = "This payment page does not exist." if error.status == 404 else str(error)
            return _page(views.message_page(head, text, Html("")), status=error.status)

    # The payment page

    def _show(self, request: Request, session_id: str) -> Answer:
        with self.office.work() as work:
            session = checkout.open_session(work, session_id)
            if checkout.waiting_intent(work, session):
                return _go(f"/pay/{session_id}/authenticate")
            return self._form(work, session, Form())

    def _pay(self, request: Request, session_id: str) -> Answer:
        form = card_form.read(request.body)
        with self.office.work() as work:
            session = work.get("checkout.session", session_id)
            if session["status"] == "complete":
                return _go(sessions.return_url(session))
            if form.value("fill"):
                card_form.fill(form, form.value("fill"))
                return self._form(work, session, form)
            if self._chose_another_rate(work, session, form):
                return self._form(work, session, form)
            card_form.check(form, session)
            if form.errors:
                return self._form(work, session, form, status=422)
            outcome = self._attempt(work, session, form)
            if outcome.decline:
                return self._refused(work, session_id, form, outcome)
        return self._onward(work, session_id, outcome)

    def _chose_another_rate(self, work: Work, session: Doc, form: Form) -> bool:
        """Work out the new total and show it, before anything is charged that the customer has not seen."""
        rates = [option["shipping_rate"] for option in session["shipping_options"]]
        rate = form.value("rate")
        if (
            session["status"] != "open"
            or rate not in rates
            or rate == session["shipping_cost"]["shipping_rate"]
        ):
            return False
        work.update(session, **shipping.choose(session, rate))
        if not form.value("choose"):
            total = money.show(session["amount_total"], session["currency"])
            form.problem = f"With this delivery the total is {total}. Please check it and pay."
        return True

    def _attempt(self, work: Work, session: Doc, form: Form) -> checkout.Outcome:
        entry, ship_to = card_form.entry(form), card_form.ship_to(form, session)
        return checkout.pay(work, session["id"], entry, ship_to=ship_to)

    def _refused(self, work: Work, session_id: str, form: Form, outcome: checkout.Outcome) -> Answer:
        if outcome.decline:
            form.blame(outcome.decline)
        form.forget_card()
        return self._form(work, work.get("checkout.session", session_id), form, status=402)

    def _onward(self, work: Work, session_id: str, outcome: checkout.Outcome) -> Answer:
        """After the commit: to the bank's page, or back to the shop once it has heard of the payment."""
        if outcome.needs_authentication:
            return _go(f"/pay/{session_id}/authenticate")
        for event in work.events:
            if event["type"] == "checkout.session.completed":
                self.sender.wait_for_attempt(event["id"], PATIENCE_SECONDS)
        with self.office.work() as later:
            return _go(sessions.return_url(later.get("checkout.session", session_id)))

    def _form(self, work: Work, session: Doc, form: Form, *, status: int = 200) -> Answer:
        lines = work.hidden(session["id"])["line_items"]
        for line in lines:
            line["product"] = work.get("product", line["price"]["product"])
        rates = [work.get("shipping_rate", option["shipping_rate"]) for option in session["shipping_options"]]
        shop = views.shop_name(session, self.shop)
        return _page(views.pay_page(session, lines, rates, shop, form), status=status, session=session)

    def _closed(self, session: Doc) -> Answer:
        shop = views.shop_name(session, self.shop)
        return _page(views.closed_page(session, shop, sessions.return_url(session)), session=session)

    # 3-D Secure

    def _show_authentication(self, request: Request, session_id: str) -> Answer:
        with self.office.work() as work:
            session = checkout.open_session(work, session_id)
            intent = checkout.waiting_intent(work, session)
            if intent is None:
                return _go(f"/pay/{session_id}")
            method = work.get("payment_method", intent["payment_method"])
            shop = views.shop_name(session, self.shop)
            return _page(views.authentication_page(session, intent, method, shop), session=session)

    def _authenticate(self, request: Request, session_id: str) -> Answer:
        form = card_form.read(request.body)
        with self.office.work() as work:
            session = checkout.open_session(work, session_id)
            if checkout.waiting_intent(work, session) is None:
                return _go(f"/pay/{session_id}")
            outcome = checkout.authenticate(work, session_id, succeeds=form.value("answer") == "complete")
            if outcome.decline:
                again = Form(_typed_before(work, session_id))
                return self._refused(work, session_id, again, outcome)
        return self._onward(work, session_id, outcome)

    # Others

    def _show_receipt(self, request: Request, charge_id: str) -> Answer:
        with self.office.work() as work:
            return _page(views.receipt_page(work.get("charge", charge_id), self.shop or "the shop"))


def _typed_before(work: Work, session_id: str) -> dict[str, str]:
    """What the customer had typed before the bank's page, without the card."""
    entry = work.hidden(session_id)["entry"]
    typed = {name: entry[name] or "" for name in ("name", "email", "phone")}
    return typed | {name: value or "" for name, value in entry["address"].items()}


def _page(html: Html, *, status: int = 200, session: Doc | None = None) -> Answer:
    headers = {
        "Content-Security-Policy": _policy(session),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(status, html.encode(), HTML, headers)


def _policy(session: Doc | None) -> str:
    """Nothing but our own style and script, the shop's pictures, and forms that end at the shop."""
    ends = ["'self'"]
    for name in ("success_url", "return_url"):
        url = session[name] if session else None
        if url:
            parts = urlsplit(url)
            ends.append(f"{parts.scheme}://{parts.netloc}")
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' http: https:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {' '.join(ends)}"
    )


def _go(url: str) -> Answer:
    return Answer(303, b"", HTML, {"Location": url, "Referrer-Policy": "no-referrer"})


def _about() -> Html:
    return Html((Path(__file__).parent / "templates" / "about.html").read_text(encoding="utf-8"))


@cache
def _files() -> dict[str, Answer]:
    """The style sheet and the script, read once."""
    return {file.name: _file(file) for file in STATIC.iterdir() if file.suffix in STATIC_TYPES}


def _file(file: Path) -> Answer:
    headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    return Answer(200, file.read_bytes(), STATIC_TYPES[file.suffix], headers)
