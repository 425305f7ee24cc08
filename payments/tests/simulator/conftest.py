"""A simulator in this process, the real Stripe client, and a webhook endpoint that remembers."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from payments.simulator import Simulator

stripe.enable_telemetry = False

SECRET = "whsec_of_the_tests"
LINE = {
    "quantity": 2,
    "price_data": {"currency": "eur", "unit_amount": 1999, "product_data": {"name": "Mug"}},
}


@dataclass
class Receiver:
    """A webhook endpoint: keeps what it was sent, verified by the SDK, and answers as told."""

    url: str = ""
    events: list[stripe.Event] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    pause: float = 0.0

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def wait_for(self, kind: str, *, times: int = 1, seconds: float = 5.0) -> stripe.Event:
        """Return the last event of a type once it came `times` times."""
        until = time.monotonic() + seconds
        while self.types.count(kind) < times:
            assert time.monotonic() < until, f"{kind} did not come {times} times, only {self.types}"
            time.sleep(0.005)
        return [event for event in self.events if event.type == kind][-1]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signature = self.headers["Stripe-Signature"]
            time.sleep(receiver.pause)
            receiver.signatures.append(signature)
            receiver.bodies.append(body)
            receiver.events.append(stripe.Webhook.construct_event(body, signature, SECRET))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    return Handler


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The simulator has a file of its own, and knows nothing of the shop's database."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.any_database)


@pytest.fixture
def receiver():
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/payments/webhook/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def simulator(tmp_path, receiver):
    with Simulator(
        tmp_path / "simulator.sqlite3",
        webhook_url=receiver.url,
        webhook_secret=SECRET,
        enabled_events=["*"],
        control=True,
        retry_seconds=0.05,
        refund_update_seconds=0.05,
    ) as running:
        yield running


@pytest.fixture
def client(simulator):
    """The shop's client: the real one, pointed at the simulator."""
    return make_client(simulator)


def make_client(simulator, **options: Any) -> stripe.StripeClient:
    return stripe.StripeClient(
        options.pop("key", "sk_test_of_the_tests"),
        base_addresses={"api": simulator.url},
        http_client=stripe.RequestsClient(timeout=options.pop("timeout", 5)),
        **options,
    )


@pytest.fixture
def control(simulator):
    """Call the control API: `control("clock", advance=60)`; returns what it answers."""

    def call(path: str, **given: Any) -> dict[str, Any]:
        answer = requests.post(f"{simulator.url}/_control/{path}", json=given, timeout=15)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


@pytest.fixture
def new_session(client):
    """Open a session as the shop does, with manual capture; keywords replace or, if None, leave out."""

    def create(**changes: Any) -> stripe.checkout.Session:
        return client.v1.checkout.sessions.create(session_params(**changes))

    return create


def session_params(**changes: Any) -> dict[str, Any]:
    params = {
        "mode": "payment",
        "line_items": [LINE],
        "payment_intent_data": {"capture_method": "manual", "metadata": {"order": "1042"}},
        "client_reference_id": "1042",
        "metadata": {"order": "1042"},
        "customer_email": "ada@example.com",
        "success_url": "https://shop.example/checkout/done/?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cart/",
        **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


@pytest.fixture
def pay(client, control, new_session):
    """Open a session and pay it; returns its PaymentIntent with the charge expanded."""

    def pay_with(
        card: str = "4242424242424242", *, capture: bool = False, **changes: Any
    ) -> stripe.PaymentIntent:
        session = new_session(**changes)
        outcome = control(f"sessions/{session.id}/pay", card=card)
        assert outcome["paid"], outcome
        if capture:
            client.v1.payment_intents.capture(outcome["payment_intent"])
        return client.v1.payment_intents.retrieve(outcome["payment_intent"], {"expand": ["latest_charge"]})

    return pay_with
