"""The bench measures what it says, and runs through; how fast anything is, no test asks."""

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from config.bench import cpu, databases, pages
from config.bench.__main__ import must_match
from config.bench.journeys import Street
from config.bench.load import Place, prepare, walk
from config.bench.measure import Growth, Row, Window, quantile
from config.bench.plan import SCALE, STEPS, Step, Target
from config.bench.searches import SEARCHES
from config.bench.visitor import Answer, Line, Visitor, Wrong
from config.processes import Trouble
from config.tests.thorough import IS_THOROUGH


def window(rate: float = 100, p95: float = 10, walks: int = 5, **changes) -> Window:
    said = {"p50": 5, "app": 2.0, "database": 1.0, "simulator": None, "own_share": 0.1, "errors": {}}
    return Window(walks=walks, rate=rate, p95=p95, **{**said, **changes})


def row(target: Target, floor: Window, shop: Window) -> Row:
    found = Row(Step("page", "page", lambda street: None, lambda street: None, target))
    found.add(target.clients, floor=floor, shop=shop)
    return found


# --- pages in a browser ---------------------------------------------------------------------------
def come_up(**changes) -> pages.Load:
    said = {
        "lcp": 900,
        "element": "img",
        "shift": 0.0,
        "task": 60,
        "requests": 20,
        "bytes": 1000,
        "first_byte": 50,
    }
    return pages.Load(**{**said, **changes})


@pytest.mark.parametrize("slow", [{"lcp": 2000}, {"shift": 0.05}, {"task": 200}])
def test_a_page_has_reached_its_targets_when_all_three_are_met(slow):
    quick, late = come_up(), come_up(**slow)

    assert pages.Row("home", [quick, quick, quick]).is_reached()
    assert not pages.Row("home", [late, late, quick]).is_reached()


def test_one_load_in_which_things_moved_is_not_forgiven():
    assert not pages.Row("home", [come_up(), come_up(), come_up(shift=0.3)]).is_reached()


