"""Who sees whose: nobody's thing is anybody else's, whatever is sent, and a page of another site can do nothing."""

import base64
import re
from itertools import product

import pytest
from django.conf import settings as shop_settings
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import Address, SignIn
from accounts.tests.factories import AddressFactory, StaffFactory, UserFactory
from config.tests import attack
from config.tests.helpers import run_tasks
from config.tests.world import balanced_world
from orders.models import Cart, CartLine, Checkout, Order
from orders.models.cart import new_token
from payments import gateway
from payments.models import Payment
from payments.tests.conftest import ADDRESS, stripe, till  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
LIE = {
    "price": "1",
    "unit_price": "1",
    "amount": "1",
    "total": "1",
    "subtotal": "0",
    "shipping": "-490",
    "tax": "0",
    "discount": "100",
    "currency": "jpy",
    "status": "paid",
    "state": "completed",
    "payment_state": "captured",
    "customer": "1",
    "is_staff": "on",
    "seen_price": "1",
    "stock": "999",
    "order": "T-AAA-AAA-AAA",
    "shown": '{"total": 1, "lines": [["x", 1, 1, 1]]}',
}


def shopper(variant, quantity=2, user=None) -> Client:
    """A browser with its cart filled through the door."""
    client = Client()
    if user:
        client.force_login(user)
    client.post("/cart/add/", {"variant": variant.pk, "quantity": quantity})
    return client


def typed(client, **changes) -> dict:
    """What the checkout page of this browser sends once the address is filled in."""
    forms = attack.Forms(client.get("/checkout/").content.decode()).found
    form = next(form for form in forms if form.is_post and "agreed" in form.fields)
    fields = {name: value for name, value in form.fields.items() if name not in {"update", ""}}
    return {**fields, **ADDRESS, "email": "buyer@example.org", "billing_same": "on", **changes}


def same(first, second) -> bool:
    """Whether two answers cannot be told apart, but for the token that each form holds."""
    hidden = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
    return first.status_code == second.status_code and hidden.sub(b"", first.content) == hidden.sub(
        b"", second.content
    )


# --- another's and unknown --------------------------------------------------------------------------
def test_anothers_order_is_as_unknown_as_none(client):
    world, owner = balanced_world(), UserFactory()
    Order.objects.filter(pk=world.order.pk).update(customer=owner)
    client.force_login(UserFactory())

    anothers, unknown = (client.get(f"/orders/{number}/") for number in (world.order.number, "T-AAA-AAA-AAA"))

    assert anothers.status_code == 404
    assert same(anothers, unknown)


def test_an_order_without_owner_is_nobodys_by_its_number(client):
    order = balanced_world().order
    client.force_login(UserFactory())

    assert client.get(f"/orders/{order.number}/").status_code == 404


def test_an_order_of_a_customer_never_opens_by_its_token(client):
    order = balanced_world().order
    assert client.get(f"/orders/g/{order.token}/").status_code == 200
    Order.objects.filter(pk=order.pk).update(customer=UserFactory())

    customers, unknown = client.get(f"/orders/g/{order.token}/"), client.get(f"/orders/g/{new_token()}/")

    assert customers.status_code == 404
    assert same(customers, unknown)


def test_keys_that_open_without_a_name_have_at_least_128_random_bits():
    order, cart = balanced_world().order, Cart.objects.create()

    for token in (order.token, order.checkout.token, cart.token):
        assert len(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))) * 8 >= 128
    assert len({new_token() for _ in range(1000)}) == 1000


def test_guesses_at_guests_orders_are_counted_and_the_right_key_still_opens(client):
    order = balanced_world().order

    statuses = [client.get(f"/orders/g/{new_token()}/").status_code for _ in range(35)]

    assert statuses == [404] * 30 + [429] * 5
    assert client.get(f"/orders/g/{order.token}/").status_code == 200


@pytest.mark.parametrize("act", ["", "delete/", "default/"])
def test_anothers_address_is_as_unknown_as_none(client, act):
    anothers = AddressFactory()
    client.force_login(UserFactory())

    answers = [
        client.post(f"/accounts/addresses/{key}/{act}", {**ADDRESS, "kind": "delivery"})
        for key in (anothers.key, "unknown")
    ]

    assert answers[0].status_code == 404
    assert same(*answers)
    assert Address.objects.values_list("street", "is_delivery_default").get() == (anothers.street, False)


def test_anothers_browser_is_not_signed_out(client):
    other = Client()
    other.force_login(UserFactory())
    key = SignIn.objects.get().key
    client.force_login(UserFactory())

    answers = [client.post("/accounts/security/end/", {"key": each}) for each in (key, "unknown")]

    assert answers[0].status_code == 404
    assert same(*answers)
    assert other.get("/accounts/profile/").status_code == 200


