"""The button that decides what follows from a return: how much goes back which way, or what is sent instead."""

from collections.abc import Mapping
from typing import Any

from django import forms

from config import console
from config.money import MoneyFormField, format_money
from payments import services as payments
from payments.models import Payment, Refund
from returns import services
from returns.acts.base import RESOLVE, LinesForm, ReturnAct, lines_of, pieces
from returns.models import ReturnLine, ReturnRequest

M = Refund.Method


class ResolveForm(LinesForm):
    """What each line is paid, and how much of it goes which way; what is not said goes to the card."""

    columns = ("Pay back", "Why less")
    overtaken_codes = frozenset({"overtaken"})
    credit = MoneyFormField(label="As store credit", required=False, widget=console.MoneyInput)
    cash = MoneyFormField(label="In cash", required=False, widget=console.MoneyInput)
    handed_over_by = forms.CharField(
        max_length=100,
        required=False,
        label="Cash handed over by",
        help_text="Only for cash: who gave it out.",
    )
    field_order = ("credit", "cash", "handed_over_by", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        row = kwargs["row"]
        self.worth, self.payment = services.worth_of(row), services.payment_of(row)
        super().__init__(*args, **kwargs)
        has_money = not row.is_exchange and services.total_of(self.worth, self.payment) > 0
        if not has_money:
            self.grid = None
        for name in [name for name in self.fields if name != "key" and not has_money]:
            del self.fields[name]
        if has_money:
            self._offer_ways()

    def _offer_ways(self) -> None:
        """Leave out the ways that are shut, and say why; propose what was paid with store credit as such."""
        usual = services.usual_parts(self.row)
        for name in (M.CREDIT, M.CASH):
            if why := payments.why_not_method(self.payment, name) if self.payment else "":
                del self.fields[name]
                self.fields["handed_over_by"].help_text += f" {why}" if name == M.CREDIT else ""
            elif usual.get(name):
                self.fields[name].initial = usual[name]
        if M.CASH not in self.fields:
            del self.fields["handed_over_by"]
        first = next((name for name in (M.CREDIT, M.CASH) if name in self.fields), "")
        if first:
            shut = payments.why_not_method(self.payment, M.CARD) if self.payment else ""
            self.fields[first].help_text = shut or "What is not named here goes to the card."

    def fields_of(self, line: ReturnLine) -> dict[str, forms.Field]:
        at = line.line.position
        if at not in self.worth.lines:
            return {}
        amount = MoneyFormField(initial=self.worth.lines[at], widget=console.MoneyInput)
        return {f"pay_{at}": amount, f"why_{at}": forms.CharField(max_length=300, required=False)}

    def note_of(self, line: ReturnLine) -> str:
        worth = self.worth.lines.get(line.line.position, 0)
        return f"{pieces(line.accepted)} taken back, {format_money(worth)} by the policy"

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors or not self.grid:
            return given | {"lines": {}, "reductions": {}, "parts": None, "total": 0}
        given["lines"] = {at: given[f"pay_{at}"] for at in self.worth.lines}
        given["reductions"] = {at: why for at in self.worth.lines if (why := given[f"why_{at}"])}
        for at, amount in given["lines"].items():
            self._check_line(at, amount, given["reductions"].get(at, ""))
        if not self.errors:
            worth = services.lowered(self.worth, given["lines"], given["reductions"])
            given["total"] = services.total_of(worth, self.payment)
            given["parts"] = self._parts(given["total"])
        return given

    def _check_line(self, at: int, amount: int, why: str) -> None:
        most = self.worth.lines[at]
        if not 0 <= amount <= most:
            self.add_error(f"pay_{at}", forms.ValidationError(f"At most {format_money(most)}.", "overtaken"))
        elif amount < most and not why:
            self.add_error(f"why_{at}", "Say why less is paid back.")

    def _parts(self, total: int) -> dict[str, int]:
        """How much goes which way; to the card what is left."""
        given = self.cleaned_data
        parts = {name: given.get(name) or 0 for name in (M.CREDIT, M.CASH)}
        if min(parts.values()) < 0:
            self.add_error(None, "An amount cannot be less than nothing.")
        to_card = total - sum(parts.values())
        if to_card < 0:
            words = f"Only {format_money(total)} goes back, and more than that is named."
            self.add_error(None, forms.ValidationError(words, "overtaken"))
        if to_card > 0 and self.payment:
            self._check_card(self.payment, to_card)
        if parts[M.CASH] and not given.get("handed_over_by"):
            self.add_error("handed_over_by", "Please say who handed the cash over.")
        return {M.CARD.value: to_card, **{name.value: amount for name, amount in parts.items()}}

    def _check_card(self, payment: Payment, amount: int) -> None:
        if why := payments.why_not_method(payment, M.CARD):
            self.add_error(None, f"{why} Name another way for {format_money(amount)}.")
        elif amount > (most := payments.refundable(payment, M.CARD)):
            words = (
                f"{format_money(amount)} would go to the card, which can take {format_money(most)}. "
                "Name another way for the rest."
            )
            self.add_error(None, forms.ValidationError(words, "overtaken"))


@console.sign_up_act(ReturnRequest)
class Resolve(ReturnAct):
    """Money or a replacement, once; whose limit is too small is told so and nothing is decided."""

    name = "resolve"
    label = "Resolve"
    is_next_step = True
    permission = RESOLVE
    move = "resolve"
    form_class = ResolveForm

    def tell(self, row: ReturnRequest) -> str:
        if not any(line.accepted for line in row.lines.all()):
            return "Nothing was taken back, so nothing is paid. The customer is told by mail."
        if row.is_exchange:
            return f"{_replacements(row)} The customer is told by mail, and no money moves."
        worth, payment = services.worth_of(row), services.payment_of(row)
        total = services.total_of(worth, payment)
        return f"By the policy {format_money(total)} goes back.{_beside(worth, total)} You may pay less for a line."

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        worth = services.worth_of(row)
        lowered = services.lowered(worth, given["lines"], given["reductions"])
        skus = {line.line.position: line.line.sku for line in lines_of(row)}
        words = [f"{format_money(given['total'])} goes back.{_beside(lowered, given['total'])}"]
        words += [
            f"{skus[at]}: {format_money(worth.lines[at])} → {format_money(amount)}: {given['reductions'][at]}"
            for at, amount in given["lines"].items()
            if amount < worth.lines[at]
        ]
        ways = {
            M.CARD: "to the card it was paid with",
            M.CREDIT: f"as store credit of {row.order.email}, at once",
            M.CASH: f"in cash, handed over by {given.get('handed_over_by')}",
        }
        words += [
            f"{format_money(amount)} {ways[M(way)]}"
            for way, amount in (given["parts"] or {}).items()
            if amount
        ]
        credit = f"A credit note over {format_money(given['total'])} follows when it is paid. "
        return "\n".join([*words, "", f"{credit if given['total'] else ''}The customer is told by mail."])

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.resolve(
            row,
            parts=given["parts"],
            lines=given["lines"],
            reductions=given["reductions"],
            handed_over_by=given.get("handed_over_by", ""),
            by=by,
        )

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        return {"total": given["total"], "parts": given["parts"] or {}, "why less": given["reductions"]}


def _beside(worth: Any, total: int) -> str:
    """What belongs to a sum beside the goods, and what was taken off."""
    words = ""
    if worth.shipping:
        words += f" With the delivery of {format_money(worth.shipping)}."
    if worth.fee:
        words += f" The fee of {format_money(worth.fee)} is taken off."
    if total < worth.total:
        words += f" That is all that is left of the payment; {format_money(worth.total)} would be due."
    return words


def _replacements(row: ReturnRequest) -> str:
    sent = [f"{line.accepted} × {line.exchange_for}" for line in lines_of(row) if line.accepted]
    return f"Instead the customer gets {', '.join(sent)}: a line of the order that waits to be shipped."
