"""Buttons for what comes after the decision: pay again, money instead of an exchange, close."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from config import console
from config.money import format_money
from payments import services as payments
from payments.models import Refund
from returns import services
from returns.acts.base import DECIDE, RESOLVE, ReturnAct
from returns.models import ReturnPayout, ReturnRequest

M = Refund.Method


class PayAgainForm(console.ActForm):
    payout: Any = forms.ModelChoiceField(
        ReturnPayout.objects.none(), label="What", empty_label=None, widget=forms.RadioSelect
    )
    method = forms.ChoiceField(label="How", widget=forms.RadioSelect)
    handed_over_by = forms.CharField(
        max_length=100,
        required=False,
        label="Cash handed over by",
        help_text="Only for cash: who gave it out.",
    )
    field_order = ("payout", "method", "handed_over_by", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["payout"]
        waiting = waiting_payouts(self.row)
        field.queryset = ReturnPayout.objects.filter(pk__in=[each.pk for each in waiting])
        field.initial = waiting[0] if waiting else None
        field.label_from_instance = payout_words
        payment = services.payment_of(self.row)
        method: Any = self.fields["method"]
        shut = {way: payments.why_not_method(payment, way) if payment else "" for way in M.values}
        method.choices = [(way, label) for way, label in M.choices if not shut[way]]
        method.help_text = " ".join(filter(None, shut.values()))
        method.initial = next((way for way, _ in method.choices), None)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_cash = given.get("method") == M.CASH
        if is_cash and not given.get("handed_over_by") and "handed_over_by" not in self.errors:
            self.add_error("handed_over_by", "Please say who handed the cash over.")
        given["handed_over_by"] = given.get("handed_over_by", "") if is_cash else ""
        return given


def waiting_payouts(row: ReturnRequest) -> list[ReturnPayout]:
    """The parts that could not be paid, and that nothing is done about."""
    rows = row.payouts.select_related("request")
    return [each for each in rows if not services.why_not_pay_again(each)]


def payout_words(payout: Any) -> str:
    """A part of the money in a form: how much, which way, and what was in the way."""
    way = M(payout.method).label
    return f"{format_money(payout.amount)} {way}: {payout.problem or 'the bank sent it back'}"


@console.sign_up_act(ReturnRequest)
class PayAgain(ReturnAct):
    """Once more, or another way; what Stripe did not answer is found out by itself."""

    name = "pay_again"
    label = "Pay back again"
    permission = RESOLVE
    form_class = PayAgainForm

    def is_shown(self, row: ReturnRequest) -> bool:
        return not self.why_not(row)

    def why_not(self, row: ReturnRequest) -> str:
        return "" if waiting_payouts(row) else "Nothing of it waits to be paid again."

    def tell(self, row: ReturnRequest) -> str:
        return "A part of the money could not be paid back. Try it once more, or choose another way."

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        amount = format_money(given["payout"].amount)
        ways = {
            M.CARD: f"{amount} is asked back to the card again.",
            M.CREDIT: f"{amount} becomes store credit of {row.order.email} at once.",
            M.CASH: f"{amount} is booked as handed over in cash by {given['handed_over_by']}.",
        }
        return ways[M(given["method"])]

    def do(self, request: HttpRequest, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        payout, after = given["payout"], {"answer": "none yet"}
        before = {"way": payout.method, "problem": payout.problem}
        try:
            refund = services.redirect_payout(
                payout,
                method=given["method"],
                handed_over_by=given["handed_over_by"],
                by=console.actor(request),
            )
            after = {"way": refund.method, "refund": refund.state}
        except services.CannotResolve as error:
            after = {"refused": str(error)}
            raise
        finally:
            act = "pay back again: return"
            console.audit(request.user, act, f"return {row.number}", before=before, after=after)
        return f"{format_money(refund.amount)} {refund.get_state_display()} {refund.get_method_display()}."


@console.sign_up_act(ReturnRequest)
class PayInstead(ReturnAct):
    name = "pay_instead"
    label = "Money instead"
    permission = DECIDE

    def is_shown(self, row: ReturnRequest) -> bool:
        return row.is_exchange and not self.why_not(row)

    def why_not(self, row: ReturnRequest) -> str:
        return services.why_not_pay_instead(row)

    def tell(self, row: ReturnRequest) -> str:
        return (
            "Makes this exchange a return for money, as when what was wanted is sold out. What was held for it is free "
            "again. Please write to the customer first."
        )

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.pay_instead(row, by=by)

    def done(self, row: ReturnRequest) -> str:
        return f"{row.number} is for money now."


@console.sign_up_act(ReturnRequest)
class Close(ReturnAct):
    name = "close"
    label = "Close"
    permission = RESOLVE
    move = "close"

    def why_not(self, row: ReturnRequest) -> str:
        return super().why_not(row) or services.why_not_close(row)

    def tell(self, row: ReturnRequest) -> str:
        return "All is done. The return closes by itself within minutes; this does it now."

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.close(row, by=by)