def test_nobody_orders_anothers_order_again(client):
    world = balanced_world()
    Order.objects.filter(pk=world.order.pk).update(customer=UserFactory())
    client.force_login(UserFactory())

    answers = [client.post(f"/orders/{number}/again/") for number in (world.order.number, "T-AAA-AAA-AAA")]
    answers += [client.post(f"/orders/g/{token}/again/") for token in (world.order.token, new_token())]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert same(*answers[:2])
    assert same(*answers[2:])
    assert not CartLine.objects.exists()


def test_nobody_takes_anothers_orders_into_their_account(client):
    """Neither by naming them, nor with an address that is not proven."""
    world = balanced_world()
    client.force_login(UserFactory(email=world.order.email, email_verified_at=None))
    client.post("/orders/claim/", {"order": world.order.number, "token": world.order.token})
    client.force_login(UserFactory(email="eve@example.com", email_verified_at=timezone.now()))
    client.post("/orders/claim/", {"email": world.order.email, "order": world.order.number})

    assert Order.objects.get(pk=world.order.pk).customer is None


def test_lines_of_anothers_cart_are_as_unknown_as_none(till):  # noqa: F811
    mine, line = shopper(till.mug), CartLine.objects.get(cart=till.cart)
    mine.get("/cart/")  # and with it the message that something was added

    anothers, unknown = (mine.post("/cart/update/", {"line": pk, "quantity": 0}) for pk in (line.pk, 10**9))

    assert anothers.status_code == 404
    assert same(anothers, unknown)
    assert CartLine.objects.filter(pk=line.pk).exists()


def test_a_cart_cookie_that_we_did_not_sign_opens_no_cart(till, client):  # noqa: F811
    client.cookies["cart"] = f"{till.cart.token}:2"

    assert b'name="line"' not in client.get("/cart/").content


def test_a_customers_cart_does_not_open_by_its_cookie(till, client):  # noqa: F811
    guest = shopper(till.mug)
    assert b'name="line"' in guest.get("/cart/").content

    Cart.objects.filter(pk=Cart.objects.latest("pk").pk).update(customer=UserFactory())

    assert b'name="line"' not in guest.get("/cart/").content


def test_anothers_way_back_from_paying_shows_nothing_of_the_order(stripe, till):  # noqa: F811
    payment = till.start()
    stripe.pay(payment)
    stranger = Client()

    answer = stranger.get("/checkout/done/", {"session_id": payment.session_id}, follow=True)

    order = Order.objects.get()
    for secret in (order.number, order.token, order.email, "Musterstrasse", "44.88"):
        assert secret not in answer.content.decode()


@pytest.mark.parametrize("token", ["", "x", "x" * 40, "%00", "../../", "T-AAA-AAA-AAA"])
def test_an_unknown_way_back_is_not_found(client, token):
    assert client.get(f"/checkout/cancelled/{token}/").status_code in {400, 404}
    assert client.get("/checkout/done/", {"session_id": f"cs_test_{token}"}).status_code in {400, 404}


def test_no_page_for_customers_takes_an_id_of_the_database(client):
    """Numbers in a row tell how many there are, and invite to try the next one."""
    routes = [route for route in attack.routes() if not route.startswith("admin/")]

    assert not [route for route in routes if "<int:" in route]


# --- the console ------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["stranger", "customer", "staff without rights"])
def test_the_console_is_closed_to_whoever_has_no_right(client, who):
    balanced_world()
    if who != "stranger":
        client.force_login(StaffFactory() if "staff" in who else UserFactory())
    routes = [route for route in attack.routes() if re.match(r"admin/\w+/\w+/", route)]
    routes = [route for route in routes if "password_change" not in route or "user" in route]
    for route, method in product(routes, ("get", "post")):
        address = attack.filled(route, dict.fromkeys(attack.holes(route), "1"))

        answer = getattr(client, method)(address)

        assert answer.status_code in {302, 403, 404}, (address, answer.status_code)
        if answer.status_code == 302 and who != "staff without rights":
            assert "/login/" in answer.url, (address, answer.url)


# --- prices are ours --------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["form", "query", "repeated", "json"])
def test_no_field_of_the_client_changes_what_stripe_is_asked_for(stripe, till, way):  # noqa: F811
    """Cart, checkout and its parts, each with every lie; two mugs at 19.99 and delivery at 4.90 stay 44.88."""
    client = Client()
    query = "?" + "&".join(f"{name}={value}" for name, value in LIE.items()) if way == "query" else ""
    lies = {name: [value, "2"] if way == "repeated" else value for name, value in LIE.items()}
    lies = lies if way in {"form", "repeated"} else {}
    client.post(f"/cart/add/{query}", {"variant": till.mug.pk, "quantity": 1, **lies})
    line = CartLine.objects.latest("pk")
    client.post(f"/cart/update/{query}", {"line": line.pk, "quantity": 2, **lies})
    if way == "json":
        for address in ("/cart/add/", "/cart/update/", "/checkout/"):
            client.post(
                address, {"variant": till.mug.pk, "line": line.pk, "quantity": 1, **LIE}, "application/json"
            )

    answer = client.post(f"/checkout/{query}", {**lies, **typed(client)})

    assert answer.status_code == 303, answer.content.decode()[-3000:]
    payment = Payment.objects.latest("pk")
    assert gateway.retrieve_session(payment.session_id).amount == 4488
    assert (payment.amount, payment.currency, payment.state) == (4488, "eur", "pending")
    assert Checkout.objects.latest("pk").total == 4488
    stripe.pay(payment)
    client.get("/checkout/done/", {"session_id": payment.session_id, **LIE})
    order = Order.objects.get()
    assert (order.total, order.payment_state, order.customer) == (4488, "authorised", None)


