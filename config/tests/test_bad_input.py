"""Whatever is sent to any address of the shop: a page that people can use, quickly, and never a 5xx."""

import contextlib
import itertools
import re
import socket
from urllib.parse import quote_plus, urljoin

import pytest
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Address, User
from accounts.tests.factories import AddressFactory, StaffFactory, UserFactory
from config.tests import attack
from config.tests.attack import BODIES, FILES, FORM, HEADERS, RARE_METHODS, TEXTS, Dealt, Forms, Visitor
from config.tests.running import RunningShop
from config.tests.world import asked_for_return, balanced_world, photographed
from inventory.models import StockMovement
from orders import services as orders
from orders.models import Cart, Checkout, Order
from payments.models import Payment, PaymentEvent
from payments.tests.conftest import make_rates, stripe  # noqa: F401  (a fixture)
from shop import waiting_links
from shop.services import share_wishes
from shop.tests.factories import StockRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What the shop's pages and the console's lists read, and what they might.
QUERIES = [
    "q",
    "sort",
    "page",
    "min",
    "max",
    "in_stock",
    "category",
    "undo",
    "removed",
    "variant",
    "next",
    "country",
    "method",
    "session_id",
    "sent",
    "p",
    "o",
    "e",
    "all",
    "ot",
    "term",
    "app_label",
    "model_name",
    "field_name",
    "_to_field",
    "_popup",
    "_changelist_filters",
    "is_active__exact",
    "placed_at__year",
    "at__range__gte",
    "state__exact",
    "id__in",
    "pk__isnull",
]


def area_of(route: str) -> str:
    """Which part of the shop a route belongs to: a room of the console, or a first word."""
    words = route.split("/")
    if words[0] == "admin":
        return "/".join(words[:2]) if len(words) > 3 and "<" not in words[2] else "admin"
    return words[0] if words[0] in {"accounts", "checkout", "orders", "cart"} else "shop window"


AREAS = {
    area: list(found) for area, found in itertools.groupby(sorted(attack.routes(), key=area_of), key=area_of)
}


# The console's own are many, and PostgreSQL is asked them by other tests.
ANYWHERE = [
    pytest.param(area, marks=pytest.mark.any_database) if area.startswith("admin") else area for area in AREAS
]


