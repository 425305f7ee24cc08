"""The servers that are measured: several sizes of the shop, the Stripe simulator and the floor."""

import json
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from config.bench.databases import Server
from config.bench.load import Place
from config.bench.visitor import HOST
from config.healthcheck import answers
from config.processes import Child, Company

STARTUP = 60
SHOP = "config.wsgi:application"
GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "--max-requests", "0")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def base_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The children's environment: production's settings, secrets made up for this run, nothing from outside.

    Workers and threads are gunicorn's defaults unless WEB_WORKERS and WEB_THREADS say otherwise.
    """
    kept = {
        name: environ[name]
        for name in ("PATH", "HOME", "LANG", "WEB_WORKERS", "WEB_THREADS")
        if name in environ
    }
    return {
        **kept,
        "ENV_FILE": "",
        "DEBUG": "off",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(24)}",
        "PUBLIC_BASE_URL": f"http://{HOST}",
        "STRIPE_API_BASE": f"http://{HOST}:1",
        "EMAIL_URL": "dummymail://",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "ERROR",
        "WEB_LOG_LEVEL": "error",
        "THROTTLING_MAX_RPS": "0",
    }


class Stand:
    """Starts what is measured, in a company that ends it."""

    def __init__(self, company: Company, server: Server, folder: Path):
        self.company = company
        self.server = server
        self.folder = folder

    def fill(self, sizes: Mapping[str, int]) -> dict[str, dict]:
        """Fill a scratch shop of each size, side by side; what visitors know of each, by name."""
        files = {name: self.folder / f"{name}.json" for name in sizes}
        self.company.run_together(
            {
                name: (sys.executable, "-m", "config.bench.fill", str(size), str(files[name]))
                for name, size in sizes.items()
            },
            {name: {"DATABASE_URL": self.server.create(name)} for name in sizes},
        )
        return {name: json.loads(file.read_text()) for name, file in files.items()}

    def fill_floor(self, count: int, words: list[str]) -> None:
        url = self.server.create("floor")
        command = (sys.executable, "-m", "config.bench.floor.fill", str(count), *words)
        self.company.run("floor", *command, DATABASE_URL=url)

    def open_floor(self, facts: dict) -> tuple[Place, Child]:
        port = free_port()
        child = self._serve(
            "floor",
            "config.bench.floor.wsgi:application",
            port,
            "floor",
            {"DJANGO_SETTINGS_MODULE": "config.bench.floor.settings"},
        )
        return Place(port, facts), child

    def open_shop(self, name: str, facts: dict, **environment: str) -> tuple[Place, Child]:
        """The shop on its database, to be looked at only: it has no Stripe."""
        port = free_port()
        return Place(port, facts), self._serve("shop", SHOP, port, name, environment)

    def open_trading_shop(
        self, name: str, facts: dict, *, app: str = SHOP, **environment: str
    ) -> tuple[Place, Child, Child]:
        """The shop with a simulator of its own: (where it is, gunicorn, simulator)."""
        port, stripe_port = free_port(), free_port()
        addresses = {
            "PUBLIC_BASE_URL": f"http://{HOST}:{port}",
            "STRIPE_API_BASE": f"http://{HOST}:{stripe_port}",
            **environment,
        }
        simulator = self.company.start(
            "simulator",
            *(sys.executable, "manage.py", "stripe_simulator", "--control", "--port", str(stripe_port)),
            *("--db", str(self.folder / f"simulator-{stripe_port}.sqlite3")),
            *("--allow-without-debug", "--yes-this-is-not-production"),
            **addresses,
        )
        site = self._serve("shop", app, port, name, addresses)
        self.company.wait_until(lambda: _listens(stripe_port), what="The simulator", seconds=STARTUP)
        return Place(port, facts, stripe_port), site, simulator

    def _serve(self, name: str, app: str, port: int, database: str, environment: Mapping[str, str]) -> Child:
        child = self.company.start(
            name,
            *(*GUNICORN, "--bind", f"{HOST}:{port}", app),
            **{**environment, "DATABASE_URL": self.server.url_of(database)},
        )
        path = "/page" if name == "floor" else "/health/live"
        self.company.wait_until(lambda: answers(port, path), what=f"The {name}", seconds=STARTUP)
        return child


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
