import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import reverse

from config.mail import message_id
from config.tests.helpers import run_tasks
from orders import emails, words
from orders.models import Order, OrderEvent
from orders.tests.factories import ADDRESS, OrderFactory

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def ada(client):
    user = get_user_model().objects.create_user("ada@example.com")
    client.force_login(user)
    return user


def happened(order, words, *, is_public=True):
    OrderEvent.objects.create(order=order, words=words, is_public=is_public, key=f"{words} {order.number}")


# --- the customer's own ---------------------------------------------------------------------------
def test_orders_ask_to_sign_in(client):
    order = OrderFactory()

    for address in (reverse("orders:history"), reverse("orders:detail", args=[order.number])):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("accounts:login"))


def test_the_history_lists_own_orders_newest_first(client, ada):
    first = OrderFactory(customer=ada)
    second = OrderFactory(customer=ada, lines=[{}, {"variant__product__name": "Linen napkins"}])
    other = OrderFactory(customer=get_user_model().objects.create_user("eve@example.com"))

    page = text_of(client.get("/orders/"))

    assert page.index(second.number) < page.index(first.number)
    assert other.number not in page
    assert "Stoneware mug and 1 more thing" in page
    assert "€44.88" in page
    assert "€24.89" in page
    assert "Being prepared" in page


def test_an_empty_history_leads_on(client, ada):
    page = text_of(client.get("/orders/"))

    assert "You have not ordered anything yet." in page
    assert reverse("shop:products") in page


def test_a_long_history_has_pages(client, ada):
    numbers = [OrderFactory(customer=ada).number for _ in range(21)]

    first, second = text_of(client.get("/orders/")), text_of(client.get("/orders/?page=2"))

    assert numbers[0] not in first
    assert 'href="?page=2"' in first
    assert numbers[0] in second
    assert 'href="?page=1"' in second


@pytest.mark.parametrize("page", ["", "0", "-1", "1.5", "x", "9" * 5000, "²", "☃", "10000", "1&page=2"])
def test_any_page_number_is_answered(client, ada, page):
    assert client.get("/orders/", {"page": page}).status_code == 200


def test_an_order_says_everything_about_itself(client, ada):
    order = OrderFactory(customer=ada, billing_address=ADDRESS | {"name": "Example Ltd"})
    happened(order, "Packed.")
    happened(order, "Looks like fraud.", is_public=False)

    page = text_of(client.get(order.get_absolute_url()))

    for said in (
        order.number,
        "Being prepared",
        "We pack it now",
        "Stoneware mug",
        "€19.99",
        "€4.90",
        "€24.89",
        "includes tax 19% on goods</dt><dd>€3.19",
        "includes tax on delivery</dt><dd>€0.78",
        "Ada Example<br>Unter den Linden 1<br>10117 Berlin<br>Germany",
        "Example Ltd",
        "The amount is held on your card.",
        "Order placed.",
        "Packed.",
        "2 to 4 working days",
    ):
        assert said in page
    assert "Looks like fraud." not in page


@pytest.mark.parametrize("lines", [3, 50])
def test_an_order_costs_six_statements(client, ada, settings, lines, django_assert_max_num_queries):
    settings.PAGE_CACHE_SECONDS = 60
    client.get("/")
    order = OrderFactory(customer=ada, lines=[{}] * lines)

    with django_assert_max_num_queries(6):  # session, user, order, lines, events, payment
        client.get(order.get_absolute_url())


def test_someone_else_s_order_and_an_unknown_one_get_the_same_answer(client, ada):
    other = OrderFactory(customer=get_user_model().objects.create_user("eve@example.com"))
    guest = OrderFactory()

    answers = [client.get(f"/orders/{number}/") for number in (other.number, guest.number, "T-234-567-89A")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({_without_numbers(answer) for answer in answers}) == 1


def _without_numbers(response):
    return re.sub(r"T-[\w-]+", "", text_of(response))


@pytest.mark.parametrize(
    "number", ["x", "%00", "%ed%a0%80", "%f0%9f%98%80", "-1", "9" * 3000, "a%27--", "%2e%2e"]
)
def test_any_number_is_answered(client, ada, number):
    assert client.get(f"/orders/{number}/").status_code in {400, 404}
    assert client.get(f"/orders/g/{number}/").status_code in {400, 404}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_order_pages_are_for_reading(client, ada, method):
    order = OrderFactory(customer=ada)

    for address in ("/orders/", order.get_absolute_url(), "/orders/g/token/"):
        assert getattr(client, method)(address).status_code == 405


# --- a guest's ------------------------------------------------------------------------------------
def test_a_guest_s_order_opens_with_its_token_and_stays_private(client):
    order = OrderFactory()

    response = client.get(order.get_absolute_url())

    assert response.status_code == 200
    assert order.number in text_of(response)
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]


