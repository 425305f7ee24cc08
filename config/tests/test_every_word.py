"""No page and no mail says a word that is not in the catalogues.

gettext brackets everything it is asked for: ⟦so⟧. What people can read outside brackets must be data.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.test import Client
from django.utils import translation
from django.utils.safestring import SafeData, mark_safe

from accounts import addresses
from accounts.tests.factories import UserFactory
from config.tests import attack
from config.tests.world import balanced_world
from orders.models import Order, OrderLine
from payments.models import Payment
from payments.tests.conftest import ADDRESS, make_rates, stripe  # noqa: F401  (a fixture)
from shop.services import refresh_product

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
# What people read although it is no text between tags.
SPOKEN = {"aria-label", "alt", "placeholder", "title", "data-saved", "data-words"}
# Machines read these.
UNREAD = {"script", "style", "noscript", "template", "code", "svg"}
# Data of the world below, and what is the same in every language.
DATA = re.compile(
    r"§[^§]*§|[\w-]+=\"[^\"]*\"|\bis-checkout\b|[\w.+-]+@[\w.-]+|https?://\S+|T-\w{3}-\w{3}-\w{3}|INV-[\d-]+|[A-Z]{2,}-\d+|\bTally\b|\bUTC\b|\bCES?T\b|\bEUR\b"
    r"|Test Buyer|Musterstrasse|Berlin|Parcel|English|Deutsch|\d+\s?(?:kg|g)\b|SKU|T-ABC-234-XYZ"
)
HOUSE = Path(settings.BASE_DIR, "templates")
# Staff read the console in English for now.
TEMPLATES = [
    path
    for path in sorted(HOUSE.rglob("*.*"))
    if path.suffix in {".html", ".txt"} and "admin" not in path.parts
]
# What an include is given to say: label="Open" instead of label=_("Open").
NAMED_WORDS = re.compile(r"\b(?:label|help|title|words|text|heading)=\"([^\"]+)\"")


def bracketed(text) -> str:
    words = f"⟦{text}⟧"
    return mark_safe(words) if isinstance(text, SafeData) else words  # noqa: S308  (as gettext does)


@pytest.fixture
def pseudo(monkeypatch):
    """From here on gettext answers in brackets."""
    real = translation._trans
    real.gettext  # noqa: B018  (it finds its functions at the first look)
    monkeypatch.setattr(real, "gettext", bracketed)
    monkeypatch.setattr(real, "pgettext", lambda context, text: bracketed(text))
    monkeypatch.setattr(real, "ngettext", lambda one, many, count: bracketed(one if count == 1 else many))
    monkeypatch.setattr(
        real, "npgettext", lambda context, one, many, count: bracketed(one if count == 1 else many)
    )


class Reading(HTMLParser):
    """Everything that a page says: texts and the attributes that are read out."""

    def __init__(self, page: str):
        super().__init__()
        self.said: list[str] = []
        self._unread = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._unread += tag in UNREAD
        given = dict(attrs)
        self.said += [text for name, text in attrs if name in SPOKEN and text]
        if tag == "meta" and given.get("name") == "description":
            self.said.append(given.get("content") or "")
        if tag == "input" and given.get("type") in {"submit", "button"}:
            self.said.append(given.get("value") or "")

    def handle_endtag(self, tag):
        self._unread -= tag in UNREAD

    def handle_data(self, text):
        if not self._unread:
            self.said.append(text)


def outside_tags(template: Path) -> str:
    """The text of a template as it stands, without what is marked for translation."""
    kept, is_marked = [], False
    for token in Lexer(template.read_text()).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.startswith(("blocktrans", "endblocktrans")):
            is_marked = token.contents.startswith("blocktrans")
        elif token.token_type == TokenType.TEXT and not is_marked:
            kept.append(token.contents)
        elif token.token_type == TokenType.BLOCK and token.contents.startswith("include"):
            kept += [f"\n{words}\n" for words in NAMED_WORDS.findall(token.contents)]
    return "".join(kept)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_a_template_says_nothing_by_itself(template):
    text = outside_tags(template)
    said = Reading(text).said if template.suffix == ".html" else [text]

    assert re.findall(r"[^\W\d_]{2,}", DATA.sub(" ", html.unescape("\n".join(said)))) == []


def slips(page: str) -> list[str]:
    """What a page says outside brackets and beside data; a bracket may hold tags."""
    text = "\n".join(Reading(page).said)
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = less
    for name in sorted(addresses.countries().values(), key=len, reverse=True):
        text = text.replace(name, " ")
    lines = (" ".join(re.findall(r"[^\W\d_]{2,}", line)) for line in DATA.sub(" ", text).splitlines())
    return sorted(set(filter(None, lines)))


def slips_by_words(pages: dict[str, str]) -> dict[str, str]:
    """Each text that is not in a catalogue, with one of the places that say it."""
    return {words: place for place, page in pages.items() for words in slips(page)}


@pytest.fixture
def world(stripe):  # noqa: F811
    make_rates()
    shop = balanced_world()
    for variant in (shop.mug, shop.cup):
        product = variant.product
        for thing in (product, product.category):
            thing.name = f"§{thing.pk}§"
            thing.save()
        product.summary = product.description = "§1§"
        product.save()
        variant.label = f"§{variant.pk}§" if variant.label else ""
        variant.save()
        refresh_product(product)
    Payment.objects.create(
        checkout=shop.awaiting,
        idempotency_key=f"session {shop.awaiting.number}",
        session_id="cs_test_unknown",
        currency="eur",
        amount=shop.awaiting.total,
    )
    OrderLine.objects.update(name="§1§", label="§2§")
    Order.objects.filter(pk=shop.order.pk).update(
        shipping_address={**ADDRESS, "country": "AT"}, delivery_days="2-4"
    )
    shop.order.refresh_from_db()
    return shop


def routes() -> Iterator[str]:
    """Every address of the shop that customers open."""
    for route in attack.routes():
        if not route.startswith(
            ("admin/", "health/", "media/", "payments/webhook", "__debug__", "sitemap", "feeds")
        ):
            yield route


def good_address(route: str, world) -> str:
    """The address of something that exists, where the world has it; else one of nothing, which is a page too."""
    texts = {
        "slug": world.mug.product.category.slug if "category" in route else world.mug.product.slug,
        "token": world.order.token if "orders" in route else world.awaiting.token,
        "number": world.order.number,
        "variant": str(world.mug.pk),
    }
    return attack.filled(route, defaultdict(lambda: "1", texts))


def pages_of(client: Client, world, whose: str) -> dict[str, str]:
    """Every page that this visitor gets to see by its address, errors included."""
    found = {}
    for route in routes():
        for address in (good_address(route, world), f"{good_address(route, world)}?page=7"):
            answer = client.get(address)
            if "html" in answer.get("Content-Type", "") and answer.content:
                found[f"{whose} {address}"] = answer.content.decode()
    return found


def test_every_page_that_has_an_address_speaks_through_gettext(world, pseudo):
    stranger, customer = Client(), Client()
    user = UserFactory(full_name="§1§")
    customer.force_login(user)
    for client in (stranger, customer):
        client.post("/cart/add/", {"variant": world.mug.pk, "quantity": 2})
    pages = pages_of(stranger, world, "stranger")
    Order.objects.update(customer=user)
    pages |= pages_of(customer, world, "customer")

    assert len(pages) > 50
    says_nothing_by_itself(pages)


@pytest.mark.slow
@pytest.mark.parametrize("whose", ["stranger", "customer"])
def test_answers_to_forms_speak_through_gettext(world, pseudo, whose):
    user = UserFactory(full_name="§1§") if whose == "customer" else None
    if user:
        Order.objects.update(customer=user)
    forms = {
        (form.action or address.split()[1], *sorted(form.fields)): form
        for address, page in pages_of(shopper(world, user), world, whose).items()
        for form in attack.Forms(page).found
        if form.is_post
    }

    answers = {}
    for (action, *_names), form in forms.items():
        for typed in ({}, form.fields, dict.fromkeys(form.fields, "x")):
            answer = shopper(world, user).post(action, typed, follow=True)
            if "html" in answer.get("Content-Type", ""):
                answers[f"{whose} {action} {typed}"] = answer.content.decode()

    assert len(answers) > 20
    says_nothing_by_itself(answers)


def shopper(world, user) -> Client:
    """A browser with a full cart, signed in if there is a user."""
    client = Client()
    if user:
        client.force_login(user)
    client.post("/cart/add/", {"variant": world.mug.pk, "quantity": 2})
    return client


def says_nothing_by_itself(pages: dict[str, str]) -> None:
    found = slips_by_words(pages)
    assert not found, "\n".join(f"{words!r} at {place}" for words, place in sorted(found.items()))