def test_what_is_missing_to_measure_pages_is_said(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)

    assert pages.main(["http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err.startswith("bench: ")


# --- figures --------------------------------------------------------------------------------------
def test_a_quantile_is_a_number_that_was_measured():
    assert [quantile([1, 2, 3, 4], share) for share in (0.5, 0.95, 1)] == [2, 4, 4]
    assert quantile([], 0.5) == 0


@pytest.mark.parametrize(
    ("target", "shop", "reached"),
    [
        (Target(8, of_floor=0.5), window(rate=50), True),
        (Target(8, of_floor=0.5), window(rate=49), False),
        (Target(8, per_second=12), window(rate=12), True),
        (Target(8, per_second=12), window(rate=11.9), False),
        (Target(8, per_second=12, p95_below=500), window(rate=12, p95=500), False),
        (Target(8, cpu_of_floor=0.4), window(app=1.0, database=0.2), True),
        (Target(8, cpu_of_floor=0.4), window(app=1.0, database=0.3), False),
        (Target(8, cpu_of_floor=0.4), window(app=None), False),
    ],
)
def test_a_target_is_reached_or_missed(target, shop, reached):
    assert row(target, window(rate=100), shop).is_reached() is reached


def test_ratios_are_taken_within_a_round_so_that_a_slow_minute_does_not_count():
    found = row(Target(8, of_floor=1), window(rate=100), window(rate=200))
    found.add(8, floor=window(rate=10), shop=window(rate=20))
    found.add(8, floor=window(rate=50), shop=window(rate=100))

    assert found.ratio(8, "rate") == 2
    assert found.ratio(8, "cpu") == 1


def test_growth_is_judged_by_processor_time_and_by_time_where_that_is_unknown():
    by_cpu = Growth("list", 1.1, [(window(app=1.0), window(app=2.0))])
    by_time = Growth("list", 1.1, [(window(app=None), window(app=None, p50=5))])

    assert (by_cpu.ratio, by_cpu.is_reached()) == (1.5, False)
    assert (by_time.ratio, by_time.is_reached()) == (1, True)


def test_a_window_without_a_walk_is_no_measurement():
    with pytest.raises(Trouble, match="no walk came to its end"):
        row(Target(8), window(), window(walks=0, errors={"GET /: 500 instead of 200": 8}))


def test_checkouts_without_orders_are_no_measurement():
    checkout = Row(next(step for step in STEPS if step.key == "checkout"))
    checkout.add(8, floor=window(), shop=window(walks=5))

    must_match(7, 2, [checkout])
    with pytest.raises(Trouble, match="7 checkouts were walked, but 6 orders"):
        must_match(6, 2, [checkout])


@pytest.mark.skipif(cpu.spent(os.getpid()) is None, reason="Needs Linux's /proc.")
def test_the_meter_counts_what_a_process_used_meanwhile():
    meter, began = cpu.Meter([os.getpid()]), time.process_time()
    while time.process_time() < began + 0.1:
        pass

    assert 0.08 <= meter.since([os.getpid()]) <= 1
    assert cpu.Meter([]).since([]) is None


# --- visitors -------------------------------------------------------------------------------------
class Till(BaseHTTPRequestHandler):
    """Counts each visitor's calls in a cookie; at /away it hangs up without a word."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/away":
            self.close_connection = True
            return
        seen = self.headers.get("Cookie", "seen=0").rpartition("=")[2]
        body = f"{self.headers['Host']} {seen}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"seen={int(seen) + 1}; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def place():
    with ThreadingHTTPServer(("127.0.0.1", 0), Till) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Place(server.server_port, {})
        server.shutdown()
        thread.join()


def test_a_visitor_keeps_cookies_and_the_next_one_on_the_line_has_none_of_them(place):
    line = Line(place.port)
    one, other = Visitor(line), Visitor(line)

    assert [one.get("/").body, one.get("/").body] == [f"127.0.0.1:{place.port} {n}".encode() for n in (0, 1)]
    assert other.get("/").body == f"127.0.0.1:{place.port} 0".encode()
    line.close()


def test_an_answer_that_was_not_expected_is_wrong(place):
    with pytest.raises(Wrong, match="GET /: 200 instead of 404"):
        Visitor(Line(place.port)).get("/?q=1", expect=404)


def test_clients_walk_until_the_time_is_up_and_go_home_at_an_error(place):
    well = walk(place, lambda street: street.visitor().get("/"), clients=3, seconds=0.2, seed=1)
    badly = walk(place, lambda street: street.visitor().get("/away"), clients=3, seconds=5, seed=1)

    assert len(well.times) > 3
    assert well.rate == pytest.approx(len(well.times) / well.seconds)
    assert (badly.times, sum(badly.errors.values())) == ([], 3)
    assert badly.seconds < 4


def test_who_was_prepared_walks_once(place):
    def come_up(street: Street) -> tuple[Visitor, dict[str, str]]:
        visitor = street.visitor()
        visitor.get("/")
        return visitor, {}

    ready = prepare(place, 10, come_up)
    seen = []
    walk(place, lambda street, visitor: seen.append(visitor), clients=3, seconds=5, seed=1, ready=ready)

    assert len(seen) == len({id(visitor) for visitor, _ in seen}) == 10
    assert {visitor.cookies["seen"] for visitor, _ in seen} == {"1"}


def test_a_form_is_read_as_a_browser_would_send_it():
    page = b"""<form><input name="q"></form><form method="post"><input type="hidden" name="agreed" value="a&amp;b">
        <input type="radio" name="method" value="1"><input type="radio" name="method" value="2" checked>
        <input type="checkbox" name="same" value="on"></form>"""

    assert Answer(200, b"", page).fields() == {"agreed": "a&b", "method": "2"}


# --- the whole ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///var/db.sqlite3", "The bench needs PostgreSQL: set DATABASE_URL"),
        ("postgres://nobody@127.0.0.1:1/none", "there is none to be had"),
    ],
)
def test_without_postgresql_it_says_so(monkeypatch, url, words):
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(Trouble, match=words), databases.scratch([]):
        pass


def server_url() -> str:
    said = connection.settings_dict
    return f"postgres://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/postgres"


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="The bench needs PostgreSQL; make test has none."
)
@pytest.mark.skipif(not IS_THOROUGH, reason="It takes minutes: THOROUGH=1 runs it.")
def test_it_runs_through_and_tells_every_row(tmp_path):
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "config.bench", "--quick", "--json", str(file)]
    ran = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": server_url()},
        capture_output=True,
        text=True,
        timeout=580,
    )
    if "Another bench" in ran.stderr:
        pytest.skip("Another bench measures on this server.")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [step.title for step in STEPS if f"\n{step.title}\n" not in ran.stdout] == []
    assert [title for title, *_ in SCALE if f"\n  {title} " not in ran.stdout] == []
    found = json.loads(file.read_text())
    assert {step["step"]: step["errors"] for step in found["steps"]} == {step.key: {} for step in STEPS}
    assert {tuple(step["clients"]) for step in found["steps"]} == {("1", "8", "32")}
    assert all(count["cold"]["requests"] for count in found["counts"])
    assert {search["kind"] for search in found["searches"]} == set(SEARCHES)
    assert all(search["milliseconds"] > 0 for search in found["searches"])
    with psycopg.connect(server_url()) as left:
        names = left.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'tally\\_bench\\_%'"
        ).fetchall()
    assert names == []