def test_a_customer_s_order_does_not_open_with_its_token(client):
    order = OrderFactory(customer=get_user_model().objects.create_user("ada@example.com"))

    assert client.get(reverse("orders:guest_detail", args=[order.token])).status_code == 404


def test_trying_tokens_is_slowed_down(client):
    answers = [client.get(f"/orders/g/guess-{n}/").status_code for n in range(31)]

    assert answers == [404] * 30 + [429]
    assert client.get("/orders/g/guess/cancel/").status_code == 429


# --- finding --------------------------------------------------------------------------------------
@pytest.fixture
def quiet():
    """Let the confirmations of the orders made so far be sent and forgotten."""

    def forget():
        run_tasks()
        mail.outbox.clear()

    return forget


def find(client, email, number=""):
    response = client.post("/orders/find/", {"email": email, "number": number}, follow=True)
    run_tasks()
    return response


def test_the_link_goes_to_the_address_on_file(client, quiet):
    order, other = OrderFactory(), OrderFactory(email="eve@example.com")
    quiet()

    find(client, "ADA@example.com", order.number.lower())

    [letter] = mail.outbox
    assert letter.to == ["ada@example.com"]
    assert f"http://testserver/orders/g/{order.token}/" in letter.body
    assert other.token not in letter.body


def test_without_a_number_all_links_are_mailed(client, quiet):
    orders = [OrderFactory(), OrderFactory()]
    quiet()

    find(client, "ada@example.com")

    assert all(order.token in mail.outbox[0].body for order in orders)


def test_an_address_that_only_looks_alike_gets_no_links_of_another_s(client, quiet):
    """In capitals "ı" and "i" are one letter, and so are "ſ" and "s": PostgreSQL's `iexact` takes one for the other."""
    theirs = OrderFactory(email="mike@mails.example")
    OrderFactory(email="mike@maıls.example")
    quiet()

    find(client, "mike@maıls.example")
    find(client, "mike@mailſ.example")

    [letter] = mail.outbox
    assert letter.to == ["mike@maıls.example"]
    assert theirs.token not in letter.body


def test_the_answer_does_not_tell_whether_there_is_an_order(client, quiet):
    order = OrderFactory()
    quiet()

    answers = [
        find(client, *asked)
        for asked in (
            ("ada@example.com", order.number),
            ("ada@example.com", "T-000-000-000"),
            ("eve@example.com", order.number),
            ("nobody@example.com", ""),
        )
    ]

    assert {(answer.status_code, answer.redirect_chain[0]) for answer in answers} == {
        (200, ("/orders/find/?sent=1", 303))
    }
    assert len(mail.outbox) == 1


