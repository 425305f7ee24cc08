"""Invoices and credit notes in the console: to look up, to print, never to change."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config import console
from config.money import format_money
from orders.invoices.document import Document, NotGenuine, read
from orders.invoices.views import pdf_response
from orders.models import Invoice, Order

MOST_AT_ONCE = 500
IN_MEMORY = 5_000_000


def pdf_link(invoice: Invoice) -> SafeString:
    return console.link(reverse("admin:orders_invoice_pdf", args=[invoice.pk]), _("PDF"))


@admin.register(Invoice)
class InvoiceDesk(console.ReadOnlyDesk):
    """What was issued, as it was when it was; numbers have no gap within their series."""

    natural_key = "number"
    date_hierarchy = "issued_at"
    list_display = ("number", "file", "total", "issued_at", "order_link", "email")
    list_select_related = ("order",)
    list_filter = ("kind",)
    search_fields = ("number", "order__number", "order__email")
    search_help_text = gettext_lazy("Number of the document or of the order, or e-mail address")
    ordering = ("-pk",)
    actions = ("as_one_pdf",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "kind_word", "issued_at"),
                    ("order_link", "email", "credited_link"),
                    ("total", "tax"),
                    ("proof", "file"),
                    "sha256",
                )
            },
        ),
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.pdf_view)
        return [path("<path:object_id>/pdf/", view, name="orders_invoice_pdf"), *super().get_urls()]

    # --- columns --------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_word(self, invoice: Invoice) -> str:
        return console.badge(invoice.get_kind_display(), "warn" if invoice.is_credit_note else "good")

    @admin.display(description=gettext_lazy("order"), ordering="order__number")
    def order_link(self, invoice: Invoice) -> str:
        return format_html('<span class="moment">{}</span>', console.change_link(invoice.order))

    @admin.display(description=gettext_lazy("e-mail"), ordering="order__email")
    def email(self, invoice: Invoice) -> str:
        return invoice.order.email

    @admin.display(description=gettext_lazy("credits"))
    def credited_link(self, invoice: Invoice) -> str:
        return console.change_link(invoice.invoice)

    @admin.display(description=gettext_lazy("PDF"))
    def file(self, invoice: Invoice) -> str:
        return pdf_link(invoice)

    @admin.display(description=gettext_lazy("checked"))
    def proof(self, invoice: Invoice) -> str:
        try:
            read(invoice)
        except NotGenuine:
            return console.badge(_("changed since it was issued"), "bad")
        return console.badge(_("unchanged since it was issued"), "good")

    # --- files ----------------------------------------------------------------------------------
    def pdf_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show one of them as its customer gets it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        invoice = self.get_object(request, object_id)
        if invoice is None:
            raise Http404
        try:
            return pdf_response([read(invoice)], invoice.number)
        except NotGenuine as error:
            return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")

    @admin.action(description=gettext_lazy("Put into one PDF"), permissions=["view"])
    def as_one_pdf(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> FileResponse | None:
        """All that are ticked, oldest first, in one file; a trace is left of who took them along."""
        from orders.invoices import pdf

        chosen = queryset.order_by("pk")
        count = chosen[: MOST_AT_ONCE + 1].count()
        if count > MOST_AT_ONCE:
            words = _(
                "At most %(most)s fit into one PDF. Please narrow the list, by a day or a month for example."
            )
            self.message_user(request, words % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        title = ngettext("%(count)s document", "%(count)s documents", count) % {"count": count}
        file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the answer closes it)
        try:
            pdf.write(_documents(chosen), file, title=title)
        except NotGenuine as error:
            file.close()
            self.message_user(request, str(error), messages.ERROR)
            return None
        with transaction.atomic():
            numbers = list(chosen.values_list("number", flat=True))
            figures: dict[str, object] = {"documents": count, "first": numbers[0], "last": numbers[-1]}
            console.audit(request.user, "print invoices", title, after=figures)
        file.seek(0)
        return FileResponse(file, filename="invoices.pdf", content_type="application/pdf")


def _documents(invoices: QuerySet[Invoice]) -> Iterator[Document]:
    for invoice in invoices.iterator(chunk_size=100):
        yield read(invoice)


@console.panel(Order, permission="orders.view_invoice")
def invoices_of_order(order: Order) -> console.Panel:
    return console.Panel(
        _("Invoice and credit notes"),
        [_("Number"), _("Kind"), _("Issued"), _("Total"), _("PDF")],
        [
            [
                console.change_link(each),
                each.get_kind_display(),
                console.when(each.issued_at),
                format_money(each.total),
                pdf_link(each),
            ]
            for each in order.invoices.order_by("pk")
        ],
        empty=_("None yet: a task issues the invoice some seconds after the order."),
        numbers=frozenset({3}),
    )


@console.panel(Invoice, permission="orders.view_invoice")
def what_it_says(invoice: Invoice) -> console.Panel | None:
    try:
        document = read(invoice)
    except NotGenuine:
        return None
    return console.Panel(
        _("What it says"),
        document.columns,
        [
            [row.position, row.name, row.quantity, row.unit_price, row.rate, row.amount]
            for row in document.rows
        ],
        numbers=frozenset({0, 2, 3, 4, 5}),
    )


@console.panel(Invoice, permission="orders.view_invoice")
def credit_notes_on(invoice: Invoice) -> console.Panel | None:
    if invoice.is_credit_note:
        return None
    return console.Panel(
        _("Credit notes"),
        [_("Number"), _("Issued"), _("Total"), _("PDF")],
        [
            [
                console.change_link(note),
                console.when(note.issued_at),
                format_money(note.total),
                pdf_link(note),
            ]
            for note in invoice.credit_notes.order_by("pk")
        ],
        empty=_("None."),
        numbers=frozenset({2}),
    )
