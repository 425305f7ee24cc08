"""Every mail that the shop writes: shown in the console without being sent, and fit to be read by whoever gets it."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as shop_settings
from django.contrib.auth.models import Permission
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import StaffFactory, UserFactory
from config.console.mails import IN_THE_DARK
from config.mail_samples import samples
from config.tests.test_headers import policy_of

pytestmark = pytest.mark.any_database

LANGUAGES = [code for code, _ in shop_settings.LANGUAGES]
MAILS = [(key, language) for key in samples for language in LANGUAGES]
TEMPLATES = Path(shop_settings.BASE_DIR, "templates")
SHUT = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "object-src": ["'none'"],
}
every_mail = pytest.mark.parametrize(("key", "language"), MAILS)


class Reading(HTMLParser):
    """What a mail says and where it leads: its tags, its links, its language, and the words that are shown."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.language = ""
        self.words = ""
        self._is_style = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        self._is_style = tag == "style"
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a":
            self.links.append(given["href"])
        assert not [name for name in given if name.startswith("on")]

    def handle_endtag(self, tag):
        self._is_style = self._is_style and tag != "style"

    def handle_data(self, data):
        self.words += "" if self._is_style else data


@pytest.fixture
def clerk(db):
    """Somebody who sees orders, and nothing else."""
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    return user


@pytest.fixture
def strict(settings):
    """A template that asks for what its sample does not have says so."""
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "OPTIONS": {**engine["OPTIONS"], "string_if_invalid": "MISSING %s"}}]


@pytest.fixture
def company(settings):
    settings.SHOP_LEGAL_NAME = "Tally & Sons Ltd"
    settings.SHOP_ADDRESS = ["1 Street", "City"]
    settings.SHOP_EMAIL = "shop@example.org"
    settings.SHOP_VAT_ID = "DE000000000"
    settings.SHOP_REGISTER = "HRB 0"


def test_every_mail_has_a_sample():
    subjects = TEMPLATES.glob("*/email/*.subject.txt")

    written = {str(path.relative_to(TEMPLATES)).removesuffix(".subject.txt") for path in subjects}

    assert {sample.template for sample in samples.values()} == written


def test_every_mail_that_the_code_sends_is_a_template_with_a_sample():
    sent = set()
    for room in ("config", "accounts", "inventory", "shop", "orders", "payments", "returns"):
        for path in Path(shop_settings.BASE_DIR, room).rglob("*.py"):
            if "tests" not in path.parts and path.name != "mail_samples.py":
                sent |= set(re.findall(r"\"(\w+/email/\w+)\"", path.read_text()))

    assert sent == {sample.template for sample in samples.values()}


@every_mail
def test_a_mail_can_be_read_without_pictures_and_scripts(key, language, strict):
    written = samples[key].written(language)

    page = Reading(written.html)

    assert page.language == language
    assert not page.tags & {"img", "script", "link", "iframe", "form", "svg"}
    assert "url(" not in written.html
    assert shop_settings.SHOP_NAME in page.words
    assert len(page.words.split()) > 20
    assert written.subject
    assert "MISSING" not in written.subject + written.text + written.html


@every_mail
def test_a_mail_leads_to_whole_addresses(key, language, settings):
    settings.PUBLIC_BASE_URL = "https://shop.example"

    written = samples[key].written(language)

    page = Reading(written.html)
    assert page.links
    for link in page.links + re.findall(r"https?://\S+", written.text):
        assert link.startswith(("https://shop.example", "mailto:", "https://dashboard.stripe.com/")), link
    paths = {urlsplit(link).path for link in page.links if link.startswith("https:")}
    assert {path for path in paths if path.strip("/")} <= {
        urlsplit(link).path for link in re.findall(r"https://\S+", written.text)
    }


@every_mail
def test_a_mails_text_is_plain_and_tidy(key, language):
    text = samples[key].written(language).text

    assert not re.search(r"</?[a-z]+[ >]|&(?:amp|lt|gt|quot|nbsp|#\d+);", text)
    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert shop_settings.SHOP_NAME in text


@every_mail
def test_a_mail_says_who_writes(key, language, company):
    written = samples[key].written(language)

    for words in (written.text, Reading(written.html).words):
        for fact in ("Tally & Sons Ltd", "1 Street", "City", "shop@example.org", "DE000000000", "HRB 0"):
            assert fact in words, fact


