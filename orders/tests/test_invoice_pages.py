"""The pages of invoices and credit notes: for their owner, from what was frozen, and never what was changed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config.tests.helpers import run_tasks
from config.tests.world import loosen, sql
from orders import services as orders
from orders.models import Order
from orders.models.cart import new_token
from orders.tests.factories import OrderFactory
from shop.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """A guest's, with its invoice."""
    order = OrderFactory()
    orders.issue_invoice(order)
    return order


def page_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- what it shows ----------------------------------------------------------------------------------
def test_the_page_shows_what_was_frozen_and_that_it_is_unchanged(client, order):
    invoice = orders.invoice_of(order)

    page = page_of(client, order.get_invoice_url())

    for words in (
        invoice.number,
        order.number,
        "Stoneware mug",
        "€24.89",
        "Ada Example",
        "19%",
        invoice.sha256,
    ):
        assert words in page
    assert "Checked: unchanged since it was issued." in page


def test_what_changes_later_changes_nothing_on_it(client, order, settings):
    before = page_of(client, order.get_invoice_url())
    Product.objects.update(name="Something else")
    Order.objects.update(billing_address={"name": "Somebody else", "country": "FR"})
    settings.SHOP_LEGAL_NAME, settings.SHOP_ADDRESS = "Another seller", ["Elsewhere"]

    assert page_of(client, order.get_invoice_url()) == before


def test_a_credit_note_has_its_own_page_and_both_link_each_other(client, order):
    note = orders.issue_credit_note(order, lines={1: 1}, reason="Sent <b>back</b>", key="a")
    note.order = order

    page = page_of(client, note.get_absolute_url())

    assert "Credit note" in page
    assert "Sent &lt;b&gt;back&lt;/b&gt;" in page
    assert "€19.99" in page
    assert f'href="{order.get_invoice_url()}"' in page
    assert f'href="{note.get_absolute_url()}"' in page_of(client, order.get_invoice_url())


def test_names_are_never_markup(client):
    evil = "<script>alert(1)</script>"
    order = OrderFactory(lines=[{"variant__product__name": evil}])
    orders.issue_invoice(order)

    assert evil not in page_of(client, order.get_invoice_url())


def test_in_another_language_the_paper_keeps_its_own(client, order):
    page = page_of(client, f"/de{order.get_invoice_url()}")

    assert '<article class="invoice" lang="en"' in page
    assert "Billed to" in page


def test_order_history_and_mail_lead_to_it(client, ada, adas, mailoutbox):
    guests = OrderFactory()
    client.force_login(ada)

    pages = [page_of(client, address) for address in (adas.get_absolute_url(), reverse("orders:history"))]
    client.logout()
    pages.append(page_of(client, guests.get_absolute_url()))
    run_tasks()

    for page, order in zip(pages, (adas, adas, guests), strict=True):
        assert f'href="{order.get_invoice_url()}"' in page
    [mail] = [mail for mail in mailoutbox if guests.number in mail.subject]
    assert guests.get_invoice_url() in mail.body
    assert guests.get_invoice_url() in mail.alternatives[0].content


# --- until it is there ------------------------------------------------------------------------------
def test_until_it_is_issued_the_page_looks_again_by_itself(client):
    order = OrderFactory()

    waiting = page_of(client, order.get_invoice_url())
    file = client.get(reverse("orders:guest_invoice_pdf", args=[order.token]))
    run_tasks()

    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert (file.status_code, file["Location"]) == (303, order.get_invoice_url())
    assert "refresh" not in page_of(client, order.get_invoice_url())


@pytest.mark.broken_books
def test_one_that_takes_too_long_says_so(client):
    order = OrderFactory(placed_at=timezone.now() - timedelta(minutes=6))

    page = page_of(client, order.get_invoice_url())

    assert "takes longer than usual" in page
    assert 'content="60"' in page


