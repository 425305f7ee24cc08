"""Every request is numbered, checked and marked; no input and no outage gives an unexplained 500."""

import io
import json
import logging
import re

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse, UnreadablePostError
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.tests.factories import UserFactory
from config import logs, middleware, urls
from config.logs import JsonFormatter
from config.tests.helpers import database_away
from config.throttle import Throttled
from config.wsgi import application


def plain(request):
    return HttpResponse("ok")


def kept(request):
    response = HttpResponse("ok")
    response["Cache-Control"] = "public, max-age=60"
    return response


@csrf_exempt
def echo(request, text=""):
    return HttpResponse(request.POST.get("field", "") + request.GET.get("q", "") + text)


def failing(error):
    def view(request):
        raise error

    return view


def log_a_line(request):
    logging.getLogger("tally.test").error("during")
    return HttpResponse(logs.request_id.get())


urlpatterns = [
    path("plain/", plain),
    path("kept/", kept),
    path("echo/", echo),
    path("echo/<path:text>/", echo),
    path("lock/", failing(OperationalError("canceling statement due to lock timeout"))),
    path("gone/", failing(InterfaceError("connection already closed"))),
    path("bug/", failing(ZeroDivisionError("a bug"))),
    path("database-bug/", failing(DatabaseError("a bug in a query"))),
    path("fast/", failing(Throttled(7))),
    path("big/", failing(RequestDataTooBig("big"))),
    path("left/", failing(UnreadablePostError("gone"))),
    path("log/", log_a_line),
    path("secret/<str:token>/", plain),
    *urls.urlpatterns,
]
handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.urls(__name__)]


@pytest.fixture
def visitor():
    """A browser that sees answers, not exceptions."""
    return Client(raise_request_exception=False)


# --- what every answer has ---


@pytest.mark.parametrize(
    "address", ["/plain/", "/nowhere/", "/lock/", "/bug/", "/echo/?q=%00", "/health/live"]
)
def test_every_answer_has_a_number_and_the_rules_for_browsers(visitor, address):
    answer = visitor.get(address)

    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])
    assert "camera=()" in answer["Permissions-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_numbers_are_our_own_and_never_repeat(visitor):
    numbers = {visitor.get("/plain/", headers={"x-request-id": "theirs"})["X-Request-ID"] for _ in range(3)}

    assert len(numbers) == 3
    assert "theirs" not in numbers


def test_a_view_may_let_its_answer_be_kept(visitor):
    assert visitor.get("/kept/")["Cache-Control"] == "public, max-age=60"


# --- bad input ---


@pytest.mark.parametrize(
    "address",
    ["/echo/?q=%00", "/echo/?%00=1", "/echo/?q=%FF", "/echo/?q=%ED%A0%80", "/echo/a%00b/", "/echo/?q=%C0%AF"],
)
def test_nul_and_broken_text_in_the_address_are_400(visitor, address):
    assert visitor.get(address).status_code == 400


@pytest.mark.parametrize(
    "address", ["/echo/?q=%", "/echo/?q=%zz", "/echo/?q=%E2%98%83", "/echo/%F0%9F%A6%8A/", "/echo/?&&==&"]
)
def test_odd_but_readable_addresses_are_served(visitor, address):
    assert visitor.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/echo/%FF/", "/%00", "/%FF", "/static/%00.css", "/media/products/%00.webp"]
)
def test_odd_paths_are_never_a_server_error(visitor, address):
    assert visitor.get(address).status_code < 500


@pytest.mark.parametrize("body", [{"field": "a\0b"}, {"a\0b": "x"}])
def test_nul_in_a_form_is_400_whatever_its_encoding(visitor, body):
    assert visitor.post("/echo/", body).status_code == 400
    urlencoded = "&".join(f"{key}={value}" for key, value in body.items()).replace("\0", "%00")
    answer = visitor.generic("POST", "/echo/", urlencoded, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=\xe9", b"x"),
        ("application/x-www-form-urlencoded", b"a=1&" * 3000),
    ],
)
def test_broken_or_too_many_fields_are_400(visitor, content_type, body):
    assert visitor.generic("POST", "/echo/", body, content_type=content_type).status_code == 400


