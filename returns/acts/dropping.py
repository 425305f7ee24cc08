"""The button for money that went back past the return."""

from collections.abc import Mapping
from typing import Any

from django import forms

from config import console
from config.money import format_money
from payments import services as payments
from payments.models import Refund
from returns import services
from returns.acts.base import RESOLVE, ReturnAct, text_field
from returns.acts.paying import payout_words, waiting_payouts
from returns.models import ReturnPayout, ReturnRequest


def droppable(row: ReturnRequest) -> list[ReturnPayout]:
    """The parts that could not be paid and for which there is no money left in the payment."""
    waiting = waiting_payouts(row)
    payment = services.payment_of(row) if waiting else None
    left = payments.refundable(payment, Refund.Method.CASH) if payment else 0
    return [each for each in waiting if each.amount > left]


class DropForm(console.ActForm):
    payout: Any = forms.ModelChoiceField(
        ReturnPayout.objects.none(), label="What", empty_label=None, widget=forms.RadioSelect
    )
    reason = text_field("Reason", most=200, help_text="For staff: how the customer got the money.")
    field_order = ("payout", "reason", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["payout"]
        parts = droppable(self.row)
        field.queryset = ReturnPayout.objects.filter(pk__in=[each.pk for each in parts])
        field.initial = parts[0] if parts else None
        field.label_from_instance = payout_words


@console.sign_up_act(ReturnRequest)
class Drop(ReturnAct):
    """Somebody refunded by hand between the decision and the payment: the return ends without that part."""

    name = "drop"
    label = "Refunded by hand"
    permission = RESOLVE
    form_class = DropForm

    def is_shown(self, row: ReturnRequest) -> bool:
        return not self.why_not(row)

    def why_not(self, row: ReturnRequest) -> str:
        return "" if droppable(row) else "No part of it waits for money that is not there."

    def tell(self, row: ReturnRequest) -> str:
        return (
            "There is not enough left of the payment to pay this part, as money went back for the order by hand. The "
            "return can end without it."
        )

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        amount = format_money(given["payout"].amount)
        return f"{amount} are taken off what the return pays back. No money moves. This cannot be undone."

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.forgo(given["payout"], reason=given["reason"], by=by)

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        return {"dropped": given["payout"].amount, "reason": given["reason"]}

    def done(self, row: ReturnRequest) -> str:
        return f"{row.number} ends without that part."