# --- what was changed -------------------------------------------------------------------------------
@pytest.mark.broken_books
@pytest.mark.parametrize(
    "change", ["content = REPLACE(content, 'Ada', 'Eve')", "total = total + 1", "number = 'INV-2000-000001'"]
)
def test_what_was_changed_by_hand_is_not_shown_as_genuine(client, order, change, caplog):
    loosen("orders_invoice")
    sql(f"UPDATE orders_invoice SET {change}")

    for address in (order.get_invoice_url(), reverse("orders:guest_invoice_pdf", args=[order.token])):
        answer = client.get(address)

        assert answer.status_code == 409
        assert b"is not what was issued" in answer.content
        assert b"24.89" not in answer.content
    assert "is not what was issued" in caplog.text


# --- whose it is ------------------------------------------------------------------------------------
@pytest.fixture
def ada():
    return UserFactory()


@pytest.fixture
def adas(ada):
    order = OrderFactory(customer=ada)
    orders.issue_credit_note(order, lines={1: 1}, reason="", key="a")
    return order


def addresses(order, *, token=""):
    """All pages and files of an order's documents."""
    note = order.invoices.get(kind="credit_note").number
    prefix, key = ("guest_", token) if token else ("", order.number)
    return [
        reverse(f"orders:{prefix}invoice", args=[key]),
        reverse(f"orders:{prefix}invoice_pdf", args=[key]),
        reverse(f"orders:{prefix}credit_note", args=[key, note]),
        reverse(f"orders:{prefix}credit_note_pdf", args=[key, note]),
    ]


def test_the_owner_sees_all_of_them(client, ada, adas):
    client.force_login(ada)

    assert [client.get(address).status_code for address in addresses(adas)] == [200] * 4


def test_nobody_else_does(client, adas):
    signed_out = [client.get(address) for address in addresses(adas)]
    by_token = [client.get(address).status_code for address in addresses(adas, token=adas.token)]
    client.force_login(UserFactory())

    assert {answer.status_code for answer in signed_out} == {302}
    assert all("/login/" in answer["Location"] for answer in signed_out)
    assert by_token == [404] * 4
    assert [client.get(address).status_code for address in addresses(adas)] == [404] * 4


def test_a_number_opens_only_in_its_own_order(client, ada, adas):
    other = OrderFactory(customer=ada)
    foreign = orders.issue_credit_note(OrderFactory(), reason="", key="b")
    orders.issue_invoice(other)
    client.force_login(ada)

    for number in (foreign.number, adas.invoices.get(kind="credit_note").number, "CN-1", "x" * 500):
        assert client.get(reverse("orders:credit_note", args=[other.number, number])).status_code == 404


def test_guesses_at_links_are_counted(client):
    statuses = [
        client.get(reverse("orders:guest_invoice", args=[new_token()])).status_code for _ in range(33)
    ]

    assert statuses == [404] * 30 + [429] * 3


def test_a_guests_link_is_neither_kept_nor_passed_on(client, order):
    for name in ("guest_invoice", "guest_invoice_pdf"):
        answer = client.get(reverse(f"orders:{name}", args=[order.token]))

        assert answer["Referrer-Policy"] == "strict-origin"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_them(client, order, method):
    assert getattr(client, method)(order.get_invoice_url()).status_code == 405


# --- what it costs ----------------------------------------------------------------------------------
@pytest.mark.parametrize("lines", [1, 30])
def test_a_page_and_a_pdf_cost_four_statements(client, ada, settings, lines, django_assert_max_num_queries):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    order = OrderFactory(customer=ada, lines=[{} for _ in range(lines)])
    orders.issue_credit_note(order, lines={1: 1}, reason="", key="a")
    client.force_login(ada)
    client.get(reverse("orders:cart"))  # what head and foot of every page show is known from here on

    for address in addresses(order):
        with django_assert_max_num_queries(4):  # session, user, documents
            assert client.get(address).status_code == 200