@pytest.fixture
def world(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    make_rates()
    shop = balanced_world()
    orders.issue_credit_note(shop.order, amount=1, reason="", key="a")
    Payment.objects.create(
        checkout=shop.awaiting,
        idempotency_key=f"session {shop.awaiting.number}",
        session_id="cs_test_unknown",
        currency="eur",
        amount=shop.awaiting.total,
    )
    shop.returned = asked_for_return(shop.order)
    shop.photo = photographed(shop.returned)
    return shop


@pytest.fixture
def visitors(world):
    """A stranger with a cart, a customer with a cart, the owner."""
    found = {}
    for name, user in (
        ("stranger", None),
        ("customer", UserFactory(password="correct horse")),
        ("owner", StaffFactory(is_superuser=True)),
    ):
        client = Client()
        if user:
            client.force_login(user)
        if name == "customer":
            AddressFactory(customer=user)
        client.post("/cart/add/", {"variant": world.mug.pk, "quantity": 2})
        found[name] = Visitor(client)
    return found


def good_address(route: str, world) -> str:
    """The address of something that exists."""
    user = User.objects.order_by("pk").first()
    texts = {
        "slug": world.mug.product.category.slug if "category" in route else world.mug.product.slug,
        "token": world.order.token if "orders" in route else world.awaiting.token,
        "number": world.order.number,
        "document": world.order.invoices.get(kind="credit_note").number,
        "key": world.order.number if "order" in route else world.item.sku,
        "name": "products/a.webp",
        "part": "shop-0",
        "app_label": "orders",
        "url": "nowhere",
        "id": str(user.pk),
        "object_id": "1",
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
    }
    if "addresses" in route:
        texts["key"] = Address.objects.get().key
    if "returns" in route:
        texts["number"] = world.order.number if "returns/new" in route else world.returned.number
    if "returns/photos" in route:
        texts["name"] = world.photo.name
    if "back-in-stock" in route:
        waits = StockRequestFactory()
        link = waiting_links.stop_link(waits.pk) if "stop" in route else waiting_links.confirm_link(waits.pk)
        texts["token"] = link.rstrip("/").rpartition("/")[2]
    if "wishlist/shared" in route:
        texts["token"] = share_wishes(user).token
    if "uidb64" in route:
        texts["token"] = default_token_generator.make_token(user)
    words = route.split("/")
    if words[0] == "admin" and len(words) > 3:
        with contextlib.suppress(LookupError):
            row = apps.get_model(words[1], words[2])._default_manager.order_by("pk").first()
            texts["object_id"] = str(row.pk) if row else "1"
    return attack.filled(route, texts)


def who_may_see(area: str) -> list[str]:
    return ["stranger", "customer", "owner"] if area.startswith("admin") else ["stranger", "customer"]


def facts() -> dict:
    """What no nonsense may change: rows of the ledgers, orders, payments, people."""
    models = (Order, Payment, PaymentEvent, StockMovement, Checkout, Cart, User)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def none_wrong(visitors) -> None:
    wrong = [line for visitor in visitors.values() for line in visitor.wrong]
    assert not wrong, f"{len(wrong)} bad answers:\n" + "\n".join(wrong[:40])


def some(area: str, in_shop: int, in_console: int) -> int:
    """How many attacks a page of this area is sent: the console is used by few, and has many pages of few kinds."""
    return in_console if area.startswith("admin") else in_shop


@pytest.mark.any_database
@pytest.mark.parametrize("area", AREAS)
def test_no_method_and_no_text_in_an_address_breaks_a_page(area, world, visitors, stripe):  # noqa: F811
    before = facts()
    texts, rare = Dealt(TEXTS.values()), Dealt(RARE_METHODS)
    for route, who in itertools.product(AREAS[area], who_may_see(area)):
        visitor, address = visitors[who], good_address(route, world)
        is_console_guest = area.startswith("admin") and who != "owner"
        for method in ("GET", "POST", *([] if is_console_guest else rare.next(some(area, 3, 1)))):
            visitor.send(method, address)
        for hole in attack.holes(route) if who == who_may_see(area)[-1] else ():
            for text in texts.next(some(area, 9, 4)):
                others = dict.fromkeys(attack.holes(route), "1")
                visitor.send("GET", attack.filled(route, {**others, hole: text}))

    none_wrong(visitors)
    assert facts() == before


@pytest.mark.parametrize("area", ANYWHERE)
def test_no_text_in_a_query_breaks_a_page(area, world, visitors, stripe):  # noqa: F811
    """Some texts in all that pages read from an address at once, and one of them, in turn, in each of it alone."""
    best = "owner" if area.startswith("admin") else "customer"
    texts, names = Dealt(TEXTS.values()), Dealt(QUERIES)
    for route in AREAS[area]:
        address = good_address(route, world)
        is_list = not attack.holes(route) and "/add/" not in route
        alone = names.next(some(area, 16, 8)) if is_list else QUERIES[:1]
        for text in texts.next(some(area, 7, 1)):
            everywhere = QUERIES if is_list else QUERIES[:1]
            visitors[best].send("GET", f"{address}?{'&'.join(f'{name}={text}' for name in everywhere)}")
        for name, text in zip(alone, texts.next(len(alone)), strict=False):
            visitors[best].send("GET", f"{address}?{name}={text}")

    none_wrong(visitors)


@pytest.mark.any_database
@pytest.mark.parametrize("area", AREAS)
def test_no_body_breaks_a_page(area, world, visitors, stripe):  # noqa: F811
    before = facts()
    bodies = Dealt(BODIES.values())
    for route, who in itertools.product(AREAS[area], who_may_see(area)):
        is_expected = who == who_may_see(area)[-1]
        for kind, body in bodies.next(some(area, 7, 3) if is_expected else 1):
            visitors[who].send("POST", good_address(route, world), body, kind)

    none_wrong(visitors)
    assert facts() == before


@pytest.mark.parametrize("area", ANYWHERE)
def test_no_text_and_no_file_in_a_form_breaks_a_page(area, world, visitors, stripe):  # noqa: F811
    is_console = area.startswith("admin")
    seen = set()
    texts, files = Dealt(TEXTS.values()), Dealt(FILES.values())
    for route, who in itertools.product(AREAS[area], ["owner"] if is_console else who_may_see(area)):
        visitor, address = visitors[who], good_address(route, world)
        page = visitor.send("GET", address)
        if page.streaming or page.status_code != 200 or "html" not in page["Content-Type"]:
            continue
        for form in Forms(page.content.decode()).found:
            target = urljoin(address, form.action or address)
            # The same form stands on many pages, such as the search and the heart on a card.
            shape = (target.partition("?")[0], form.is_post, *sorted(form.fields))
            if shape not in seen and target.startswith("/"):
                seen.add(shape)
                attack_form(visitor, target, form, texts, files, thorough=not is_console)

    none_wrong(visitors)


def attack_form(
    visitor: Visitor,
    target: str,
    form: attack.SentForm,
    texts: Dealt[str],
    files: Dealt[tuple[str, bytes]],
    *,
    thorough: bool,
) -> None:
    """Send a form with bad texts in one field at a time (others in each, in the console one), then in all."""
    good = {quote_plus(name): quote_plus(value) for name, value in form.fields.items()}
    for name in good if thorough else list(good)[:10]:
        for text in texts.next(2 if thorough else 1):
            _send_fields(visitor, target, form, {**good, name: text})
    for text in texts.next(8 if thorough else 2):
        _send_fields(visitor, target, form, dict.fromkeys(good, text))
    for file_field in form.files:
        for name, content in files.next(4):
            visitor.send("POST", target, *attack.multipart(form.fields, file_field, name, content))


def _send_fields(visitor: Visitor, target: str, form: attack.SentForm, fields: dict[str, str]) -> None:
    body = "&".join(f"{name}={text}" for name, text in fields.items())
    if form.is_post:
        visitor.send("POST", target, body.encode(), FORM)
    else:
        visitor.send("GET", f"{target.split('?')[0]}?{body}")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/products/",
        "/cart/",
        "/cart/mini/",
        "/cart/add/",
        "/checkout/",
        "/accounts/login/",
        "/admin/",
        "/payments/webhook/",
        "/media/products/a.webp",
        "/static/css/base.css",
        "/health/live",
        "/nowhere/",
    ],
)
def test_no_header_breaks_a_page(address, visitors):
    visitor = visitors["stranger"]
    for name, values in HEADERS.items():  # as WSGI hands them over: bytes, read as Latin-1 (PEP 3333)
        for value, method in itertools.product(values, ("GET", "POST")):
            key = f"HTTP_{name.replace('-', '_').upper()}" if name != "content-length" else "CONTENT_LENGTH"
            visitor.send(method, address, b"a=b", **{key: value.encode().decode("latin-1")})

    none_wrong(visitors)


