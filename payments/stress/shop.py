"""Where a scenario runs: a shop and a simulator of this machine, and nothing else."""

import ipaddress
import json
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from config import health
from config.processes import Trouble
from payments.simulator.guard import LIVE_PREFIXES

SECONDS = 10.0


@dataclass(frozen=True)
class Place:
    """A server of this machine, reached over plain HTTP."""

    host: str
    port: int

    @classmethod
    def of(cls, address: str, *, name: str) -> "Place":
        """Read an address such as http://127.0.0.1:8000; raises Trouble unless it is one of this machine."""
        parts = urlsplit(address.rstrip("/"))
        try:
            host, port = parts.hostname or "", parts.port or 80
        except ValueError:
            host, port = "", 0
        if parts.scheme != "http" or not host or parts.path or parts.query or parts.username:
            raise Trouble(f"{name} must be an address such as http://127.0.0.1:8000, not {address!r}.")
        if not _is_loopback(host):
            raise Trouble(f"{name} is {host}, another machine: stress is for shops on this one (127.0.0.1).")
        return cls(host, port)

    @property
    def here(self) -> str:
        """Host and port, as requests name them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.here}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Shop:
    """The shop under stress and the simulator that it is paid at."""

    site: Place
    stripe: Place

    @classmethod
    def found(cls, site: str, simulator: str) -> "Shop":
        """The two that answer at these addresses; raises Trouble where real money may be near, or nobody answers."""
        shop = cls(Place.of(site, name="--site"), Place.of(simulator, name="--simulator"))
        if settings.STRIPE_SECRET_KEY.startswith(LIVE_PREFIXES):
            raise Trouble("A live Stripe key is configured: stress runs with the simulator only.")
        if _address(settings.STRIPE_API_BASE) != (shop.stripe.host, shop.stripe.port):
            raise Trouble(
                f"This shop is paid at {settings.STRIPE_API_BASE} (STRIPE_API_BASE), not at the simulator "
                f"{shop.stripe.url}: name the one it uses in --simulator."
            )
        if "calls" not in shop.control("stats"):
            raise Trouble(f"What answers at {shop.stripe.url} is no simulator.")
        _get(f"{shop.site.url}/health/live", what="shop")
        for _, wrong in health.examine({"database", "migrations"}):
            if wrong:
                raise Trouble(f"{wrong} Is DATABASE_URL the one of the shop at {shop.site.url}?")
        return shop

    def control(self, path: str, **said: object) -> dict:
        """Ask the simulator's control door; POSTs what is said, if anything is. Raises Trouble."""
        return _json(_get(f"{self.stripe.url}/_control/{path}", what="simulator (with --control)", said=said))

    def clear_faults(self) -> None:
        _get(f"{self.stripe.url}/_control/faults", what="simulator", method="DELETE")


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or {"https": 443}.get(parts.scheme, 80)


def _get(url: str, *, what: str, said: dict | None = None, method: str = "") -> bytes:
    request = urllib.request.Request(  # noqa: S310  (of this machine)
        url,
        data=json.dumps(said).encode() if said else None,
        headers={"Content-Type": "application/json"},
        method=method or ("POST" if said else "GET"),
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  (of this machine)
            return answer.read()
    except OSError as error:
        raise Trouble(f"No {what} answers at {url}: {error}. Start one with `make demo`.") from error


def _json(text: bytes) -> dict:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