def test_the_sample_order_adds_up():
    words = samples["orders-confirmation"].make()

    order, lines = words["order"], words["lines"]
    assert sum(line.shown_total - line.discount for line in lines) + order.shipping == order.total
    assert sum(amount for _, amount in words["tax_parts"]) == order.tax


# --- in the console -----------------------------------------------------------------------------------
@every_mail
def test_the_console_shows_a_mail_and_sends_nothing(key, language, client, clerk):
    client.force_login(clerk)
    written = samples[key].written(language)

    page = client.get(reverse("admin:mail", args=[key]), {"language": language})
    frame = client.get(reverse("admin:mail_html", args=[key]), {"language": language})

    assert page.context["mail"] == written
    assert Reading(frame.content.decode()).words == Reading(written.html).words
    assert not outbox.outbox


def test_a_mails_page_may_do_nothing_but_look_like_itself(client, clerk):
    client.force_login(clerk)

    answer = client.get(reverse("admin:mail_html", args=["orders-confirmation"]))

    policy = policy_of(answer)
    assert policy == {**SHUT, "base-uri": ["'none'"], "form-action": ["'none'"], "sandbox": []}
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]


@every_mail
def test_a_mail_has_dark_colours_which_the_console_turns_on_and_off(key, language):
    assert samples[key].written(language).html.count(IN_THE_DARK) == 1


def test_the_frame_is_light_or_dark_whatever_the_browser_prefers(client, clerk):
    client.force_login(clerk)
    address = reverse("admin:mail_html", args=["orders-confirmation"])

    light, dark = (client.get(address, {"look": look}).content.decode() for look in ("light", "dark"))

    assert light.replace("@media not all", "@media all") == dark
    assert IN_THE_DARK not in light


def test_the_page_around_it_keeps_the_consoles_rules(client, clerk):
    client.force_login(clerk)

    answer = client.get(reverse("admin:mail", args=["orders-confirmation"]))

    page = answer.content.decode()
    frames = re.findall(r"<iframe[^>]*>", page)
    assert [re.search(r'width="(\d+)"', frame)[1] for frame in frames] == ["390", "700"]
    assert all(re.search(r"\ssandbox\s", frame) for frame in frames)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", page)
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert policy_of(answer)["frame-ancestors"] == ["'none'"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["mails", "mail", "mail_html"])
@pytest.mark.parametrize("who", ["stranger", "customer", "staff without rights"])
def test_mails_are_closed_to_whoever_sees_no_orders(client, name, who):
    if who != "stranger":
        client.force_login(StaffFactory() if "staff" in who else UserFactory())
    address = reverse(f"admin:{name}", args=[] if name == "mails" else ["orders-confirmation"])

    answer = client.get(address)

    assert answer.status_code == (403 if "staff" in who else 302)
    assert policy_of(answer)["frame-ancestors"] == ["'none'"]
    assert "/login/" in answer.get("Location", "/login/")


def test_the_front_page_leads_to_the_mails_whoever_may_see_them(client, clerk):
    client.force_login(clerk)
    assert f'href="{reverse("admin:mails")}"' in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:mails"), follow=True).status_code == 200

    client.force_login(StaffFactory())
    assert reverse("admin:mails") not in client.get(reverse("admin:index")).content.decode()


def test_odd_wishes_get_a_mail_or_a_404(client, clerk):
    client.force_login(clerk)

    for name in ("mail", "mail_html"):
        address = reverse(f"admin:{name}", args=["orders-confirmation"])
        for query in ({"language": "xx"}, {"language": "../de"}, {"look": "<b>"}, {"language": ["de", "en"]}):
            assert client.get(address, query).status_code == 200
        assert client.post(address).status_code == 405
        assert client.get(reverse(f"admin:{name}", args=["nothing"])).status_code == 404


def test_looking_reads_and_writes_nothing_about_customers(client, clerk):
    client.force_login(clerk)

    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("admin:mail_html", args=["orders-confirmation"]))

    said = " ".join(query["sql"] for query in captured)
    assert not re.search(r"orders_order\b|orders_checkout|INSERT|UPDATE|DELETE", said)
