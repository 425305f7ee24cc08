"""`manage.py stress`: each scenario, small, against a running shop; and that a broken promise is seen."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from config import health
from config.answers import Answer
from config.models import WorkerBeat
from config.processes import Trouble
from config.tests.running import RunningShop
from config.tests.world import sql
from inventory.tests.factories import LocationFactory
from orders.models import Cart, Order
from payments.stress.buyer import session_of
from payments.stress.generator import Generator, Plan
from payments.stress.oversell import Oversell
from payments.stress.report import Report, spread
from payments.stress.shop import Place, Shop
from payments.tests.conftest import make_rates
from shop.models import Product
from shop.tests.factories import CategoryFactory

database = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(django_db_setup, django_db_blocker):
    """A shop with a worker; ten payments a second may be started, the others stand in line."""
    before = django_settings.STRIPE_API_BASE
    with django_db_blocker.unblock():
        shop = RunningShop(
            with_worker=True,
            THROTTLING_MAX_RPS="10",
            THROTTLING_WINDOW_SECONDS="1",
            STRIPE_TIMEOUT_SECONDS="1.5",
            BREAKER_COOL_DOWN_SECONDS="1",
        )
    with shop:
        yield shop
    django_settings.STRIPE_API_BASE = before


@pytest.fixture
def furnished(db):
    """What a shop needs before it can sell anything."""
    CategoryFactory()
    LocationFactory()
    make_rates()


@pytest.fixture
def stress(running, transactional_db, furnished, settings, tmp_path):
    """Run a scenario; its exit code, what it printed, and its report."""
    settings.VAR_DIR, settings.STRIPE_API_BASE = tmp_path, running.stripe.url

    def run(*words: str) -> tuple[int, str, dict]:
        out, code = io.StringIO(), 0
        try:
            call_command("stress", *words, "--site", running.url, stdout=out)
        except SystemExit as end:
            code = end.code
        [report] = (tmp_path / "stress").glob("*.json")
        return code, out.getvalue(), json.loads(report.read_text())

    return run


@pytest.mark.slow
def test_a_crowd_buys_what_there_is_and_the_goods_are_off_sale_afterwards(stress):
    code, said, report = stress("oversell", "--buyers", "20", "--stock", "5", "--lock-ms", "5000")

    assert (code, report["exit_code"], report["figures"]["violations"]) == (0, 0, []), said
    assert report["figures"]["answers"]["303"] == 5
    assert "HELD: all" in said
    assert Order.objects.filter(email__startswith="stress-", email__endswith="@example.com").count() == 5
    assert not Product.objects.get().is_active


@pytest.mark.slow
def test_a_target_out_of_reach_is_a_broken_promise(stress):
    code, said, report = stress("oversell", "--buyers", "3", "--stock", "2", "--start-ms", "0.001")

    assert (code, report["exit_code"]) == (1, 1)
    assert "BROKEN  Answer to the button" in said
    assert report["verdict"].startswith("BROKEN: ")


@pytest.mark.slow
def test_events_in_a_storm_make_one_order_and_one_mail_each(stress, running):
    until = time.monotonic() + 60
    while not WorkerBeat.objects.exists() and time.monotonic() < until:
        time.sleep(0.2)  # until the worker lives

    code, said, report = stress("webhooks", "--orders", "3", "--times", "5", "--answer-ms", "20000")

    assert code == 0, said
    assert report["figures"]["deliveries"] == {"204": 30}
    assert report["figures"]["reconciled"] >= 1
    assert Order.objects.count() == 3
    assert len(list(running.mail_folder.glob("*"))) >= 1


@pytest.mark.slow
def test_a_rush_accepts_some_gives_the_others_a_place_and_loses_nobody(stress):
    code, said, report = stress(
        *("rush", "--rps", "20", "--seconds", "4", "--reads", "5"),
        *("--start-ms", "20000", "--read-ms", "20000", "--lock-ms", "5000"),
    )

    assert code == 0, said
    figures = report["figures"]
    assert 70 <= figures["sent"] <= 80  # a busy machine may send some too late to count
    assert figures["again"] >= 1
    assert figures["accepted"] == figures["orders"] == Order.objects.count() >= 10
    assert figures["times_429"]["count"] >= 1
    assert Cart.objects.filter(checkouts=None).count() == 0


@pytest.mark.slow
def test_who_orders_while_the_provider_is_away_pays_when_it_is_back(stress, running, monkeypatch):
    monkeypatch.setattr("payments.stress.outage.LOOKS_AGAIN", 0.5)

    code, said, report = stress("outage", "--seconds", "6", "--buyers", "6", "--read-ms", "20000")

    assert code == 0, said
    figures = report["figures"]
    assert (figures["orders"], figures["paid"], figures["double"]) == (6, 6, 0)
    assert figures["links"] >= figures["waited"] >= 1
    assert figures["recovered_after"] < 30
    assert figures["Catalogue meanwhile"]["count"] >= 5
    assert "Answers to the button" in said
    assert running.stripe.control("faults", "GET") == {"faults": []}


@pytest.mark.slow
def test_ctrl_c_ends_it_with_what_was_seen_so_far(running, transactional_db, furnished):
    words = (
        "rush",
        "--rps",
        "5",
        "--seconds",
        "60",
        *("--start-ms", "20000", "--read-ms", "20000", "--lock-ms", "5000"),
        "--site",
        running.url,
        "--simulator",
        running.stripe.url,
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "stress", *words],
        env=running.environment,
        cwd=django_settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout:
        if "starts and" in line:
            break
    time.sleep(4)  # two of them until the clock runs
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=30)

    assert "Ended early" in said
    assert "Traceback" not in said
    assert "ENDED EARLY" in said
    assert re.search(r"Answers to the button: \d+ × 303", said)
    assert process.returncode == 2
    assert not Product.objects.get().is_active
    report = said.partition("The report is in ")[2].partition(" and")[0]
    for kind in (".txt", ".json"):
        Path(report).with_suffix(kind).unlink()


@database
@pytest.mark.broken_books
def test_an_oversold_shop_is_seen(furnished):
    shop = Shop(Place("127.0.0.1", 1), Place("127.0.0.1", 2))
    report = Report("oversell", "ABC", {})
    run = Oversell(shop=shop, report=report, progress=print, buyers=7, stock=5, start_ms=1000, lock_ms=1000)
    run.prepare()
    sql("UPDATE inventory_stocklevel SET reserved = 7")

    run.judge()

    broken = [check.says for check in report.checks if not check.holds]
    assert "Not oversold: 7 of 5 pieces are promised." in broken
    assert any(says.startswith("Books, ") and "contradictions" in says for says in broken)
    assert report.exit_code == 1


@pytest.mark.parametrize(
    ("option", "address", "words"),
    [
        ("--site", "http://192.0.2.1:8000", "another machine"),
        ("--site", "https://shop.example", "must be an address such as"),
        ("--site", "http://shop.example", "another machine"),
        ("--site", "http://127.0.0.1:8000/shop", "must be an address such as"),
        ("--site", "http://127.0.0.1:none", "must be an address such as"),
        ("--simulator", "http://10.0.0.1:12111", "another machine"),
        ("--simulator", "http://127.0.0.1:9", "name the one it uses"),
    ],
)
def test_it_runs_on_this_machine_and_with_the_shops_own_simulator_only(option, address, words):
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("stress", "oversell", "--site", "http://127.0.0.1:8000", option, address)

    assert refusal.value.returncode == 2


def test_a_shop_that_is_paid_at_stripe_is_refused(settings):
    settings.STRIPE_API_BASE = "https://api.stripe.com"

    with pytest.raises(Trouble, match=r"paid at https://api\.stripe\.com"):
        Shop.found("http://127.0.0.1:8000", "http://127.0.0.1:12111")


def test_a_live_key_is_refused(settings):
    settings.STRIPE_SECRET_KEY = "sk_live_" + "0" * 24

    with pytest.raises(Trouble, match="live Stripe key"):
        Shop.found("http://127.0.0.1:8000", settings.STRIPE_API_BASE)


@pytest.mark.slow
def test_another_database_than_the_sites_is_said(stress, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda recorder: {})

    with pytest.raises(
        CommandError, match=r"migrations are not applied.* Is DATABASE_URL the one of the shop"
    ):
        stress("oversell")


def test_a_simulator_that_does_not_answer_is_said():
    with pytest.raises(Trouble, match="Start one with `make demo`"):
        Shop(Place("127.0.0.1", 9), Place("127.0.0.1", 9)).control("stats")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["oversell", "--buyers", "0"], "'0' is not a whole number from 1 to 5000"),
        (["oversell", "--stock", "many"], "'many' is not a whole number"),
        (["webhooks", "--times", "-3"], "expected one argument|is not a whole number"),
        (["rush", "--rps", "1e99"], "'1e99' is not a whole number"),
        (["rush", "--start-ms", "soon"], "'soon' is not a number of milliseconds above 0"),
        (["rush", "--start-ms", "nan"], "'nan' is not a number of milliseconds above 0"),
        (["flood"], "invalid choice: 'flood'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(words, says):
    with pytest.raises(CommandError, match=says):
        call_command("stress", *words)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["oversell", "webhooks", "rush", "outage"])
def test_each_scenario_explains_itself(scenario, capsys):
    with pytest.raises(SystemExit) as end:
        call_command("stress", scenario, "--help")

    said = capsys.readouterr().out
    assert end.value.code == 0
    assert "Promised:" in said
    assert "the target: " in said


# --- figures --------------------------------------------------------------------------------------
def test_a_run_that_was_ended_early_proves_nothing():
    report = Report("rush", "ABC", {}, is_whole=False)
    report.check(True, "So far.")

    assert (report.held, report.exit_code, report.verdict[:11]) == (False, 2, "ENDED EARLY")


def test_a_promise_about_times_needs_times():
    report = Report("rush", "ABC", {})
    report.check_time("Answers", [], most=100)
    report.check_time("Answers", [10.0] * 19 + [500.0], most=100)
    report.check_time("Answers", [10.0] * 18 + [500.0] * 2, most=100)

    assert [check.holds for check in report.checks] == [False, True, False]
    assert spread([3.0, 1.0, 2.0]) == {"count": 3, "p50": 2.0, "p95": 3.0, "most": 3.0}


class SlowShop(BaseHTTPRequestHandler):
    """One after the other, each a tenth of a second."""

    def do_POST(self) -> None:
        time.sleep(0.1)  # this is how slow the shop is
        self.send_response(303)
        self.send_header("Location", "http://127.0.0.1:1/pay/cs_1")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def rushed(**changes):
    """What a plan of ten within half a second sees at a slow shop, with these changes."""
    with HTTPServer(("127.0.0.1", 0), SlowShop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.server_port
        plan = {
            "host": "127.0.0.1",
            "port": port,
            "here": f"127.0.0.1:{port}",
            "begin": time.time(),
            "seconds": 0.5,
            "rate": 20,
            "reads": 0,
            "connections": 0,
            "first": 0,
            "step": 1,
            "path": "/checkout/",
            "fields": {},
            "emails": ["a@example.com"] * 10,
            "cookies": [{} for _ in range(10)],
            "pages": [],
        }
        seen = Generator(Plan(**{**plan, **changes})).run()
        server.shutdown()
        thread.join()
    return seen


def test_times_count_from_the_moment_at_which_a_request_was_due():
    seen = rushed()

    assert [each.status for each in seen] == [303] * 10
    assert max(each.sent - each.due for each in seen) < 0.1
    # Ten came within half a second, and each took a tenth: the last one stood behind the others.
    assert max(each.took for each in seen) > 0.4


def test_with_few_connections_it_is_told_how_many_were_really_sent():
    seen = rushed(connections=1)

    # One after the other, each a tenth of a second: no more than five or six of the ten were sent in time.
    assert 1 <= len(seen) <= 6
    assert {each.status for each in seen} == {303}
    assert max(each.sent - each.due for each in seen[1:]) > 0.02


def test_a_buyer_who_is_led_elsewhere_to_pay_goes_home():
    shop = Shop(Place("127.0.0.1", 1), Place("127.0.0.1", 2))
    answer = Answer(303, b"HTTP/1.1 303\r\nLocation: https://checkout.stripe.com/c/pay/cs_1", b"")

    with pytest.raises(Trouble, match=r"leads to checkout\.stripe\.com to pay"):
        session_of(answer, shop)
