"""`make demo`: its secrets, its ports, and processes that live and end together."""

import io
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import demo
from config.processes import Asked, Company, Trouble

ROOT = Path(__file__).resolve().parents[2]
PORTS = demo.Ports(site=8000, simulator=12111)
# Says what it is and stays until SIGTERM; then says goodbye.
POLITE = (
    "import signal, sys, time\n"
    "signal.signal(signal.SIGTERM, lambda *_: (print('goodbye', flush=True), sys.exit(0)))\n"
    "print('here', flush=True)\n"
    "time.sleep(60)\n"
)


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def company(tmp_path, out):
    return Company(env=dict(os.environ), cwd=tmp_path, out=out)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((demo.HOST, 0))
        return probe.getsockname()[1]


def test_the_secrets_are_random_and_for_their_owner_only(tmp_path):
    one, other = tmp_path / "one" / "demo.env", tmp_path / "other" / "demo.env"

    demo.write_env_file(one, PORTS)
    demo.write_env_file(other, PORTS)

    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    settings, others = demo.read_env_file(one), demo.read_env_file(other)
    for name in ("SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        assert settings[name] != others[name]
    assert len(settings["SECRET_KEY"]) >= 50
    assert settings["STRIPE_SECRET_KEY"].startswith("sk_test_")


def test_secrets_once_made_are_kept_and_addresses_follow_the_latest_start(tmp_path):
    path = tmp_path / "demo.env"
    demo.write_env_file(path, PORTS)
    before = demo.read_env_file(path)

    demo.write_env_file(path, demo.Ports(site=9000, simulator=9001))

    after = demo.read_env_file(path)
    addresses = {"PUBLIC_BASE_URL": "http://127.0.0.1:9000", "STRIPE_API_BASE": "http://127.0.0.1:9001"}
    assert after == {**before, **addresses}


def test_a_live_account_in_the_environment_is_not_used(tmp_path):
    path = tmp_path / "demo.env"
    demo.write_env_file(path, PORTS)
    surroundings = {
        "STRIPE_SECRET_KEY": "sk_live",
        "STRIPE_API_BASE": "https://api.stripe.com",
        "PUBLIC_BASE_URL": "https://shop.example",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "DEBUG": "on",
        "DATABASE_URL": "postgres://somewhere/scratch",
        "PATH": "/bin",
    }

    environment = demo.demo_environment(path, demo.Ports(site=8001, simulator=12112), surroundings)

    assert environment["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert environment["STRIPE_API_BASE"] == "http://127.0.0.1:12112"
    assert environment["PUBLIC_BASE_URL"] == "http://127.0.0.1:8001"
    assert environment["EMAIL_BACKEND"] == "config.mail.DemoBackend"
    assert environment["DEBUG"] == "off"
    assert environment["DATABASE_URL"] == "postgres://somewhere/scratch"
    assert environment["PATH"] == "/bin"


@pytest.mark.parametrize(
    "environ",
    [
        {"DEMO_PORT": "eight"},
        {"DEMO_PORT": "0"},
        {"DEMO_PORT": "70000"},
        {"DEMO_PORT": "9000", "SIMULATOR_PORT": "9000"},
    ],
)
def test_ports_that_cannot_be_are_refused(environ):
    with pytest.raises(Trouble, match="SIMULATOR_PORT must be"):
        demo.Ports.from_environment(environ)


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as somebody:
        somebody.bind((demo.HOST, 0))
        somebody.listen()
        taken = somebody.getsockname()[1]

        with pytest.raises(Trouble, match=f"Port {taken} .*SIMULATOR_PORT={taken + 1} make demo"):
            demo.Ports(site=free_port(), simulator=taken).must_be_free()


def test_the_summary_keeps_its_frame():
    lines = demo.summary(
        PORTS, "owner   owner@example.org\nstaff   a much longer line " + "x" * 100
    ).splitlines()

    assert len({len(line) for line in lines}) == 1
    assert any("http://127.0.0.1:8000/admin/" in line for line in lines)
    assert any("owner@example.org" in line for line in lines)


def test_children_end_when_the_block_is_left(company, out):
    with company:
        company.start("one", sys.executable, "-c", POLITE)
        company.start("two", sys.executable, "-c", POLITE)
        company.wait_until(lambda: out.getvalue().count("here") == 2, what="both", seconds=20)

    assert sorted(out.getvalue().splitlines()) == [
        "one       | goodbye",
        "one       | here",
        "two       | goodbye",
        "two       | here",
    ]


def test_a_child_that_dies_is_named_and_the_others_end(company, out):
    with pytest.raises(Trouble, match=r"site has stopped by itself \(exit code 3\)"), company:  # noqa: PT012
        company.start("worker", sys.executable, "-c", POLITE)
        company.wait_until(lambda: "here" in out.getvalue(), what="the worker", seconds=20)
        company.start("site", sys.executable, "-c", "raise SystemExit(3)")
        company.stay()

    assert "worker    | goodbye" in out.getvalue()


def test_a_child_that_does_not_listen_is_killed_with_its_own_children(company, out, monkeypatch):
    monkeypatch.setattr("config.processes.PATIENCE", 0.3)
    port = free_port()
    deaf_with_a_child = (
        "import os, signal, socket, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"shared = socket.create_server(('127.0.0.1', {port}))\n"
        "os.fork()\n"
        "time.sleep(60)\n"
    )

    with company:
        company.start("deaf", sys.executable, "-c", deaf_with_a_child)
        company.wait_until(lambda: demo.listens(port), what="the socket", seconds=20)

    assert out.getvalue() == "deaf      | did not end in time, killed\n"
    # Both of them held the socket; the kernel may take a moment to bury the second.
    deadline = time.monotonic() + 5
    while demo.listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not demo.listens(port)


def test_a_step_that_fails_is_named(company):
    with pytest.raises(Trouble, match=r"migrate failed \(exit code 1\)"), company:
        company.run("migrate", sys.executable, "-c", "raise SystemExit(1)")


def test_waiting_in_vain_says_for_what(company):
    with pytest.raises(Trouble, match="The site did not come within 0 seconds"), company:
        company.wait_until(lambda: False, what="The site", seconds=0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heard_and_the_handlers_are_given_back(company, number):
    before = signal.getsignal(number)

    with pytest.raises(Asked), company:  # noqa: PT012
        os.kill(os.getpid(), number)
        company.stay()

    assert signal.getsignal(number) == before


def test_the_demo_refuses_a_taken_port_before_it_starts_anything(tmp_path):
    with socket.socket() as somebody:
        somebody.bind((demo.HOST, 0))
        somebody.listen()
        taken = somebody.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "config.demo"],
            cwd=ROOT,
            env={**os.environ, "DEMO_PORT": str(taken), "SIMULATOR_PORT": str(free_port())},
            capture_output=True,
            text=True,
            timeout=30,
        )

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"demo: Port {taken} ")
    assert len(result.stderr.splitlines()) == 1
