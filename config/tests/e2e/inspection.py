"""What every page must hold: nothing that axe finds, nothing wider than a small phone. Pictures of all for our eyes."""

import time
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from config import languages
from config.tests.e2e.shopper import PATIENCE_MS, Shopper
from config.tests.thorough import size

FOLDER = settings.VAR_DIR / "screenshots"
SMALL_PHONE, PHONE, DESK = 360, 390, 1280
LIGHT, DARK = "light", "dark"
# Pictures far down load when somebody comes near; nobody scrolls here.
LOAD_ALL_PICTURES = """async () => {
    const all = [...document.images];
    for (const picture of all) picture.loading = 'eager';
    await Promise.all(all.map((picture) => picture.complete || new Promise((done) => {
        picture.onload = picture.onerror = done;
    })));
    return all.filter((picture) => !picture.naturalWidth).map((picture) => picture.currentSrc || picture.src);
}"""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll('*')].filter((at) => {
        const { left, right } = at.getBoundingClientRect();
        return right > width + 1 || left < -1;
    });
    return wide.slice(0, 3).map((at) => at.outerHTML.slice(0, 120));
}"""
# What a page is made of depends on its width, its colours on the scheme too: all is asked wide and light, and narrow
# and dark; with `THOROUGH=1` colours also the other way round.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}

looked_at: set[str] = set()
"""The names of all addresses that were inspected so far, in this run."""


def path_of(link: str) -> str:
    """The address of a mailed link without its host: tests write such links for another one than the browser is at."""
    return urlsplit(link).path


class Inspection:
    """Looks at one page after the other; `faults` says where something is wrong."""

    def __init__(self, shopper: Shopper):
        self.shopper = shopper
        self.page = shopper.page
        self.faults: list[str] = []
        self.came = self.seen = 0
        self.page.on("domcontentloaded", self._count)
        FOLDER.mkdir(parents=True, exist_ok=True)

    def open(self, path: str, name: str) -> None:
        self.shopper.open(path)
        self.look(name)

    def look(self, name: str, *, is_same_document: bool = False) -> None:
        """Inspect the page as it stands, wide and light, narrow and dark; leaves it wide and light.

        Waits for the document that the last press or link leads to, as a click does not always: only one of which a
        script changed a part is the same as before.
        """
        if not is_same_document:
            self._arrive()
        self._dress(LIGHT, DESK)
        self._note(name, "is without its picture", self.page.evaluate(LOAD_ALL_PICTURES))
        self._ask_axe(name)
        self._photograph(name)
        self._dress(DARK, PHONE)
        self._ask_axe(name)
        self._photograph(name)
        for scheme, width in size([], [(DARK, DESK), (LIGHT, PHONE)]):
            self._dress(scheme, width)
            self._ask_axe(name, COLOURS)
            self._photograph(name)
        self._dress(LIGHT, SMALL_PHONE)
        self._must_fit(name)
        self._dress(LIGHT, DESK)
        self._remember()

    def glance(self, path: str, name: str) -> None:
        """Open and inspect a page on a phone only: enough for one that differs from another in its words."""
        self.page.set_viewport_size({"width": PHONE, "height": 900})
        self.shopper.open(path)
        self._dress(LIGHT, PHONE)
        self._note(name, "is without its picture", self.page.evaluate(LOAD_ALL_PICTURES))
        self._ask_axe(name)
        self._photograph(name)
        self._dress(LIGHT, SMALL_PHONE)
        self._must_fit(name)
        self._dress(LIGHT, DESK)
        self._must_fit(name)
        self._photograph(name)

    def _count(self, page: Page) -> None:
        self.came += 1

    def _arrive(self) -> None:
        """Wait for a document that came after the one that was looked at last."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while self.came == self.seen:
            assert time.monotonic() < deadline, f"still at {self.page.url}, which was looked at before"
            self.page.wait_for_timeout(20)
        self.page.wait_for_load_state()
        self.seen = self.came

    def _remember(self) -> None:
        self.seen = self.came
        address = urlsplit(self.page.url)
        with languages.spoken(languages.of_path(address.path)):
            try:
                looked_at.add(resolve(address.path).view_name)
            except Resolver404:
                return

    def _dress(self, scheme: str, width: int) -> None:
        self.scheme, self.width = scheme, width
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})

    def _ask_axe(self, name: str, options: dict | None = None) -> None:
        found = Axe().run(self.page, options=options).response["violations"]
        nodes = [
            f"{each['id']}: {node['html'][:160]} {' '.join(node['failureSummary'].split())[:300]}"
            for each in found
            for node in each["nodes"]
        ]
        self._note(name, f"({self.scheme}, {self.width} px) fails axe", nodes)

    def _must_fit(self, name: str) -> None:
        self._note(name, f"is wider than {self.width} px", self.page.evaluate(TOO_WIDE))

    def _photograph(self, name: str) -> None:
        self.page.screenshot(path=FOLDER / f"{name}-{self.width}-{self.scheme}.png", full_page=True)

    def _note(self, name: str, what: str, where: list[str]) -> None:
        self.faults += [f"{name} {what}: {' '.join(place.split())}" for place in where]
