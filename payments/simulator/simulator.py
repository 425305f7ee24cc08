"""The simulator put together: store, clock, API, payment page, webhooks, timers and server."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import events
from .api import Api
from .clock import Clock
from .control import Control
from .delivery import Endpoint, Mode
from .errors import ApiError
from .faults import Faults
from .http import Answer, Request
from .pages import Pages
from .server import Server
from .store import Store, to_json
from .timers import Ticker
from .webhooks import Sender
from .work import Office, Rules

Doc = dict[str, Any]


class Simulator:
    """A Stripe of your own, on one port and in one SQLite file.

    `webhook_secret` is one `whsec_…` text or several (as while a secret is being rolled). `control`
    opens the control API to this machine. `retry_seconds` and `attempts` steer the webhook retries,
    `refund_update_seconds` how long pending and failing refunds take, `webhook_workers` how many
    webhooks are under way at once, `public_url` how browsers reach the payment page, and `shop_name` who
    is paid there.
    """

    def __init__(
        self,
        db_path: str | Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str | Sequence[str] = (),
        enabled_events: Sequence[str] = events.DEFAULT_ENABLED,
        control: bool = False,
        public_url: str | None = None,
        shop_name: str = "",
        refund_update_seconds: float = 2.0,
        retry_seconds: float = 1.0,
        attempts: int = 12,
        webhook_timeout: float = 20.0,
        webhook_workers: int = 2,
    ) -> None:
        secrets = (webhook_secret,) if isinstance(webhook_secret, str) else tuple(webhook_secret)
        if webhook_url and not any(secrets):
            raise ValueError("Webhooks are always signed: give the simulator a webhook_secret.")
        self.store = Store(db_path)
        self.faults = Faults()
        self.server = Server((host, port), self._answer)
        self.url = f"http://{host}:{self.server.server_port}"
        rules = Rules(
            public_url=(public_url or self.url).rstrip("/"), refund_update_seconds=refund_update_seconds
        )
        self.office = Office(self.store, Clock(int(self.store.setting("clock_offset", "0"))), rules)
        endpoint = Endpoint(
            webhook_url,
            secrets,
            tuple(enabled_events),
            retry_seconds=retry_seconds,
            attempts=attempts,
            timeout=webhook_timeout,
        )
        self.sender = Sender(self.store, endpoint, webhook_workers)
        self.office.queue_delivery = self.sender.queue
        self.office.after_commit = self.sender.dispatch
        self.api = Api(self.office, self.faults)
        self.pages = Pages(self.office, self.sender, shop_name)
        self.control = Control(self) if control else None
        self._ticker = Ticker(self.office)
        self._thread = threading.Thread(target=self._serve, name="simulator-server", daemon=True)

    def start(self) -> Simulator:
        """Serve from a thread of its own; returns itself."""
        self.sender.start()
        self._ticker.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, drop every connection and close the file; what is not sent stays queued."""
        self.server.shutdown()
        self.server.drop_connections()
        self.server.server_close()
        self._ticker.stop()
        self.sender.stop()
        self.store.close()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def set_clock(self, offset: int) -> None:
        """Set the simulated clock to real time plus `offset` seconds, also for the next start."""
        self.office.clock.offset = offset
        self.store.set_setting("clock_offset", str(offset))

    def reset(self) -> None:
        """Forget everything: objects, events, deliveries, keys, faults, the clock's offset, the counts."""
        self.store.clear()
        self.sender.forget()
        self.sender.set_mode(Mode())
        self.faults.clear()
        self.set_clock(0)
        self.api.calls.clear()

    def stats(self) -> Doc:
        """Return the calls so far by endpoint, the deliveries by state, and how the simulator is set."""
        with self.store.lock:
            rows = self.store.db.execute("SELECT state, COUNT(*) FROM deliveries GROUP BY state").fetchall()
            objects = self.store.db.execute("SELECT kind, COUNT(*) FROM objects GROUP BY kind").fetchall()
        return {
            "calls": dict(sorted(self.api.calls.items())),
            "objects": dict(objects),
            "deliveries": dict(rows),
            "pending": self.sender.pending(),
            "webhooks": self.sender.mode(),
            "faults": self.faults.list(),
            "clock": {"now": self.office.clock.now(), "offset": self.office.clock.offset},
        }

    def _serve(self) -> None:
        self.server.serve_forever(poll_interval=0.05)

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/v1/"):
            return self.api.answer(request)
        if request.path.startswith("/_control/") and self.control:
            return self.control.answer(request)
        page = self.pages.answer(request)
        return page or _nothing_there(request)


def _nothing_there(request: Request) -> Answer:
    error = ApiError(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)
    return Answer(404, to_json(error.body).encode())
