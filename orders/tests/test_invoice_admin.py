"""Invoices in the console: found, read, printed one by one and many at once, never changed."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config.tests.world import loosen, sql
from orders import services as orders
from orders.invoices import admin as desk
from orders.models import Invoice
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
LIST = "admin:orders_invoice_changelist"


@pytest.fixture
def owner(client):
    owner = StaffFactory(is_superuser=True)
    client.force_login(owner)
    return owner


@pytest.fixture
def order():
    order = OrderFactory()
    orders.issue_credit_note(order, lines={1: 1}, reason="Broken", key="a")
    return order


def ticked(client, invoices):
    fields = {"action": "as_one_pdf", "_selected_action": [each.pk for each in invoices]}
    return client.post(reverse(LIST), fields)


@pytest.mark.parametrize("by", ["number", "order number", "mail"])
def test_they_are_found_by_number_order_and_mail(client, owner, order, by):
    other = orders.issue_invoice(OrderFactory(email="other@example.org"))
    invoice = orders.invoice_of(order)
    words = {"number": invoice.number, "order number": order.number, "mail": order.email}

    page = client.get(reverse(LIST), {"q": words[by]}).content.decode()

    assert invoice.number in page
    assert other.number not in page


def test_the_list_costs_the_same_with_one_as_with_ten(client, owner, order, django_assert_num_queries):
    client.get(reverse(LIST))
    with django_assert_num_queries(6) as few:
        client.get(reverse(LIST))
    for _ in range(8):
        orders.issue_invoice(OrderFactory())

    with django_assert_num_queries(len(few)):
        client.get(reverse(LIST))


def test_a_page_shows_what_it_says_that_it_is_unchanged_and_its_credit_notes(client, owner, order):
    invoice = orders.invoice_of(order)

    page = client.get(reverse("admin:orders_invoice_change", args=[invoice.pk])).content.decode()

    assert "unchanged since it was issued" in page
    assert "Stoneware mug" in page
    assert invoice.credit_notes.get().number in page


@pytest.mark.broken_books
def test_one_that_was_changed_says_so_and_is_not_printed(client, owner, order):
    invoice = orders.invoice_of(order)
    loosen("orders_invoice")
    sql("UPDATE orders_invoice SET content = REPLACE(content, 'Ada', 'Eve')")

    page = client.get(reverse("admin:orders_invoice_change", args=[invoice.pk])).content.decode()
    file = client.get(reverse("admin:orders_invoice_pdf", args=[invoice.pk]))
    many = ticked(client, [invoice])

    assert "changed since it was issued" in page
    assert "Eve" not in page
    assert file.status_code == 409
    assert many.status_code == 302


def test_the_order_shows_its_documents(client, owner, order):
    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    for each in order.invoices.all():
        assert reverse("admin:orders_invoice_pdf", args=[each.pk]) in page


@pytest.mark.parametrize("act", ["add", "delete", "change"])
def test_nobody_changes_them_there(client, owner, order, act):
    invoice = orders.invoice_of(order)
    address = reverse(f"admin:orders_invoice_{act}", args=[] if act == "add" else [invoice.pk])

    assert client.post(address, {"number": "INV-X", "post": "yes"}).status_code == 403
    assert Invoice.objects.count() == 2


def test_who_may_not_see_them_sees_none(client, order):
    client.force_login(StaffFactory())
    invoice = orders.invoice_of(order)

    assert client.get(reverse(LIST)).status_code == 403
    assert ticked(client, [invoice]).status_code == 403
    assert client.get(reverse("admin:orders_invoice_pdf", args=[invoice.pk])).status_code == 403


def test_many_are_put_into_one_pdf_oldest_first_and_a_trace_is_left(client, order):
    staff = StaffFactory()
    staff.user_permissions.add(Permission.objects.get(codename="view_invoice"))
    client.force_login(staff)
    issued = list(Invoice.objects.order_by("pk"))

    answer = ticked(client, issued)

    assert answer["Content-Type"] == "application/pdf"
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages]
    assert [each.number in page for each, page in zip(issued, pages, strict=True)] == [True, True]
    assert all("Page 1 of 1" in page for page in pages)
    entry = AuditEntry.objects.get(act="print invoices")
    assert entry.actor == staff
    assert entry.after == {"documents": 2, "first": issued[0].number, "last": issued[1].number}


def test_too_many_are_refused(client, owner, order, monkeypatch):
    monkeypatch.setattr(desk, "MOST_AT_ONCE", 1)

    answer = ticked(client, Invoice.objects.all())

    assert answer.status_code == 302
    assert "At most 1 fit into one PDF" in client.get(reverse(LIST)).content.decode()
