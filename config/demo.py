"""Runs the whole shop in one terminal, seeded: `make demo`, or `.venv/bin/python -m config.demo`.

Needs no keys and no services. Secrets are made up once, into var/demo.env; money moves through the
Stripe simulator. DATABASE_URL and REDIS_URL may name real ones; every other setting is the demo's own,
so that nothing in the environment can point it at a live account. Standard library only.
"""

import argparse
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.healthcheck import answers
from config.processes import Asked, Company, Trouble

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
HOST = "127.0.0.1"
# Seconds. A slow machine starts two gunicorn workers and the simulator well within it.
STARTUP = 60


@dataclass(frozen=True)
class Ports:
    site: int
    simulator: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Ports":
        """Read DEMO_PORT and SIMULATOR_PORT; raises Trouble unless they are two port numbers."""
        try:
            ports = cls(int(environ.get("DEMO_PORT", "8000")), int(environ.get("SIMULATOR_PORT", "12111")))
        except ValueError:
            raise Trouble("DEMO_PORT and SIMULATOR_PORT must be numbers.") from None
        if ports.site == ports.simulator or not all(
            0 < port < 65536 for port in (ports.site, ports.simulator)
        ):
            raise Trouble("DEMO_PORT and SIMULATOR_PORT must be two different ports from 1 to 65535.")
        return ports

    @property
    def site_url(self) -> str:
        return f"http://{HOST}:{self.site}"

    @property
    def simulator_url(self) -> str:
        return f"http://{HOST}:{self.simulator}"

    def must_be_free(self) -> None:
        """Raise Trouble if somebody listens on one of them."""
        for port, variable in ((self.site, "DEMO_PORT"), (self.simulator, "SIMULATOR_PORT")):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise Trouble(
                        f"Port {port} on {HOST} cannot be had ({error.strerror}): is another demo running? "
                        f"End it, or choose another port: {variable}={port + 1} make demo"
                    ) from None


def write_env_file(path: Path, ports: Ports) -> None:
    """Make up the demo's secrets, once; the addresses in it are always those of the latest start.

    Readable by its owner only. Commands that are run beside the demo read it too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(24)}",
        **(read_env_file(path) if path.exists() else {}),
    }
    addresses = {
        "PUBLIC_BASE_URL": ports.site_url,
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "STRIPE_API_BASE": ports.simulator_url,
        "EMAIL_BACKEND": "config.mail.DemoBackend",
        "SHOP_LEGAL_NAME": "Tally Demo Shop",
        "SHOP_ADDRESS": "Demo Street 1|10115 Berlin|Germany",
        "SHOP_VAT_ID": "DE000000000",
    }
    lines = ["# Made up by `make demo` for this checkout; delete it to have new secrets."]
    lines += [f"{name}={value}" for name, value in {**secret, **addresses}.items()]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(lines) + "\n")


def read_env_file(path: Path) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and line[0] != "#")
    return {name.strip(): value.strip() for name, value in pairs}


def demo_environment(env_file: Path, ports: Ports, environ: Mapping[str, str]) -> dict[str, str]:
    """The children's environment: the demo's settings win over what was there, today's ports over both."""
    return {
        **environ,
        **read_env_file(env_file),
        "ENV_FILE": str(env_file),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "off",
        "PUBLIC_BASE_URL": ports.site_url,
        "STRIPE_API_BASE": ports.simulator_url,
        "WEB_BIND": f"{HOST}:{ports.site}",
        "PYTHONUNBUFFERED": "1",
        # The terminal is for the mail that would be sent and for what goes wrong.
        "LOG_LEVEL": environ.get("LOG_LEVEL", "WARNING"),
    }


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def summary(ports: Ports, logins: str) -> str:
    """What a visitor needs to know, in a frame."""
    lines = [
        "Tally is open",
        "",
        f"shop        {ports.site_url}/",
        f"console     {ports.site_url}/admin/",
        "mail        var/mail/ (nothing is sent)",
        "books       .venv/bin/python manage.py verify_books",
        "",
        *(logins.strip() or "Logins: none were made; the shop was not seeded by this demo.").splitlines(),
        "",
        "Test cards (any future date, any CVC)",
        "  4242 4242 4242 4242   pays",
        "  4000 0000 0000 0002   is declined",
        "  4000 0000 0000 9995   has insufficient funds",
        "  4000 0025 0000 3155   asks for the bank's confirmation (3-D Secure)",
        "",
        "Vouchers (those of a new demo)",
        "  WELCOME10   10 % off a first order",
        "  FIVER       5.00 off from 30.00 on",
        "",
        "Ctrl-C ends everything; the data stays in var/ for the next time (make clean removes it).",
    ]
    width = max(map(len, lines))
    rule = "+" + "-" * (width + 4) + "+"
    return "\n".join([rule, *(f"|  {line:<{width}}  |" for line in lines), rule])


def open_shop(company: Company, ports: Ports, simulator_file: Path) -> None:
    """Migrate, start the three processes, wait until they answer, seed the shop if it is empty."""
    manage = (sys.executable, "manage.py")
    simulator_options = (
        *("--port", str(ports.simulator), "--db", str(simulator_file), "--control"),
        *("--allow-without-debug", "--yes-this-is-not-production"),
    )
    company.run("migrate", *manage, "migrate", "--no-input", "--verbosity", "1")
    company.start("simulator", *manage, "stripe_simulator", *simulator_options)
    company.wait_until(lambda: listens(ports.simulator), what="The simulator", seconds=STARTUP)
    company.start("site", sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py")
    company.wait_until(lambda: answers(ports.site, "/health/live"), what="The site", seconds=STARTUP)
    company.start("worker", *manage, "worker")
    company.run("seed", *manage, "seed_demo")


def check_shop(company: Company, ports: Ports) -> None:
    """For CI: the shop is ready, shows its pages and their styles, and its books balance."""
    company.wait_until(lambda: answers(ports.site, "/health/ready"), what="/health/ready", seconds=STARTUP)
    for path in ("/", "/products/", "/static/css/base.css"):
        if not answers(ports.site, path):
            raise Trouble(f"{path} does not answer with 200.")
    company.run("books", sys.executable, "manage.py", "verify_books")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="start, seed, check, stop; the exit code tells")
    options = parser.parse_args(arguments)
    env_file = VAR / "demo.env"
    try:
        ports = Ports.from_environment(os.environ)
        ports.must_be_free()
        write_env_file(env_file, ports)
        with (
            tempfile.TemporaryDirectory(prefix="tally-") as scratch,
            Company(env=demo_environment(env_file, ports, os.environ), cwd=ROOT) as company,
        ):
            # For a check the simulator has no past: the database under test has none either.
            open_shop(company, ports, (Path(scratch) if options.check else VAR) / "simulator.sqlite3")
            if options.check:
                check_shop(company, ports)
                print("The demo starts, sells and balances.", flush=True)
                return 0
            logins = VAR / "demo-logins.txt"
            print(summary(ports, logins.read_text() if logins.is_file() else ""), flush=True)
            company.stay()
    except Asked:
        print("Tally is closed.", flush=True)
        return 1 if options.check else 0
    except Trouble as trouble:
        print(f"demo: {trouble}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
