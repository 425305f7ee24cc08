"""The shop as it runs in production: gunicorn in processes of its own, beside the simulator, on the test's database."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from django.conf import settings
from django.db import connection


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """The address of the database that this test runs on."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    return f"postgres://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"


class Stripe:
    """The simulator in its own process, with its control API as methods."""

    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"

    def control(self, path: str, method: str = "POST", **body: object) -> dict:
        request = urllib.request.Request(  # noqa: S310 (of this machine)
            f"{self.url}/_control/{path}",
            data=json.dumps(body).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (of this machine)
            return json.loads(answer.read())

    def pay(self, page: str, **body: object) -> dict:
        """Pay on the page that the shop led to, with a card that is good unless another one is given."""
        return self.control(f"sessions/{session_of(page)}/pay", **body)


def session_of(page: str) -> str:
    """The id of the session whose payment page has this address."""
    return page.rstrip("/").rsplit("/", 1)[1]


class RunningShop:
    """Site, simulator and, if asked for, worker as processes; found at `url`. Ends everything it started."""

    def __init__(
        self,
        *,
        workers: int = 2,
        threads: int = 4,
        app: str = "config.wsgi:application",
        with_worker: bool = False,
        **environment: str,
    ):
        self.folder = tempfile.TemporaryDirectory(prefix="shop-")
        port, stripe_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.stripe = Stripe(stripe_port)
        self.app = app
        self.with_worker = with_worker
        self.mail_folder = Path(self.folder.name) / "mail"
        self.log = Path(self.folder.name) / "shop.log"
        self.processes: list[subprocess.Popen] = []
        self.environment = {
            **os.environ,
            "ENV_FILE": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "off",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "PUBLIC_BASE_URL": self.url,
            "STRIPE_API_BASE": self.stripe.url,
            "STRIPE_SECRET_KEY": settings.STRIPE_SECRET_KEY,
            "STRIPE_WEBHOOK_SECRET": settings.STRIPE_WEBHOOK_SECRETS[0],
            "EMAIL_URL": f"filemail:///{self.mail_folder}",
            "WEB_BIND": f"127.0.0.1:{port}",
            "WEB_WORKERS": str(workers),
            "WEB_THREADS": str(threads),
            "LOG_LEVEL": "ERROR",
            "THROTTLING_MAX_RPS": "0",
            **environment,
        }

    def __enter__(self) -> "RunningShop":
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        settings.STRIPE_API_BASE = self.stripe.url
        self._spawn(
            "manage.py",
            "stripe_simulator",
            "--control",
            "--allow-without-debug",
            "--yes-this-is-not-production",
            f"--port={self.stripe.url.rsplit(':', 1)[1]}",
            f"--db={self.folder.name}/stripe.sqlite3",
        )
        self._spawn("-m", "gunicorn", "--config", "config/gunicorn.py", self.app)
        if self.with_worker:
            self._spawn("manage.py", "worker")
        self._wait_for(f"{self.stripe.url}/_control/stats")
        self._wait_for(f"{self.url}/health/live")

    def __exit__(self, *problem: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.folder.cleanup()

    def _spawn(self, *words: str) -> None:
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *words],
                    env=self.environment,
                    cwd=settings.BASE_DIR,
                    stdout=log,
                    stderr=log,
                )
            )

    def _wait_for(self, address: str) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 (of this machine)
            except OSError:
                assert time.monotonic() < deadline, self.said()
                time.sleep(0.1)
            else:
                return

    def workers(self) -> list[int]:
        """The process ids of the web workers."""
        master = self.processes[1].pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def kill_a_worker(self) -> None:
        """End one web worker of this shop at once, as a crash would; gunicorn starts another."""
        if running := self.workers():
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself meanwhile
                os.kill(random.choice(running), signal.SIGKILL)

    def wait_until_live(self) -> None:
        self._wait_for(f"{self.url}/health/live")

    def said(self) -> str:
        return self.log.read_text()[-5000:]
