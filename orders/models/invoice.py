"""Invoices and credit notes: frozen when they are issued, numbered without a gap, never changed."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.money import MoneyField
from orders.models.order import Order


class InvoiceCounter(models.Model):
    """The last number that a series gave away. It moves in the transaction that writes the document, or not at all."""

    series = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Invoice(models.Model):
    """An invoice, or a credit note on one; append-only.

    `content` is all that it says, as canonical JSON in the form that `orders.invoices.content` describes, and
    `sha256` the hash of that text. The other columns repeat parts of it for searching and adding up.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=30, unique=True)
    series = models.CharField(max_length=20)
    serial = models.PositiveIntegerField()
    key = models.CharField(max_length=120, unique=True, help_text=_("What asked for it; never asked twice."))
    order = models.ForeignKey(Order, models.PROTECT, related_name="invoices")
    invoice = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        help_text=_("What is credited."),
    )
    currency = models.CharField(max_length=3)
    tax = MoneyField()
    total = MoneyField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["issued_at"], name="documents_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["series", "serial"], name="one_document_per_number"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(kind="invoice"), name="one_invoice_per_order"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", invoice=None) | Q(kind="credit_note", invoice__isnull=False),
                name="credit_note_has_invoice",
            ),
            models.CheckConstraint(condition=Q(tax__gte=0, total__gte=F("tax")), name="invoice_not_negative"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="invoice_serial_from_one"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return self._address("credit_note" if self.is_credit_note else "invoice")

    def get_pdf_url(self) -> str:
        return self._address("credit_note_pdf" if self.is_credit_note else "invoice_pdf")

    def _address(self, page: str) -> str:
        is_guests = self.order.customer_id is None
        name = f"orders:guest_{page}" if is_guests else f"orders:{page}"
        which = [self.number] if self.is_credit_note else []
        return reverse(name, args=[self.order.token if is_guests else self.order.number, *which])

    @property
    def is_credit_note(self) -> bool:
        return self.kind == self.Kind.CREDIT_NOTE


class InvoiceBalance(models.Model):
    """How much of an invoice is credited. This row is the guard: the database lets it not exceed the invoice."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, primary_key=True, related_name="balance")
    total = MoneyField()
    credited = MoneyField(default=0)
    notes = models.PositiveIntegerField(default=0, help_text=_("How many credit notes."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=F("total")), name="credited_within_invoice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.credited} of {self.total}"
