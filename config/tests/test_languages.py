"""The address decides the language, and nothing else does: pages, caches, mails and the way to pay."""

import re
from pathlib import Path

import pytest
from django.conf import settings as shop_settings
from django.test import Client
from django.urls import clear_url_caches
from django.utils.translation import get_language, override
from stripe.params.checkout import SessionCreateParams

from config import languages
from payments import gateway
from payments.tests.conftest import stripe, till  # noqa: F401  (fixtures)
from shop.tests.factories import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
GERMAN = {"accept-language": "de-DE,de;q=0.9"}


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/", "en"),
        ("/cart/", "en"),
        ("/de/", "de"),
        ("/de", "de"),
        ("/de/cart/", "de"),
        ("/dex/", "en"),
        ("/fr/", "en"),
        ("/en/", "en"),
        ("/products/de/", "en"),
        ("", "en"),
        ("//de/", "en"),
    ],
)
def test_the_address_says_the_language(path, language):
    assert languages.of_path(path) == language


@pytest.mark.parametrize(("address", "language"), [("/products/", "en"), ("/de/products/", "de")])
def test_a_page_names_its_language_and_heeds_no_header_or_cookie(client, address, language):
    client.cookies["django_language"] = "de"

    answer = client.get(address, headers=GERMAN)

    assert answer["Content-Language"] == language
    assert f'<html lang="{language}" dir="ltr">' in answer.content.decode()
    assert "Accept-Language" not in answer["Vary"]


@pytest.mark.parametrize("address", ["/health/live", "/static/css/base.css", "/robots.txt"])
def test_what_machines_read_has_no_language(client, address):
    assert "Content-Language" not in client.get(address)


def test_every_link_of_a_german_page_stays_german(client):
    product = VariantFactory().product

    page = client.get("/de/").content.decode()

    assert f'href="/de/products/{product.slug}/"' in page
    assert 'href="/de/cart/"' in page
    assert 'href="/products/' not in page


def test_cached_pages_never_mix_languages(client, settings):
    settings.PAGE_CACHE_SECONDS = 60
    product = VariantFactory().product
    places = ["/", "/products/", f"/category/{product.category.slug}/", product.get_absolute_url()]
    cold = {place: Client().get(place).content for path in places for place in (path, f"/de{path}")}

    again = {place: Client().get(place, headers=GERMAN).content for place in reversed(cold)}

    assert again == cold
    for place, page in cold.items():
        assert f'<html lang="{languages.of_path(place)}"'.encode() in page
        assert (b'href="/cart/"' in page) is not place.startswith("/de")


def test_every_public_page_leads_to_itself_in_the_other_language(client):
    product = VariantFactory(price=1999).product
    address = f"/category/{product.category.slug}/?sort=price&min=5"

    english, german = (client.get(f"{prefix}{address}").content.decode() for prefix in ("", "/de"))

    twin = address.replace("&", "&amp;")
    assert f'<a href="/de{twin}" lang="de" hreflang="de">Deutsch</a>' in english
    assert f'<a href="{twin}" lang="en" hreflang="en">English</a>' in german


def test_a_shared_page_leads_to_its_own_address_whatever_was_asked_for(client):
    page = client.get("/products/?utm_source=letter").content.decode()

    assert 'href="/de/products/"' in page
    assert "utm_source" not in page


def test_an_answer_to_a_form_offers_no_other_language(client):
    asked, refused = (
        client.get("/de/accounts/register/"),
        client.post("/de/accounts/register/", {"email": "x"}),
    )

    assert b'hreflang="en"' in asked.content
    assert b'hreflang="en"' not in refused.content


def test_search_engines_are_told_of_both_languages(client):
    product = ProductFactory()
    VariantFactory(product=product)

    for page in (client.get(f"{prefix}/products/{product.slug}/").content.decode() for prefix in ("", "/de")):
        for language, prefix in (("en", ""), ("de", "/de"), ("x-default", "")):
            address = f"http://testserver{prefix}/products/{product.slug}/"
            assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in page
    assert f'<link rel="canonical" href="http://testserver/de/products/{product.slug}/">' in page


@pytest.mark.parametrize("address", ["/admin/", "/health/live", "//[", "/nowhere/", "/%00"])
def test_what_has_no_twin_leads_to_the_start_page(address):
    assert languages.twin(address, "de") == "/de/"


