"""A frozen invoice or credit note put into words, in the language that was frozen with it: for the page and the PDF.

Nothing but the content is read here, no table and no setting, so that it reads the same for ever.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_percent
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from config.money import format_money
from orders import words
from orders.models import Invoice
from orders.services.invoice_content import fingerprint


class NotGenuine(Exception):
    """What is stored of an invoice is not what was issued."""

    def __init__(self, number: str):
        self.number = number
        super().__init__(
            _("What is stored of %(number)s is not what was issued, so it is not shown.") % {"number": number}
        )


@dataclass(frozen=True)
class Row:
    """One line: what it is, a smaller line under it, and its figures."""

    position: str
    name: str
    note: str
    quantity: str
    unit_price: str
    rate: str
    amount: str


@dataclass(frozen=True)
class Sum:
    label: str
    amount: str
    is_total: bool = False


@dataclass(frozen=True)
class Document:
    """All that is to be read on an invoice or a credit note, in order."""

    number: str
    language: str
    is_credit_note: bool
    title: str
    seller_name: str
    seller: list[str]
    seller_legal: list[str]
    buyer_label: str
    buyer: list[str]
    delivery_label: str
    delivery: list[str]
    facts: list[tuple[str, str]]
    reason: str
    columns: tuple[str, ...]
    rows: list[Row]
    sums: list[Sum]
    tax_columns: tuple[str, ...]
    taxes: list[tuple[str, ...]]
    notes: list[str] = field(default_factory=list)
    page_words: str = ""

    @property
    def heading(self) -> str:
        return f"{self.title} {self.number}"


def read(invoice: Invoice) -> Document:
    """Put an issued document into words. Raises NotGenuine if it is not the one that was issued."""
    if fingerprint(invoice.content) != invoice.sha256:
        raise NotGenuine(invoice.number)
    content = json.loads(invoice.content)
    if (content["number"], content["totals"]["total"]) != (invoice.number, invoice.total):
        raise NotGenuine(invoice.number)
    with translation.override(content["language"]):
        return _Reader(content).document()


def _named(discount: dict[str, Any]) -> str:
    """A discount by its name, with the code that was typed for it."""
    return f"{discount['name']} ({discount['code']})" if discount["code"] else discount["name"]


class _Reader:
    """Reads one content, in the language that is active."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self.locale = to_locale(content["language"])
        self.is_credit_note = content["kind"] == "credit_note"
        self.included = content["prices_include_tax"]

    def document(self) -> Document:
        said, seller = self.content, self.content["seller"]
        legal = [seller["vat_id"] and _("VAT ID %(id)s") % {"id": seller["vat_id"]}, seller["register"]]
        return Document(
            number=said["number"],
            language=said["language"],
            is_credit_note=self.is_credit_note,
            title=_("Credit note") if self.is_credit_note else _("Invoice"),
            seller_name=seller["name"],
            seller=[*seller["lines"], *filter(None, [seller["email"]])],
            seller_legal=list(filter(None, legal)),
            buyer_label=_("Billed to"),
            buyer=said["buyer"]["lines"],
            delivery_label=_("Delivered to"),
            delivery=said["delivery"]["lines"],
            facts=self._facts(),
            reason=said["credits"]["reason"] if self.is_credit_note else "",
            columns=(_("No."), _("Item"), _("Pieces"), _("Price"), _("Tax"), _("Amount")),
            rows=self._rows(),
            sums=self._sums(),
            tax_columns=(_("Tax rate"), _("Net"), _("Tax"), _("Gross")),
            taxes=self._taxes(),
            notes=self._notes(),
            page_words=_("Page %(page)s of %(pages)s"),
        )

    # --- words ----------------------------------------------------------------------------------
    def _money(self, amount: int) -> str:
        return format_money(amount, self.content["currency"])

    def _day(self, text: str) -> str:
        return date_format(date.fromisoformat(text), "DATE_FORMAT")

    def _percent(self, rate: int | None) -> str:
        if rate is None:
            return "–"
        return format_percent(Decimal(rate) / 10_000, locale=self.locale, decimal_quantization=False)

    # --- parts ----------------------------------------------------------------------------------
    def _facts(self) -> list[tuple[str, str]]:
        said = self.content
        facts = [(_("Date"), self._day(said["issued_on"]))]
        if self.is_credit_note:
            credited = said["credits"]
            words = {"number": credited["number"], "date": self._day(credited["issued_on"])}
            facts.append((_("For invoice"), _("%(number)s of %(date)s") % words))
        facts += [
            (_("Order"), said["order"]["number"]),
            (_("Ordered on"), self._day(said["order"]["placed_on"])),
        ]
        if payment := said["payment"]:
            facts.append((_("Payment"), _paid_how(payment)))
        return facts

    def _rows(self) -> list[Row]:
        return [self._row(line) for line in self.content["lines"]]

    def _row(self, line: dict[str, Any]) -> Row:
        shown = line["gross"] if self.included else line["net"]
        discount, duty = line.get("discount", 0), line.get("duty", 0)
        return Row(
            position=str(line["position"]),
            name=line["name"],
            note=" · ".join(filter(None, [line["label"], line["sku"]])),
            quantity=str(line["quantity"]) if line["quantity"] else "",
            unit_price=self._money(line["unit_price"]) if line["quantity"] else _("price reduction"),
            rate=self._percent(line["tax_rate"]),
            amount=self._money(shown + discount - duty),
        )

    def _sums(self) -> list[Sum]:
        said, totals = self.content, self.content["totals"]
        sums = [Sum(_("Goods"), self._money(totals["goods"]))] if said["lines"] else []
        sums += [
            Sum(_named(each), self._money(-each["amount"])) for each in said["discounts"] if each["amount"]
        ]
        if totals["duty"]:
            sums.append(Sum(_("Import duty"), self._money(totals["duty"])))
        if said["shipping"]:
            sums.append(Sum(said["shipping"]["name"], self._money(totals["shipping"])))
        if not self.included:
            sums.append(Sum(_("Tax"), self._money(totals["tax"])))
        label = _("Total credited") if self.is_credit_note else _("Total")
        return [
            *sums,
            Sum(label, self._money(totals["total"]), is_total=True),
            *self._credit(totals["total"]),
        ]

    def _credit(self, total: int) -> list[Sum]:
        """What was paid with store credit, and what is left of the total for the card."""
        if not (credit := self.content.get("credit")):
            return []
        used = Sum(_("Paid with store credit"), self._money(-credit))
        return [used, Sum(_("By card"), self._money(total - credit))] if credit < total else [used]

    def _taxes(self) -> list[tuple[str, ...]]:
        return [
            (self._percent(part["rate"]), *(self._money(part[name]) for name in ("net", "tax", "gross")))
            for part in self.content["tax_parts"]
        ]

    def _notes(self) -> list[str]:
        said = self.content
        notes = [
            _("Prices include tax.") if self.included else _("Prices are without tax, which is added below.")
        ]
        if not self.is_credit_note:
            method, days = said["delivery"]["method"], said["delivery"]["days"]
            delivery = f"{method}, {words.days(days)}" if days else method
            notes.append(_("Delivery: %(method)s.") % {"method": delivery})
        return notes


def _paid_how(payment: dict[str, str]) -> str:
    if payment.get("at") == "counter":
        return _("at the counter")
    return f"{payment['brand'].title()} •••• {payment['last4']}"
