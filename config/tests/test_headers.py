"""What every answer tells browsers, whichever door it comes from, and what cookies may do."""

import os
import re
import runpy
from unittest.mock import patch

import pytest
from django.conf import settings as shop_settings
from django.test import Client

from accounts.tests.factories import StaffFactory, UserFactory
from config.tests import attack
from config.tests.world import balanced_world
from orders import cart_cookie

pytestmark = pytest.mark.django_db

PLACES = {
    "start page": ("GET", "/"),
    "list": ("GET", "/products/"),
    "cart": ("GET", "/cart/"),
    "cart, posted": ("POST", "/cart/add/"),
    "sign-in": ("GET", "/accounts/login/"),
    "console, closed": ("GET", "/admin/"),
    "redirect": ("GET", "/products"),
    "nothing there": ("GET", "/nowhere/"),
    "nonsense": ("GET", "/?q=%00"),
    "forged": ("POST", "/accounts/login/"),
    "wrong method": ("GET", "/payments/webhook/"),
    "webhook": ("POST", "/payments/webhook/"),
    "alive": ("GET", "/health/live"),
    "no picture": ("GET", "/media/products/none.webp"),
    "picture": ("GET", "/media/products/a.webp"),
    "style sheet": ("GET", "/static/css/base.css"),
    "no style sheet": ("GET", "/static/css/none.css"),
    "error": ("GET", "/?q=error"),
}
PRIVATE = [
    "/cart/",
    "/cart/mini/",
    "/checkout/",
    "/orders/",
    "/accounts/login/",
    "/accounts/profile/",
    "/accounts/addresses/",
    "/accounts/security/",
    "/accounts/privacy/",
    "/accounts/erase/",
    "/admin/",
    "/orders/find/",
    "/wishlist/",
]


@pytest.fixture
def answer_of(settings, tmp_path, monkeypatch):
    """Ask for a place by its name, as a browser whose forms are checked."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "products").mkdir()
    (tmp_path / "products" / "a.webp").write_bytes(b"x")
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def ask(place):
        if place == "error":
            monkeypatch.setattr("shop.views.pages.answer", lambda *args: 1 / 0)
        method, address = PLACES[place]
        return client.generic(method, address)

    return ask


def policy_of(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_holds_browsers_to_our_rules(place, answer_of):
    answer = answer_of(place)

    policy = policy_of(answer)
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    for sources in policy.values():
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(sources)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in {"same-origin", "strict-origin"}
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "Server" not in answer
    assert "X-Powered-By" not in answer


def test_the_places_are_what_their_names_say(answer_of):
    expected = {
        "redirect": 301,
        "nothing there": 404,
        "nonsense": 400,
        "forged": 403,
        "cart, posted": 403,
        "wrong method": 405,
        "webhook": 400,
        "no picture": 404,
        "picture": 200,
        "style sheet": 200,
        "no style sheet": 404,
        "error": 500,
    }

    assert {place: answer_of(place).status_code for place in expected} == expected


@pytest.mark.parametrize(
    "place", ["nothing there", "nonsense", "forged", "cart, posted", "wrong method", "error"]
)
def test_what_goes_wrong_is_said_in_the_shops_own_look(place, answer_of):
    page = answer_of(place).content.decode()

    assert "<h1>" in page
    assert "css/base.css" in page


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("who", ["stranger", "customer", "owner"])
def test_private_pages_are_kept_by_nobody(address, who, client):
    if who != "stranger":
        client.force_login(UserFactory() if who == "customer" else StaffFactory(is_superuser=True))

    assert "no-store" in client.get(address)["Cache-Control"]


def test_the_link_to_a_guests_order_is_neither_kept_nor_passed_on(client):
    order = balanced_world().order

    answer = client.get(f"/orders/g/{order.token}/")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "noindex" in answer["X-Robots-Tag"]


def test_a_browser_can_send_the_forms_of_a_page_with_a_secret_address(client):
    """With "no-referrer" it would send them with "Origin: null", as from a foreign page, and be refused."""
    order = balanced_world().order

    for address in (f"/orders/g/{order.token}/", f"/orders/g/{order.token}/cancel/"):
        answer = client.get(address)
        assert 'method="post"' in answer.content.decode()
        assert answer["Referrer-Policy"] == "strict-origin"


def test_a_page_that_everybody_may_see_sets_no_cookie(client):
    balanced_world()
    for address in ("/", "/products/", "/cart/", "/nowhere/"):
        assert not client.get(address).cookies, address


def test_no_page_loads_anything_from_elsewhere_or_holds_script_of_its_own(client):
    world = balanced_world()
    client.post("/cart/add/", {"variant": world.mug.pk, "quantity": 1})
    for address in ("/", "/cart/", "/checkout/", "/accounts/login/", f"/orders/g/{world.order.token}/"):
        page = client.get(address).content.decode()
        for start in (
            'src="http',
            'src="//',
            'rel="stylesheet" href="http',
            " onclick=",
            " style=",
            "<style",
        ):
            assert start not in page, (address, start)
        inline = re.findall(r'<script(?![^>]* src=)(?! type="application/ld\+json")[^>]*>', page)
        assert not inline, (address, inline)


def test_cookies_are_for_this_site_and_out_of_reach_of_scripts(client):
    world = balanced_world()
    UserFactory(email="a@example.com", password="correct horse")

    client.post("/cart/add/", {"variant": world.mug.pk, "quantity": 1})
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"username": "a@example.com", "password": "correct horse"})

    assert {"cart", "csrf", "session"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax"), name
        assert not cookie["domain"]


def test_over_https_cookies_are_bound_to_host_and_lock():
    """The names and flags are settings of the start, so they are read from settings made for an https shop."""
    facts = https_settings()

    assert facts["SESSION_COOKIE_NAME"] == "__Host-session"
    assert facts["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert (
        facts["SESSION_COOKIE_SECURE"] is facts["CSRF_COOKIE_SECURE"] is facts["SECURE_SSL_REDIRECT"] is True
    )
    assert facts["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert cart_cookie.NAME in {"cart", "__Host-cart"}


def https_settings() -> dict:
    """What config.settings says where the shop's address begins with https."""
    given = {
        "ENV_FILE": "",
        "SECRET_KEY": shop_settings.SECRET_KEY,
        "PUBLIC_BASE_URL": "https://shop.example",
        "STRIPE_SECRET_KEY": "sk_test_x",
        "STRIPE_WEBHOOK_SECRET": "whsec_x",
        "DEBUG": "off",
    }
    with patch.dict(os.environ, given):
        return runpy.run_path(str(shop_settings.BASE_DIR / "config/settings.py"))


def test_every_route_says_no_to_frames_but_the_one_that_stands_in_our_own_page(answer_of, client):
    for route in attack.routes():
        answer = client.get(attack.filled(route, dict.fromkeys(attack.holes(route), "1")))
        ours = ["'self'"] if route == "checkout/place/" else ["'none'"]
        assert policy_of(answer)["frame-ancestors"] == ours, route