RAW = {
    "less body than said": b"POST /cart/add/ HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\nContent-Type: "
    b"application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nvariant=1",
    "more body than said": b"POST /cart/add/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\n\r\nvariant=1&quantity=1",
    "a body of less than nothing": b"POST /cart/add/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: -5\r\n\r\na",
    "a body of words": b"POST /cart/add/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: abc\r\n\r\na",
    "two lengths": b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET /admin/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "broken chunks": b"POST /checkout/ HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"zz\r\nabc\r\n0\r\n\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: cow\r\n\r\n",
    "half an upload": b"POST /accounts/register/ HTTP/1.1\r\nHost: HOST\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n"
    b'Content-Length: 900\r\n\r\n--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nabc',
    "half an event": b"POST /payments/webhook/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: 900\r\n\r\n{",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "another host in its address": b"GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n",
    "no protocol": b"GET /\r\n\r\n",
    "an unknown protocol": b"GET / HTTP/9.9\r\nHost: HOST\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "NUL in its address": b"GET /\0 HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: HOST\r\nX-A: \0\r\n\r\n",
    "bytes": bytes(range(256)),
    "a long address": b"GET /?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: HOST\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: HOST\r\nCookie: a=" + b"b" * 20_000 + b"\r\n\r\n",
    "broken text in its address": b"GET /products/?q=\xff\xed\xa0\x80 HTTP/1.1\r\nHost: HOST\r\n\r\n",
}


@pytest.mark.django_db(transaction=True)
def test_no_bytes_break_the_server():
    """Gunicorn in its own process, spoken to through a socket: a 4xx, or a line that it hangs up on."""
    with RunningShop(workers=1, threads=2) as shop:
        answers = {name: raw_answer(shop, sent) for name, sent in RAW.items()}
        answers["a good one"] = raw_answer(shop, b"GET /health/live HTTP/1.1\r\nHost: HOST\r\n\r\n")
        said = shop.log.read_text()

    bad = {name: answer[:200] for name, answer in answers.items() if re.match(rb"HTTP/1.1 5", answer)}
    assert set(bad) == {"an unknown coding"}, bad
    assert answers["an unknown coding"].startswith(b"HTTP/1.1 501")  # as RFC 9112, 6.1 wants it
    assert answers["a good one"].startswith(b"HTTP/1.1 200")
    assert b"console" not in answers["length and chunks"]
    assert "Internal Server Error" not in said, said


def raw_answer(shop: RunningShop, sent: bytes) -> bytes:
    """Send these bytes and nothing more; what comes back within 10 s."""
    host, port = shop.url.removeprefix("http://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as line,
        contextlib.suppress(ConnectionError),
    ):
        line.sendall(sent.replace(b"HOST", f"{host}:{port}".encode()))
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))
    return b""
