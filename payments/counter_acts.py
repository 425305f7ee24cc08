"""Taking the money of an order that is paid at the counter, as a button on it and on its payment."""

from collections.abc import Mapping
from typing import Any

from django import forms

from config import console
from config.money import MoneyFormField, format_money
from orders.models import Order
from payments import services
from payments.models import Payment
from payments.money_acts import NO_PAYMENT, MoneyAct, payment_of


class TakeForm(console.ActForm):
    amount = MoneyFormField(label="Amount to take", help_text="All that is owed; it is not paid in parts.")
    taken_in = forms.ChoiceField(label="How", choices=Payment.TakenIn.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        payment = payment_of(self.row)
        self.due = services.counter.due(payment) if payment else 0
        self.fields["amount"].initial = self.due

    def clean_amount(self) -> int:
        if self.cleaned_data["amount"] != self.due:
            raise forms.ValidationError(f"{format_money(self.due)} are to be paid.", code="overtaken")
        return self.cleaned_data["amount"]


@console.sign_up_act(Order, Payment)
class Take(MoneyAct):
    """Book what a customer paid at the counter, once; then the order can be handed over."""

    name = "take"
    label = "Take the payment"
    is_next_step = True
    permission = "payments.settle_payment"
    form_class = TakeForm

    def is_shown(self, row: Order | Payment) -> bool:
        return row.is_for_counter if isinstance(row, Order) else row.is_at_counter

    def why_not(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        return services.counter.why_not_take(payment) if payment else NO_PAYMENT

    def tell(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        due = format_money(services.counter.due(payment) if payment else 0)
        return (
            f"{due} are to be paid at the counter. Once they are booked, the order can be handed over (Ship)."
        )

    def preview(self, row: Order | Payment, given: Mapping[str, Any]) -> str:
        way = Payment.TakenIn(given["taken_in"])
        how = "in cash" if way == Payment.TakenIn.CASH else "at the card terminal"
        return f"{format_money(given['amount'])} are booked as taken {how}. No card is charged by this."

    def carry_out(self, payment: Payment, given: Mapping[str, Any], *, by: Any) -> Payment:
        return services.counter.take(payment, amount=given["amount"], taken_in=given["taken_in"])

    def tell_done(self, payment: Payment) -> str:
        return f"{format_money(payment.captured)} taken ({payment.get_taken_in_display()})."