def test_a_shop_of_one_language_offers_no_switch(client, settings):
    settings.LANGUAGES = [("en", "English")]

    page = client.get("/").content.decode()

    assert "hreflang" not in page
    assert client.get("/de/").status_code == 404


def test_a_request_leaves_no_language_behind(client):
    client.get("/de/")

    assert get_language() == "en"


def test_errors_speak_the_language_of_the_address(client):
    for address, language in (("/de/nowhere/", "de"), ("/nowhere/", "en"), ("/de/cart/add/", "de")):
        answer = client.get(address)
        assert f'<html lang="{language}"' in answer.content.decode()
        assert answer["Content-Language"] == language


def test_machines_are_called_at_one_address_only(client):
    for address in ("health/live", "media/products/a.webp", "admin/", "payments/webhook/"):
        assert client.get(f"/de/{address}").status_code == 404


# --- a purchase -------------------------------------------------------------------------------------
def test_the_way_to_pay_and_back_is_german_from_a_german_checkout(stripe, till):  # noqa: F811
    with override("de"):
        payment = till.start()

    asked = gateway.session_params(payment.checkout)
    assert payment.checkout.language == "de"
    assert asked["locale"] == "de"
    assert asked["success_url"].startswith("http://testserver/de/checkout/done/?session_id={CHECKOUT")
    assert asked["cancel_url"] == f"http://testserver/de/checkout/cancelled/{payment.checkout.token}/"


def test_a_checkout_asks_for_the_same_page_whoever_asks_again(stripe, till):  # noqa: F811
    payment = till.start()
    english = gateway.session_params(payment.checkout)

    with override("de"):
        german = gateway.session_params(payment.checkout)

    assert english == german
    assert english["locale"] == "en"


def test_pressing_again_in_another_language_leads_to_another_page(stripe, till):  # noqa: F811
    english = till.start()

    with override("de"):
        german = till.start()

    english.checkout.refresh_from_db()
    assert english.checkout.state == "cancelled"
    assert german.checkout.language == "de"
    assert german.session_url != english.session_url


@pytest.mark.parametrize(
    ("language", "locale"), [("de", "de"), ("pt-br", "pt-BR"), ("zh-hans", "zh"), ("ar", "auto")]
)
def test_the_payment_page_is_asked_for_a_language_that_it_speaks(language, locale):
    assert gateway.sessions._locale(language) == locale


def test_every_language_of_the_payment_page_is_one_that_stripe_takes():
    taken = set(re.findall(r"'([\w-]+)'", str(SessionCreateParams.__annotations__["locale"])))

    assert {
        gateway.sessions._locale(language) for language in gateway.sessions._STRIPE_SPEAKS.split()
    } <= taken


# --- from right to left -------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_language_from_right_to_left_turns_the_page(client, settings, language):
    settings.LANGUAGES = [("en", "English"), (language, "-")]
    VariantFactory()

    turned, usual = (client.get(f"{prefix}/").content.decode() for prefix in (f"/{language}", ""))

    assert f'<html lang="{language}" dir="rtl">' in turned
    assert "bootstrap.rtl.min.css" in turned
    assert 'dir="ltr"' in usual
    assert "rtl" not in usual


def test_our_own_style_sheets_know_no_left_and_right():
    physical = re.compile(
        r"(?:margin|padding|border)-(?:left|right)\s*:|text-align:\s*(?:left|right)\b|float:\s*(?:left|right)\b"
    )
    sheets = Path(shop_settings.BASE_DIR, "static", "css").glob("*.css")

    assert {sheet.name: found for sheet in sheets if (found := physical.findall(sheet.read_text()))} == {}


# --- another first language ---------------------------------------------------------------------------
@pytest.fixture
def german_first(settings):
    """A shop whose plain addresses are German; Django keeps addresses per language, so they are forgotten."""
    settings.LANGUAGES = [("de", "German"), ("en", "English")]
    settings.LANGUAGE_CODE = "de"
    clear_url_caches()
    yield
    clear_url_caches()


def test_a_shop_may_speak_german_at_its_plain_addresses(client, german_first):
    product = VariantFactory().product

    german, english = (client.get(f"{prefix}/products/") for prefix in ("", "/en"))

    assert (german["Content-Language"], english["Content-Language"]) == ("de", "en")
    assert "Neueste zuerst" in german.content.decode()
    assert "Newest" in english.content.decode()
    assert f'href="/products/{product.slug}/"' in german.content.decode()
    assert f'href="/en/products/{product.slug}/"' in english.content.decode()
    assert client.get("/de/products/").status_code == 404