def test_one_address_is_not_flooded_and_what_was_typed_is_kept(client):
    answers = [client.post("/orders/find/", {"email": "ada@example.com"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert 'value="ada@example.com"' in text_of(answers[-1])


@pytest.mark.parametrize(
    "value", ["", "ada", "-1", "\x00", "😀", "x" * 100_000, "a@b\r\nBcc: c@d.example", "[]"]
)
@pytest.mark.parametrize("field", ["email", "number"])
def test_nonsense_is_answered_beside_the_field(client, field, value):
    data = {"email": "ada@example.com", "number": ""} | {field: value}

    response = client.post("/orders/find/", data)

    assert response.status_code in {303, 400, 422}
    if response.status_code == 422:
        assert f'id="id_{field}_error"' in text_of(response)
    run_tasks()
    assert not mail.outbox


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_finding_takes_get_and_post(client, method):
    assert getattr(client, method)("/orders/find/").status_code == 405


# --- words ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "payment", "fulfilment", "title"),
    [
        ("placed", "awaiting", "unfulfilled", "Awaiting payment"),
        ("placed", "authorised", "unfulfilled", "Being prepared"),
        ("placed", "captured", "partial", "Partly on its way"),
        ("placed", "captured", "shipped", "On its way"),
        ("closed", "captured", "delivered", "Delivered"),
        ("closed", "refunded", "delivered", "Refunded"),
        ("placed", "voided", "unfulfilled", "Payment released"),
        ("cancelled", "voided", "unfulfilled", "Cancelled"),
    ],
)
def test_every_state_has_its_words(state, payment, fulfilment, title):
    order = Order(state=state, payment_state=payment, fulfilment_state=fulfilment, delivery_days="2-4")

    status = words.status_of(order)

    assert status.title == title
    assert bool(words.steps_of(order)) == (status.tone != "over")


@pytest.mark.parametrize("state", Order.PaymentState.values)
def test_every_payment_state_has_its_words(state):
    assert words.payment_words_of(Order(payment_state=state)).endswith(".")


@pytest.mark.parametrize(
    ("span", "said"), [("2-4", "2 to 4 working days"), ("1-1", "1 working day"), ("3-3", "3 working days")]
)
def test_days_are_said_in_words(span, said):
    assert words.days(span) == said


# --- mail -----------------------------------------------------------------------------------------
def test_the_confirmation_holds_the_whole_order_and_its_link():
    order = OrderFactory(billing_address=ADDRESS | {"name": "Example Ltd"})

    emails.send_confirmation(order.pk)

    [letter] = mail.outbox
    html = letter.alternatives[0].content
    assert letter.subject == f"Your order {order.number}"
    assert letter.to == ["ada@example.com"]
    for part in (letter.body, html):
        for said in (
            order.number,
            f"http://testserver/orders/g/{order.token}/",
            "Stoneware mug",
            "€19.99",
            "€4.90",
            "€24.89",
            "€3.19",
            "Unter den Linden 1",
            "Example Ltd",
            "10117 Berlin",
        ):
            assert said in part
    assert "Unter den Linden 1\n10117 Berlin\nGermany\n" in letter.body
    assert "Unter den Linden 1<br>10117 Berlin<br>Germany" in html


def test_a_customer_s_confirmation_links_to_the_page_that_asks_to_sign_in():
    order = OrderFactory(customer=get_user_model().objects.create_user("ada@example.com"))

    emails.send_confirmation(order.pk)

    assert f"http://testserver/orders/{order.number}/" in mail.outbox[0].body
    assert order.token not in mail.outbox[0].body


def test_the_confirmation_is_sent_once_and_always_under_the_same_message_id():
    order = OrderFactory()

    emails.send_confirmation(order.pk)
    emails.send_confirmation(order.pk)

    [letter] = mail.outbox
    assert letter.extra_headers["Message-ID"] == message_id(f"confirmation {order.number}")


def test_names_are_never_markup_in_a_mail():
    order = OrderFactory(lines=[{"variant__product__name": "<b>Mug</b> & more"}])

    emails.send_confirmation(order.pk)

    assert "<b>Mug</b> & more" in mail.outbox[0].body
    assert "<b>Mug" not in mail.outbox[0].alternatives[0].content


def test_a_mail_that_could_not_be_sent_is_tried_again(monkeypatch):
    order = OrderFactory()

    def fail(*args, **kwargs):
        raise OSError("The mail server is away.")

    with monkeypatch.context() as broken:
        broken.setattr("config.mail.send", fail)
        with pytest.raises(OSError, match="away"):
            emails.send_confirmation(order.pk)

    emails.send_confirmation(order.pk)
    assert len(mail.outbox) == 1
    assert order.events.filter(words__startswith="Confirmation").count() == 1


def test_pages_tell_the_time_of_the_shop(client, ada):
    order = OrderFactory(customer=ada)
    OrderEvent.objects.create(
        order=order, words="Packed.", is_public=True, at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    )

    page = text_of(client.get(order.get_absolute_url()))

    assert 'datetime="2026-07-02T00:30:00+02:00"' in page
    assert "CEST" in page
    assert "UTC" not in page
