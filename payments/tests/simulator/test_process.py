"""The simulator as a process of its own: it starts, survives being killed, and ends when asked to."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import stripe

from payments.tests.simulator.conftest import session_params

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "simulator_process_settings",
    "STRIPE_SECRET_KEY": "sk_test_of_the_process",
}
MODULE = """
import os
DEBUG = os.environ.get("PROCESS_DEBUG") == "on"
SECRET_KEY = "process"
INSTALLED_APPS = []
STRIPE_SECRET_KEY = os.environ["STRIPE_SECRET_KEY"]
STRIPE_WEBHOOK_SECRETS = ["whsec_process"]
STRIPE_API_BASE = "https://api.stripe.com"
PUBLIC_BASE_URL = "http://127.0.0.1:9"
SHOP_NAME = "Tally"
"""
RUN = (
    "import django; django.setup(); "
    "from payments.management.commands.stripe_simulator import Command; "
    "import sys; Command().run_from_argv(['manage.py', 'stripe_simulator', *sys.argv[1:]])"
)


@pytest.fixture
def start(tmp_path):
    """Start the command with settings of its own; ends whatever still runs."""
    (tmp_path / "simulator_process_settings.py").write_text(MODULE)
    running = []

    def run(*flags, debug="on", **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "--port", "0", "--db", str(tmp_path / "s.sqlite3"), *flags],
            cwd=ROOT,
            env={
                **os.environ,
                **SETTINGS,
                "PYTHONPATH": f"{tmp_path}:{ROOT}",
                "PROCESS_DEBUG": debug,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def address(process):
    return re.search(r"http://[\d.:]+\d", process.stdout.readline())[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_asked_to_end(start, number):
    process = start()
    url = address(process)

    answer = requests.get(f"{url}/v1/events", auth=("sk_test_x", ""), timeout=5)
    process.send_signal(number)

    assert answer.status_code == 200
    assert process.wait(10) == 0
    assert "stopped" in process.stdout.read()


def test_what_it_knew_survives_being_killed(start):
    first = start("--control")
    client = stripe.StripeClient("sk_test_x", base_addresses={"api": address(first)})
    session = client.v1.checkout.sessions.create(session_params())
    first.kill()
    first.wait(5)

    second = start()
    client = stripe.StripeClient("sk_test_x", base_addresses={"api": address(second)})

    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    ("flags", "debug", "key", "reason"),
    [
        ([], "off", "sk_test_x", "DEBUG is off"),
        (["--allow-without-debug"], "off", "sk_test_x", "DEBUG is off"),
        (["--allow-without-debug", "--yes-this-is-not-production"], "off", "sk_live_x", "live Stripe key"),
        ([], "on", "rk_live_x", "live Stripe key"),
    ],
)
def test_it_does_not_start_where_money_may_be_near(start, flags, debug, key, reason):
    process = start(*flags, debug=debug, STRIPE_SECRET_KEY=key)

    assert process.wait(20) == 1
    assert reason in process.stderr.read()


def test_told_twice_it_starts_without_debug(start):
    process = start("--allow-without-debug", "--yes-this-is-not-production", debug="off")

    assert address(process)


def test_a_taken_port_is_said_in_a_sentence(start):
    taken = address(start()).rpartition(":")[2]
    process = start("--port", taken)

    assert process.wait(20) == 1
    assert "The simulator cannot start" in process.stderr.read()
