"""Without a token, the browser's own word on who sent a form decides."""

import pytest
from django.http import HttpResponse
from django.test import Client

from config.csrf import same_origin


@same_origin
def door(request):
    return HttpResponse("open")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://testserver"},
        {"referer": "http://testserver/products/?q=mug"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "http://testserver", "referer": "http://testserver/", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_form_of_this_shop_is_let_through(rf, headers):
    assert door(rf.post("/", headers=headers)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver@evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": ""},
        {"referer": "http://evil.example/?http://testserver/"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example", "referer": "http://testserver/"},
    ],
)
def test_anything_else_is_refused(rf, headers):
    request = rf.post("/", headers=headers)
    request.COOKIES = {}
    request.session = {}

    assert door(request).status_code == 403


def test_the_view_is_exempt_from_the_token(settings):
    assert door.csrf_exempt


@pytest.mark.django_db
def test_a_view_without_the_decorator_still_asks_for_the_token():
    assert Client(enforce_csrf_checks=True).post("/accounts/login/").status_code == 403
