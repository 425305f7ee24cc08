"""`make pages`: how the main pages of a running shop come up in a real browser, far away.

Start the shop first, as it runs in production: with its static files collected (the demo alone serves them as they lie,
uncompressed, and half a megabyte of that takes a second more). After a first `make demo`, which makes up var/demo.env:

    export STATIC_ROOT=$PWD/var/pages-static
    ENV_FILE=var/demo.env COLLECT_STATIC=on .venv/bin/python manage.py collectstatic --no-input
    make demo

Chromium then opens each page with an empty cache on a phone's screen over a slow line, several times; the medians are
printed beside what is to be reached. `make pages ARGS="--cpu 4"` slows its processor down as well, and an address
measures another shop. Puts one thing into a cart, orders nothing. Needs Chromium (CHROMIUM=/path if it is not on the
PATH). Exit code 1 if it could not measure; speed is never a failure.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

DEMO = "http://127.0.0.1:8000"
# A middling mobile line, as page tests commonly take it: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back.
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
WIDTH, HEIGHT = 390, 844
ROUNDS = 3
# The page is taken to have come up when nothing was loaded for so long, in milliseconds.
QUIET = 500
# Largest contentful paint and the longest task in milliseconds, and how far things may move (web.dev/articles/cls).
LCP_BELOW, SHIFT_BELOW, TASK_BELOW = 2000, 0.05, 200
WATCH = """
window.seen = {lcp: 0, element: '', shift: 0, task: 0, tasks: 0};
const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act))
    .observe({type, buffered: true});
watch('largest-contentful-paint', (each) => {
    seen.lcp = each.startTime;
    seen.element = each.element ? each.element.tagName.toLowerCase() : '';
});
watch('layout-shift', (each) => { if (!each.hadRecentInput) seen.shift += each.value; });
watch('longtask', (each) => { seen.task = Math.max(seen.task, each.duration); seen.tasks += 1; });
"""


class Trouble(Exception):
    """What keeps from measuring, in a sentence fit to show."""


@dataclass(frozen=True)
class Load:
    """One page that came up: milliseconds, bytes as they went over the line."""

    lcp: float
    element: str
    shift: float
    task: float
    requests: int
    bytes: int
    first_byte: float


@dataclass(frozen=True)
class Row:
    """The medians of one page; the worst for what moves and blocks."""

    title: str
    loads: list[Load]

    @property
    def lcp(self) -> float:
        return median(load.lcp for load in self.loads)

    @property
    def shift(self) -> float:
        return max(load.shift for load in self.loads)

    @property
    def task(self) -> float:
        return median(load.task for load in self.loads)

    def is_reached(self) -> bool:
        return self.lcp < LCP_BELOW and self.shift < SHIFT_BELOW and self.task < TASK_BELOW

    def line(self) -> str:
        last = self.loads[-1]
        return (
            f"  {self.title:12}{median(load.first_byte for load in self.loads):10.0f}{self.lcp:9.0f}  {last.element:8}"
            f"{self.shift:9.3f}{self.task:11.0f}{last.requests:10}{last.bytes / 1000:9.0f}"
            f"   {'reached' if self.is_reached() else 'MISSED'}"
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m config.bench.pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("address", nargs="?", default=DEMO, help="of the running shop (%(default)s)")
    parser.add_argument(
        "--cpu", type=float, default=1, help="how many times slower the processor is made (%(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        rows = list(measure(options.address.rstrip("/"), options.cpu))
    except Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        return 1
    print("\n".join(report(rows, options.cpu)))
    return 0


def report(rows: list[Row], cpu: float) -> Iterator[str]:
    megabits = LINE["downloadThroughput"] * 8 / 1e6
    yield (
        f"{WIDTH} px wide · {megabits:g} Mbit/s · {LINE['latency']} ms there and back · processor {cpu:g} times slower"
        f" · nothing cached · medians of {ROUNDS} · load {os.getloadavg()[0]:.1f}"
    )
    yield (
        f"  {'page':12}{'first byte':>10}{'LCP ms':>9}  {'of':8}{'shift':>9}{'long task':>11}"
        f"{'requests':>10}{'kB':>9}"
    )
    yield from (row.line() for row in rows)
    yield f"  to reach: LCP below {LCP_BELOW} ms, shift below {SHIFT_BELOW}, no task longer than {TASK_BELOW} ms"


def measure(address: str, cpu: float) -> Iterator[Row]:
    """Open every page so many times. Raises Trouble."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise Trouble("Playwright is missing: `make e2e` installs it.") from None
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise Trouble("No browser found: install Chromium, or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            product, cookies = prepare(browser, address)
            pages = {
                "home": "/",
                "list": "/products/",
                "product": product,
                "cart": "/cart/",
                "checkout": "/checkout/",
            }
            for title, path in pages.items():
                carried = cookies if title in {"cart", "checkout"} else []
                yield Row(title, [load(browser, f"{address}{path}", carried, cpu) for _ in range(ROUNDS)])
        except Error as error:
            raise Trouble(f"{address} could not be measured: {error.message.splitlines()[0]}") from error
        finally:
            browser.close()


def prepare(browser: "Browser", address: str) -> tuple[str, list[Any]]:
    """Put the first product that can be had into a cart; (its path, the cookies of that cart)."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/products/?in_stock=1")
    page.locator(".product-card a").first.click()
    page.wait_for_url(f"{address}/products/*/")
    if page.locator("#buy fieldset").count():
        page.locator("#buy fieldset input:enabled + label").first.click()
    page.locator("#buy [type=submit]").first.click()
    page.locator("#added a").first.wait_for()
    found = page.url.removeprefix(address), context.cookies()
    context.close()
    return found


def load(browser: "Browser", url: str, cookies: list[Any], cpu: float) -> Load:
    """Open one page in a browser that has seen nothing yet."""
    context: BrowserContext = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2
    )
    context.add_cookies(cookies)
    context.add_init_script(WATCH)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    answer = page.goto(url, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise Trouble(f"{url} answers {answer.status if answer else 'nothing'}.")
    page.wait_for_timeout(QUIET)
    seen = page.evaluate("seen")
    first_byte = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    context.close()
    return Load(
        lcp=seen["lcp"],
        element=seen["element"],
        shift=seen["shift"],
        task=seen["task"],
        requests=len(sizes),
        bytes=int(sum(sizes)),
        first_byte=first_byte,
    )


if __name__ == "__main__":
    sys.exit(main())
