"""What every page must hold: nothing that axe finds, nothing wider than a small phone. Pictures of all for our eyes."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from config.tests.e2e.shopper import Shopper

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
    const wide = [...document.body.querySelectorAll('*')].filter((at) => at.getBoundingClientRect().right > width + 1);
    return wide.slice(0, 3).map((at) => at.outerHTML.slice(0, 120));
}"""


class Inspection:
    """Looks at one page after the other; `faults` says where something is wrong."""

    def __init__(self, shopper: Shopper):
        self.shopper = shopper
        self.page = shopper.page
        self.faults: list[str] = []
        FOLDER.mkdir(parents=True, exist_ok=True)

    def open(self, path: str, name: str) -> None:
        self.shopper.open(path)
        self.look(name)

    def look(self, name: str) -> None:
        """Inspect the page as it stands, wide and narrow, light and dark; leaves it wide and light."""
        self._dress(LIGHT, DESK)
        self._note(name, "is without its picture", self.page.evaluate(LOAD_ALL_PICTURES))
        self._ask_axe(name, LIGHT)
        self._photograph(name, LIGHT, DESK)
        self._dress(DARK, DESK)
        self._photograph(name, DARK, DESK)
        self._dress(DARK, PHONE)
        self._ask_axe(name, DARK)
        self._photograph(name, DARK, PHONE)
        self._dress(LIGHT, PHONE)
        self._photograph(name, LIGHT, PHONE)
        self._dress(LIGHT, SMALL_PHONE)
        self._note(name, f"is wider than {SMALL_PHONE} px", self.page.evaluate(TOO_WIDE))
        self._dress(LIGHT, DESK)

    def _dress(self, scheme: str, width: int) -> None:
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})

    def _ask_axe(self, name: str, scheme: str) -> None:
        found = Axe().run(self.page).response["violations"]
        nodes = [
            f"{each['id']}: {node['html'][:160]} {' '.join(node['failureSummary'].split())[:300]}"
            for each in found
            for node in each["nodes"]
        ]
        self._note(name, f"({scheme}) fails axe", nodes)

    def _photograph(self, name: str, scheme: str, width: int) -> None:
        self.page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)

    def _note(self, name: str, what: str, where: list[str]) -> None:
        self.faults += [f"{name} {what}: {' '.join(place.split())}" for place in where]