# --- forged requests --------------------------------------------------------------------------------
def posts() -> list[str]:
    """All addresses that take a POST and are not Stripe's."""
    return [
        route for route in attack.routes() if route != "payments/webhook/" and not route.startswith("health/")
    ]


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"referer": "https://evil.example/"}]
)
def test_nothing_can_be_posted_from_elsewhere(headers):
    world = balanced_world()
    client = Client(enforce_csrf_checks=True)
    client.force_login(StaffFactory(is_superuser=True))
    before = (Cart.objects.count(), Order.objects.count(), Payment.objects.count())
    for route in posts():
        texts = {**dict.fromkeys(attack.holes(route), "1"), "token": world.awaiting.token}

        answer = client.post(attack.filled(route, texts), {"variant": world.mug.pk}, headers=headers)

        assert answer.status_code in {403, 404, 405} or (answer.status_code, route) == (
            302,
            "admin/login/",
        ), (
            route,
            answer.status_code,
        )
    assert (Cart.objects.count(), Order.objects.count(), Payment.objects.count()) == before


def test_only_the_webhook_and_the_doors_that_look_at_the_sender_do_without_a_token():
    exempt = {
        route
        for route, view in _views(get_resolver().url_patterns, "")
        if getattr(view, "csrf_exempt", False)
    }

    assert exempt == {
        "payments/webhook/",
        "cart/add/",
        "cart/update/",
        "cart/voucher/",
        "wishlist/add/",
        "products/<slug:slug>/notify/",
    }


def _views(patterns, prefix):
    for each in patterns:
        route = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _views(each.url_patterns, route)
        else:
            yield route, each.callback


@pytest.mark.parametrize("address", ["/cart/add/", "/cart/update/"])
@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"origin": "http://testserver"}, True),
        ({"origin": "http://testserver.evil.example"}, False),
        ({"origin": "http://testserver", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null"}, False),
        ({"referer": "http://testserver/products/"}, True),
        ({"referer": "http://testserver@evil.example/"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({}, False),
    ],
)
def test_the_cart_listens_to_pages_of_this_shop_only(address, headers, is_ours, till):  # noqa: F811
    answer = Client(enforce_csrf_checks=True).post(address, {"variant": till.mug.pk}, headers=headers)

    assert (answer.status_code != 403) is is_ours


# --- where a page leads -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:a=b",
        "https:///evil.example",
        "\thttps://evil.example",
    ],
)
def test_no_next_page_leads_out_of_the_shop(client, target):
    UserFactory(email="a@example.com", password="correct horse")
    fields = {"username": "a@example.com", "password": "correct horse", "next": target}

    signed_in = client.post("/accounts/login/", fields)

    assert signed_in.status_code == 302
    again = client.get("/accounts/login/", {"next": target})
    out = client.post("/accounts/logout/", {"next": target})
    for answer in (signed_in, again, out):
        assert "evil" not in answer.get("Location", "").replace("%0d", "").split("?")[0]
        assert not answer.get("Location", "/").startswith(("//", "/\\", "javascript", "\t"))


def test_a_foreign_referer_is_never_followed(till):  # noqa: F811
    answer = Client().post(
        "/cart/add/", {"variant": 10**9, "quantity": 1}, headers={"referer": "http://evil.example/"}
    )

    assert answer.status_code == 303
    assert answer["Location"] == "/cart/"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", ""])
def test_a_foreign_host_gets_no_page(client, host):
    assert client.get("/", headers={"host": host}).status_code == 400


def test_mailed_links_name_the_configured_host(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    UserFactory(email="a@example.com", password="correct horse")

    client.post("/accounts/password/reset/", {"email": "a@example.com"}, headers={"host": "evil.example"})
    client.post(
        "/accounts/register/",
        {"email": "b@example.com", "name": "B"},
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"},
    )
    run_tasks()

    assert len(mail.outbox) == 2
    assert not [message for message in mail.outbox if "evil" in str(message.message())]


def test_forwarded_headers_of_strangers_are_worth_nothing(client):
    assert not shop_settings.TRUSTED_PROXY
    for number in range(35):
        client.get(f"/orders/g/{new_token()}/", headers={"x-forwarded-for": f"10.0.0.{number}"})

    answer = client.get(f"/orders/g/{new_token()}/", headers={"x-forwarded-for": "10.9.9.9"})
    assert answer.status_code == 429
