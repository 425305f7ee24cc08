"""Taking one's data along and leaving for good: what is handed out, and what is left afterwards, in every table."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import leaving, personal, tasks
from accounts.models import Farewell, User
from accounts.tests.factories import AddressFactory, StaffFactory, UserFactory
from config.tests.helpers import places_that_hold, run_tasks
from orders import services as orders
from orders.models import Cart, Checkout, Order
from orders.tests.factories import ADDRESS, CartLineFactory, CheckoutFactory, OrderFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
EMAIL, NAME, STREET = "zuzana.zweig@example.com", "Zuzana Zweig", "Zwetschgenweg 77"
HOME = {**ADDRESS, "name": NAME, "street": STREET, "phone": "+49 30 7777777", "company": "Zweig und Sohn"}
SECRETS = (EMAIL, NAME, STREET, "Zwetschgenweg", "7777777", "Zweig und Sohn")
# Frozen by law: an invoice keeps who it was written to (see docs/adr).
KEPT_BY_LAW = "orders_invoice"


@pytest.fixture
def zuzana(client):
    user = UserFactory(email=EMAIL, full_name=NAME, password=PASSWORD, email_verified_at=timezone.now())
    client.post(reverse("accounts:login"), {"username": EMAIL, "password": PASSWORD})
    return user


def finished(**fields) -> Order:
    """An order of which nothing more is to be expected: its money was released."""
    return OrderFactory(
        payment_state="voided", shipping_address=HOME, billing_address=HOME, **{"email": EMAIL, **fields}
    )


@pytest.mark.parametrize("twin", ["zuzana.zweıg@example.com", "zuzana.zweig@exampleſ.com"])
def test_an_address_that_only_looks_alike_takes_along_and_erases_nothing_of_another_s(twin):
    email = twin.replace("ı", "i").replace("ſ", "s")
    theirs = OrderFactory(email=email, payment_state="voided")
    eve = UserFactory(email=twin, email_verified_at=timezone.now())

    assert personal.export(eve)["orders"] == []
    leaving.erase_account(eve)

    theirs.refresh_from_db()
    assert (theirs.email, theirs.customer_id) == (email, None)


def test_who_leaves_takes_no_mail_along_that_waits_for_somebody_with_a_longer_address():
    tasks.answer_password_reset.enqueue("zuzana@example.com")
    leaving.erase_account(UserFactory(email="ana@example.com", email_verified_at=timezone.now()))

    assert "zuzana@example.com" in str(DBTaskResult.objects.values_list("args_kwargs", flat=True))


def full_life(user) -> None:
    """Leave a trace of this person wherever the shop keeps one."""
    order = finished(customer=user)
    finished(customer=None)
    CheckoutFactory(email=EMAIL, customer=user, shipping_address=HOME, billing_address=HOME)
    CheckoutFactory(
        email=EMAIL.upper(), shipping_address=HOME, billing_address=HOME, cart=Cart.objects.create()
    )
    CartLineFactory(cart=Cart.objects.create(customer=user))
    AddressFactory(customer=user, **{name: HOME[name] for name in ("name", "street", "phone", "company")})
    tasks.answer_password_reset.enqueue(EMAIL)
    orders.record_event(order, "Packed.", key=f"packed {order.number}")
    run_tasks()


def erase(client, **changes):
    typed = {"current_password": PASSWORD, "confirmation": EMAIL, **changes}
    return client.post(reverse("accounts:erase"), typed)


# --- taking along -----------------------------------------------------------------------------------
def test_the_download_holds_what_every_room_keeps(client, zuzana):
    full_life(zuzana)

    answer = client.post(reverse("accounts:export"))

    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    content = json.loads(answer.content)
    assert set(content) >= set(personal.rooms)
    assert content["account"][0]["email"] == EMAIL
    assert content["addresses"][0]["street"] == STREET
    assert [order["shipping_address"]["name"] for order in content["orders"]] == [NAME] * 2
    assert content["orders"][0]["lines"][0]["unit_price"] == 1999
    assert len(content["checkouts"]) == 2
    assert content["cart"][0]["quantity"] == 1
    assert content["sign-ins"]


def test_nobody_elses_data_is_in_it(client, zuzana):
    OrderFactory(customer=UserFactory(), email="other@example.com")
    OrderFactory(email="guest@example.com")
    AddressFactory()

    text = client.post(reverse("accounts:export")).text

    assert json.loads(text)["orders"] == json.loads(text)["addresses"] == []
    assert "other@example.com" not in text


def test_orders_of_a_guest_are_handed_out_only_once_the_address_is_proven(client, zuzana):
    finished(customer=None)
    User.objects.update(email_verified_at=None)

    assert json.loads(client.post(reverse("accounts:export")).content)["orders"] == []


def test_the_download_needs_a_post_a_sign_in_and_patience(client, zuzana):
    assert client.get(reverse("accounts:export")).status_code == 405
    assert Client().post(reverse("accounts:export")).status_code == 302

    assert [client.post(reverse("accounts:export")).status_code for _ in range(11)] == [200] * 10 + [429]


# --- leaving ----------------------------------------------------------------------------------------
def test_nothing_of_the_person_is_left_anywhere(client, zuzana):
    full_life(zuzana)
    before = {secret: places_that_hold(secret) for secret in SECRETS}
    assert all(before.values()), before

    answer = erase(client)
    run_tasks()

    assert answer.status_code == 302, answer.text
    left = {secret: places_that_hold(secret) for secret in SECRETS}
    left = {
        secret: {at for at in places if not at.startswith(KEPT_BY_LAW)} for secret, places in left.items()
    }
    assert not any(left.values()), left


def test_orders_and_their_sums_stay_without_the_person(client, zuzana):
    full_life(zuzana)
    before = list(Order.objects.order_by("pk").values("number", "total", "tax", "payment_state", "placed_at"))

    erase(client)

    assert (
        list(Order.objects.order_by("pk").values("number", "total", "tax", "payment_state", "placed_at"))
        == before
    )
    for row in (*Order.objects.all(), *Checkout.objects.all()):
        assert row.email == "erased@erased.invalid"
        assert row.shipping_address["country"] == "DE"
        assert set(row.shipping_address.values()) == {"DE", ""}


def test_the_account_is_closed_and_every_browser_signed_out(client, zuzana):
    there = Client()
    there.force_login(zuzana)

    answer = erase(client)

    assert answer.url == reverse("shop:home")
    assert "Your account is erased." in client.get(answer.url).text
    for browser in (client, there):
        assert browser.get(reverse("accounts:profile")).status_code == 302
    zuzana.refresh_from_db()
    assert (zuzana.is_active, zuzana.full_name, zuzana.has_usable_password()) == (False, "", False)
    assert zuzana.email.endswith("@erased.invalid")
    assert zuzana.erased_at
    assert not Session.objects.exists() or not Session.objects.filter(sign_in__user=zuzana).exists()
    again = client.post(reverse("accounts:login"), {"username": EMAIL, "password": PASSWORD})
    assert "do not belong together" in again.text


def test_the_old_address_is_told_and_then_forgotten(client, zuzana):
    erase(client)
    assert Farewell.objects.get().email == EMAIL
    assert EMAIL not in str(list(DBTaskResult.objects.values_list("args_kwargs")))

    run_tasks()

    assert [message.to for message in mail.outbox] == [[EMAIL]]
    assert "is erased" in mail.outbox[0].subject
    assert not Farewell.objects.exists()


def test_the_address_may_join_again_as_somebody_new(client, zuzana):
    finished(customer=zuzana)
    erase(client)

    new = UserFactory(email=EMAIL, password=PASSWORD)
    client.force_login(new)

    assert "You have not ordered anything yet." in client.get(reverse("orders:history")).text


def test_a_mailed_link_to_a_guests_order_opens_nothing_afterwards(client, zuzana):
    guest = finished(customer=None)

    erase(client)

    assert client.get(reverse("orders:guest_detail", args=[guest.token])).status_code == 404


def test_orders_under_an_address_that_was_not_proven_stay_as_they_are(client, zuzana):
    guest = finished(customer=None)
    User.objects.update(email_verified_at=None)

    erase(client)

    guest.refresh_from_db()
    assert (guest.email, guest.customer) == (EMAIL, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"current_password": "wrong"}, "current_password"),
        ({"current_password": ""}, "current_password"),
        ({"confirmation": "other@example.com"}, "confirmation"),
        ({"confirmation": ""}, "confirmation"),
    ],
)
def test_it_needs_the_password_and_the_typed_confirmation(client, zuzana, changes, field):
    answer = erase(client, **changes)

    assert list(answer.context["form"].errors) == [field]
    zuzana.refresh_from_db()
    assert (zuzana.email, zuzana.is_active) == (EMAIL, True)


@pytest.mark.parametrize(
    ("state", "payment", "fulfilment", "is_done"),
    [
        ("placed", "awaiting", "unfulfilled", False),
        ("placed", "authorised", "unfulfilled", False),
        ("placed", "captured", "unfulfilled", False),
        ("placed", "captured", "partial", False),
        ("placed", "part_captured", "shipped", False),
        ("placed", "captured", "shipped", True),
        ("closed", "captured", "delivered", True),
        ("closed", "part_refunded", "delivered", True),
        ("closed", "refunded", "delivered", True),
        ("placed", "voided", "unfulfilled", True),
        ("placed", "expired", "unfulfilled", True),
        ("cancelled", "voided", "unfulfilled", True),
        ("cancelled", "authorised", "unfulfilled", False),
        ("cancelled", "captured", "unfulfilled", False),
        ("cancelled", "refunded", "unfulfilled", True),
    ],
)
def test_what_is_on_its_way_stands_in_the_way(client, zuzana, state, payment, fulfilment, is_done):
    order = finished(customer=zuzana)
    Order.objects.update(state=state, payment_state=payment, fulfilment_state=fulfilment)

    page, answer = client.get(reverse("accounts:erase")).text, erase(client)

    order.refresh_from_db()
    assert (answer.status_code == 302) is is_done
    assert (order.email == EMAIL) is not is_done
    if not is_done:
        sentence = f"Order {order.number} is not finished: its goods or its money are still on their way."
        assert answer.status_code == 409
        assert sentence in page
        assert sentence in answer.text


@pytest.mark.parametrize("as_guest", [True, False])
def test_a_payment_that_is_under_way_stands_in_the_way(client, zuzana, as_guest):
    CheckoutFactory(email=EMAIL, customer=None if as_guest else zuzana, state=Checkout.State.OPEN)

    answer = erase(client)

    assert answer.status_code == 409
    assert "A payment is under way." in answer.text
    zuzana.refresh_from_db()
    assert zuzana.is_active


def test_staff_cannot_erase_themselves(client):
    staff = StaffFactory(email=EMAIL, password=PASSWORD)
    client.force_login(staff)

    answer = erase(client)

    assert answer.status_code == 409
    assert "audit trail" in answer.text


def test_if_one_room_fails_nothing_is_erased(client, zuzana, monkeypatch):
    full_life(zuzana)
    before = {secret: places_that_hold(secret) for secret in SECRETS}
    monkeypatch.setattr("accounts.leaving._empty", lambda user: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        leaving.erase_account(zuzana)

    assert {secret: places_that_hold(secret) for secret in SECRETS} == before
    zuzana.refresh_from_db()
    assert zuzana.is_active
