"""A seeded shop has no dead link, on no public page, in no language; and what it leaves in browsers is what it says."""

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config import kept
from inventory.demo import seed_places, seed_stock
from orders.demo import seed_rates
from shop import services as shop
from shop.demo import seeding
from shop.models import Variant

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.any_database]
HOST = "http://testserver"
# Doors that lead on to signing in.
CLOSED = 302


class Links(HTMLParser):
    """Where a page leads, what it needs, and the places in it that can be named."""

    def __init__(self, page: str):
        super().__init__()
        self.anchors: list[str] = []
        self.needed: list[str] = []
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        self.ids |= {said["id"]} if "id" in said else set()
        if tag == "a" and "href" in said:
            self.anchors.append(said["href"])
        self.needed += [
            said[name] for name in ("src", "href") if name in said and tag in {"img", "script", "link"}
        ]


@pytest.fixture
def seeded():
    """The demo's shop with a few products of it and without pictures."""
    seed_rates()
    shop.begin_pages(is_published=True)
    goods = seeding.catalogue(6)
    list(seeding.seed_catalogue(goods, seeding.seed_categories(), {}, now=timezone.now()))
    stocks = seeding.stocks_of(goods)
    list(seed_stock(stocks.items(), next(iter(seed_places().values())), reason=""))


def crawl(client: Client, *starts: str) -> tuple[dict[str, int], dict[str, Links]]:
    """Follow every link of this shop; a list with filters is asked for once per kind, and not followed."""
    statuses: dict[str, int] = {}
    pages: dict[str, Links] = {}
    waiting, kinds = deque(starts), set()
    while waiting:
        address = waiting.popleft()
        parts = urlsplit(address)
        kind = (parts.path, *sorted(name for name, _ in parse_qsl(parts.query)))
        if kind in kinds:
            continue
        kinds.add(kind)
        answer = client.get(address)
        statuses[address] = answer.status_code
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        pages[address] = Links(answer.content.decode())
        if not parts.query:
            waiting.extend(own(address, pages[address].anchors))
    return statuses, pages


def own(address: str, links: list[str]) -> list[str]:
    """The addresses of this shop among links, whole and without their fragments."""
    whole = (urldefrag(urljoin(HOST + address, link))[0] for link in links)
    return [link.removeprefix(HOST) or "/" for link in whole if link.startswith(f"{HOST}/")]


def test_no_link_on_a_public_page_is_dead(seeded):
    statuses, pages = crawl(Client(), "/", "/de/")

    assert len(pages) > 60
    assert {address: status for address, status in statuses.items() if status not in {200, CLOSED}} == {}
    closed = [address for address, status in statuses.items() if status == CLOSED]
    assert all(re.search(r"/(accounts|orders|wishlist|checkout|review)/", address) for address in closed), (
        closed
    )
    for address, page in pages.items():
        jumps = {unquote(link[1:]) for link in page.anchors if link.startswith("#") and len(link) > 1}
        assert jumps <= page.ids, (address, jumps - page.ids)


def test_whatever_a_page_loads_is_there(seeded):
    _, pages = crawl(Client(), "/", "/de/")
    needed = {link for address, page in pages.items() for link in own(address, page.needed)}
    static = {link for link in needed if link.startswith(settings.STATIC_URL)}

    assert len(static) > 5
    assert [link for link in static if not finders.find(link.removeprefix(settings.STATIC_URL))] == []


def test_every_public_page_can_be_reached_from_the_sitemap_and_answers(seeded):
    client = Client()
    index = ElementTree.fromstring(client.get(reverse("found:sitemap")).content)
    named: dict[str, int] = {}
    for page in index.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc"):
        tree = ElementTree.fromstring(client.get(page.text.removeprefix(HOST)).content)
        for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc"):
            address = each.text.removeprefix(HOST)
            named[address] = client.get(address).status_code

    assert {address: status for address, status in named.items() if status != 200} == {}
    statuses, _ = crawl(client, "/", "/de/")
    public = {
        address
        for address, status in statuses.items()
        if status == 200 and re.fullmatch(r"(/de)?/((products|category|pages)/([\w-]+/)?|contact/)?", address)
    }
    assert public - set(named) == {address for address in public if address.endswith("/products/seen/")}
    assert set(named) <= set(statuses)


def test_what_is_left_in_browsers_is_what_the_privacy_page_says(seeded, client):
    """Walks through the shop as a visitor and as a customer, and looks at every cookie and every key in the scripts."""
    crawl(client, "/", "/de/")
    assert set(client.cookies) <= {settings.CSRF_COOKIE_NAME}, (
        "looking around leaves nothing but a form's proof"
    )
    UserFactory(email="a@example.com", password="correct horse")
    client.post(reverse("orders:cart_add"), {"variant": Variant.objects.first().pk, "quantity": 1})
    client.get(reverse("payments:checkout"))
    with override_settings(THROTTLING_MAX_RPS=1.0, THROTTLING_WINDOW_SECONDS=1.0):
        for _ in range(3):  # the first may start at once, the others are told to wait
            client.post(reverse("payments:checkout"))
    client.post(reverse("orders:cart_add"), {"variant": "0", "quantity": "1"})
    client.post(reverse("accounts:login"), {"username": "a@example.com", "password": "correct horse"})
    for view in ("orders:history", "accounts:profile", "orders:cart", "shop:contact"):
        client.get(reverse(view))

    said = {each.name: each.kind for each in kept.table()}
    cookies = {name for name, kind in said.items() if kind == kept.COOKIE}
    assert set(client.cookies) == cookies
    assert {name for name, kind in said.items() if kind == kept.STORAGE} == stored_by_scripts()
    page = client.get(reverse("shop:page", args=["privacy"])).content.decode()
    assert all(f"<code>{name}</code>" in page for name in said)


def stored_by_scripts() -> set[str]:
    """The keys under which our scripts keep something."""
    found = set()
    for path in (settings.BASE_DIR / "static/js").glob("*.js"):
        text = path.read_text()
        for name in re.findall(r"(?:local|session)Storage\.\w+\(([^,)]+)", text):
            constant = re.search(rf"\b{re.escape(name)} = (\"[^\"]+\")", text)
            found.add((constant[1] if constant else name).strip("\"'"))
        assert "document.cookie" not in text, path
    return found
