"""The shop as it runs in production: gunicorn in processes of its own, beside the simulator, on the test's database."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.db import connection

from payments.simulator import Simulator


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


class RunningShop:
    """Site and simulator, found at `url` and `stripe.url`; ends everything it started."""

    def __init__(self, *, workers: int = 2, threads: int = 4, app: str = "config.wsgi:application", worker: bool = False):
        self.folder = tempfile.TemporaryDirectory(prefix="shop-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.stripe = Simulator(
            Path(self.folder.name) / "stripe.sqlite3",
            webhook_url=f"{self.url}/payments/webhook/",
            webhook_secret=settings.STRIPE_WEBHOOK_SECRETS[0],
            control=True,
            retry_seconds=0.2,
            webhook_workers=4,
        )
        self.app = app
        self.log = open(Path(self.folder.name) / "shop.log", "ab")  # noqa: SIM115 (lives as long as the shop)
        self.with_worker = worker
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
            "EMAIL_URL": f"filemail://{self.folder.name}/mail",
            "WEB_BIND": f"127.0.0.1:{self.port}",
            "WEB_WORKERS": str(workers),
            "WEB_THREADS": str(threads),
            "LOG_LEVEL": "ERROR",
        }

    def __enter__(self) -> "RunningShop":
        self.stripe.start()
        try:
            self.start_site()
            if self.with_worker:
                self._spawn("manage.py", "worker", "--interval", "0.1")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.stripe.stop()
        self.log.close()
        self.folder.cleanup()

    def start_site(self) -> None:
        self._spawn("-m", "gunicorn", "--config", "config/gunicorn.py", self.app)
        deadline = time.monotonic() + 60
        while not self.is_live():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def _spawn(self, *words: str) -> None:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, *words], env=self.environment, cwd=settings.BASE_DIR, stdout=self.log, stderr=self.log
            )
        )

    def is_live(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/live", timeout=5) as answer:  # noqa: S310
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def workers(self) -> list[int]:
        """The process ids of the web workers."""
        said = Path(f"/proc/{self.processes[0].pid}/task/{self.processes[0].pid}/children").read_text()
        return [int(pid) for pid in said.split()]

    def kill_a_worker(self, pid: int) -> None:
        """End one web worker of this shop at once, as a crash would; gunicorn starts another."""
        if pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def said(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text()[-5000:]