def test_a_form_that_is_too_long_is_413(visitor):
    body = b"field=" + b"x" * 1_100_000

    answer = visitor.generic("POST", "/echo/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 413


def test_a_body_that_is_too_long_is_413_before_anything_reads_it(visitor):
    answer = visitor.generic("POST", "/plain/", b"", CONTENT_LENGTH=str(middleware.LARGEST_BODY + 1))

    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["", "abc", "-5", "9" * 5000])
def test_an_odd_content_length_breaks_nothing(visitor, length):
    assert visitor.generic("POST", "/echo/", b"", CONTENT_LENGTH=length).status_code < 500


@pytest.mark.parametrize("charset", ["rot13", "base64", "utf-16", "utf-7", "idna", "zip", "\xe9"])
@pytest.mark.parametrize("parameter", ["charset={}", "charset*=utf-8''{}"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_charset_that_a_client_names_breaks_us(rf, charset, parameter, method):
    """Sent to the application itself: the test client builds its requests without it."""
    statuses = []
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        environ = rf._base_environ(
            REQUEST_METHOD=method,
            PATH_INFO="/echo/",
            QUERY_STRING="q=caf%C3%A9",
            CONTENT_TYPE=f"{kind}; {parameter.format(charset)}",
            CONTENT_LENGTH="7",
            **{"wsgi.input": io.BytesIO(b"field=a")},
        )
        application(environ, lambda status, headers: statuses.append(int(status[:3])))

    assert len(statuses) == 3
    assert set(statuses) <= {200, 400}


@pytest.mark.parametrize(
    "cookie",
    [
        r'session="\000aaaaaaaaaaaaaaaa"',
        r'csrf="\000"',
        "session=" + "x" * 6000,
        r'session="\377\376aaaaaaaa"',
        "session=\xff\xfeaaaaaaaaa",
        "messages=nonsense; cart=nonsense; session=; =; ;;",
    ],
)
@pytest.mark.parametrize("address", ["/", "/accounts/profile/", "/cart/", "/nowhere/", "/admin/"])
def test_no_cookie_breaks_a_page(visitor, cookie, address):
    assert visitor.get(address, HTTP_COOKIE=cookie).status_code < 500


@pytest.mark.parametrize("host", ["evil.example", "[::1", "a b", ""])
def test_a_foreign_host_is_refused(visitor, host):
    assert visitor.get("/accounts/login/", HTTP_HOST=host).status_code == 400


@pytest.mark.parametrize("number", ["0", "-1", "9" * 18, "9" * 19, "9" * 100, "9" * 5000, "1e9", "NaN", "١"])
@pytest.mark.parametrize(
    "address", ["/products/?page={}", "/products/?min={}", "/admin/accounts/user/{}/change/"]
)
def test_no_number_in_an_address_breaks_a_page(visitor, number, address):
    assert visitor.get(address.format(number)).status_code < 500


@pytest.mark.parametrize(
    "name",
    [
        "products/" + "x" * 300 + ".webp",
        "products/../returns/photo.webp",
        "../settings.py",
        "products/" * 1000 + "a.webp",
    ],
)
def test_no_picture_name_leads_astray(visitor, name, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "returns").mkdir()
    (tmp_path / "products").mkdir()
    (tmp_path / "returns" / "photo.webp").write_bytes(b"private")

    assert visitor.get(f"/media/{name}").status_code in {400, 404}


def test_a_product_picture_is_handed_out_for_good(visitor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "products").mkdir()
    (tmp_path / "products" / "mug.webp").write_bytes(b"picture")

    answer = visitor.get("/media/products/mug.webp")

    assert b"".join(answer.streaming_content) == b"picture"
    assert answer["Content-Type"] == "image/webp"
    assert "immutable" in answer["Cache-Control"]


# --- outages, throttles, bugs ---


@pytest.mark.parametrize("address", ["/lock/", "/gone/"])
def test_a_database_that_does_not_answer_is_503_with_retry_after(visitor, address):
    answer = visitor.get(address)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"


@pytest.mark.parametrize(
    "address", ["/", "/products/", "/cart/", "/accounts/profile/", "/accounts/login/", "/admin/", "/nowhere/"]
)
def test_without_a_database_pages_say_so_and_hold_no_details(visitor, address):
    visitor.cookies["session"] = "a" * 32

    with database_away():
        answer = visitor.get(address)

    assert answer.status_code in {200, 404, 503}  # pages that need no database may still be there
    assert "refused" not in answer.text
    if answer.status_code == 503:
        assert answer["Retry-After"] == "2"
        assert "catching our breath" in answer.text


def test_a_page_that_needs_the_database_is_503(visitor):
    visitor.cookies["session"] = "a" * 32

    with database_away():
        assert visitor.get("/accounts/profile/").status_code == 503


def test_a_bug_is_a_500_that_tells_nothing(visitor):
    for address in ("/bug/", "/database-bug/"):
        answer = visitor.get(address)

        assert answer.status_code == 500
        assert "a bug" not in answer.text
        assert "Retry-After" not in answer


def test_the_page_of_a_500_asks_the_database_nothing(visitor, django_assert_num_queries):
    visitor.cookies["session"] = "a" * 32

    with django_assert_num_queries(0):
        assert visitor.get("/bug/").status_code == 500


def test_a_throttle_that_no_view_caught_is_429(visitor):
    answer = visitor.get("/fast/")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "7"
    assert "wait 7 seconds" in answer.text


def test_a_visitor_who_leaves_is_no_server_error(visitor):
    assert visitor.get("/left/").status_code == 400


# --- log lines ---


@pytest.fixture
def lines():
    """Everything that is logged meanwhile, as it would be written."""
    written: list[dict] = []

    class Collector(logging.Handler):
        def emit(self, record):
            written.append(json.loads(JsonFormatter().format(record)))

    collector, root = Collector(), logging.getLogger()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(collector)
    root.setLevel(level)


def test_lines_of_one_request_carry_its_number_and_others_do_not(visitor, lines):
    number = visitor.get("/log/")["X-Request-ID"]
    logging.getLogger("tally.test").error("after")

    during = next(line for line in lines if line["message"] == "during")
    after = next(line for line in lines if line["message"] == "after")
    assert during["request"] == number
    assert "request" not in after


def test_a_request_is_one_line_with_route_status_and_time(visitor, lines):
    visitor.get("/plain/?q=private")

    (line,) = [line for line in lines if line["logger"] == "tally.requests"]
    assert (line["message"], line["status"]) == ("GET /plain/", 200)
    assert isinstance(line["ms"], int)


def test_the_line_names_who_was_signed_in(visitor, lines):
    user = UserFactory()
    visitor.force_login(user)

    visitor.get("/accounts/profile/")

    (line,) = [line for line in lines if line["logger"] == "tally.requests"]
    assert line["actor"] == user.pk


def test_tokens_in_addresses_stay_out_of_the_log(visitor, lines):
    token = "s3cret" * 8

    visitor.get(f"/secret/{token}/")
    visitor.get(f"/nowhere/{token}/")
    visitor.get(f"/secret/{token}/?q=%00")

    assert len(lines) >= 3
    assert "s3cret" not in json.dumps(lines)


def test_a_text_from_outside_cannot_forge_a_line():
    record = logging.LogRecord("x", logging.INFO, "", 0, 'name\n{"level": "FORGED"}\u2028\ud800', (), None)

    written = JsonFormatter().format(record)

    assert "\n" not in written
    assert written.isascii()
    assert json.loads(written)["message"].startswith("name\n")
