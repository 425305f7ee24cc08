"""What staff do with the money of an order, as buttons on it and on its payment: settle, release, refund."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from config import console
from config.money import MoneyFormField, format_money
from orders.models import Order
from payments import services
from payments.models import Payment, Refund

NO_PAYMENT = "There is no payment."
METHODS = Refund.Method.values
FIGURES = ("state", "taken_in", "authorised", "captured", "voided", "refunded", "disputed", "credit")


def payment_of(row: Order | Payment) -> Payment | None:
    """The payment that a button on its page, or on its order's, is about."""
    if isinstance(row, Payment):
        return row
    return Payment.objects.select_related("checkout", "order").filter(order=row).first()


def figures(payment: Payment) -> dict[str, object]:
    return {name: getattr(payment, name) for name in FIGURES}


class SettleForm(console.ActForm):
    amount = MoneyFormField(
        label="Amount to settle", help_text="The card is charged once. What is left of the hold is released."
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        payment = payment_of(self.row)
        self.most = services.most_to_settle(payment) if payment else 0
        self.fields["amount"].initial = self.most

    def clean_amount(self) -> int:
        amount = self.cleaned_data["amount"]
        if not 0 < amount <= self.most:
            words = f"Between {format_money(1)} and {format_money(self.most)} can be settled."
            raise forms.ValidationError(words, code="overtaken" if amount > 0 else "nothing")
        return amount


class MoneyAct(console.Act):
    """One request to Stripe about one payment, audited with what it changed; also when nobody knows yet."""

    refusals = {services.Undecided: messages.WARNING, services.PaymentError: messages.ERROR}

    def carry_out(self, payment: Payment, given: Mapping[str, Any], *, by: Any) -> Payment:
        raise NotImplementedError

    def do(self, request: HttpRequest, row: Order | Payment, given: Mapping[str, Any]) -> str:
        payment = payment_of(row)
        if payment is None:
            raise services.CannotSettle(NO_PAYMENT)
        before = figures(payment)
        after: dict[str, object] = {"answer": "none yet"}
        try:
            payment = self.carry_out(payment, given, by=request.user)
            after = figures(payment)
        except (services.CannotSettle, services.CannotTake, services.CannotRefund) as error:
            after = {"refused": str(error)}
            raise
        finally:
            what = f"payment of {payment.checkout.number}"
            console.audit(request.user, f"{self.name} payment", what, before=before, after=after)
        return self.tell_done(payment)

    def tell_done(self, payment: Payment) -> str:
        raise NotImplementedError


@console.sign_up_act(Order, Payment)
class Settle(MoneyAct):
    name = "settle"
    label = "Settle"
    permission = "payments.settle_payment"
    form_class = SettleForm

    def why_not(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        return services.why_not_settle(payment) if payment else NO_PAYMENT

    def tell(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        if payment is None:
            return NO_PAYMENT
        until = f" The hold ends on {console.when(payment.capture_before)}." if payment.capture_before else ""
        return (
            f"Charges the card ending in {payment.card_last4} for what was authorised, "
            f"{format_money(payment.authorised)} at most, once.{until}"
        )

    def preview(self, row: Order | Payment, given: Mapping[str, Any]) -> str:
        payment = payment_of(row)
        rest = payment.authorised - given["amount"] if payment else 0
        charged = f"{format_money(given['amount'])} will be charged."
        if not rest:
            return charged
        return (
            f"{charged} The other {format_money(rest)} is released for good and credited on the invoice: "
            "it cannot be charged later."
        )

    def carry_out(self, payment: Payment, given: Mapping[str, Any], *, by: Any) -> Payment:
        return services.settle(payment, amount=given["amount"])

    def tell_done(self, payment: Payment) -> str:
        released = f", {format_money(payment.voided)} released" if payment.voided else ""
        return f"{format_money(payment.captured)} settled{released}."


@console.sign_up_act(Order, Payment)
class Release(MoneyAct):
    name = "release"
    label = "Release the hold"
    is_destructive = True
    permission = "payments.release_payment"

    def why_not(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        return services.why_not(payment) if payment else NO_PAYMENT

    def tell(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        held = format_money(payment.authorised) if payment else "nothing"
        credit = payment.credit if payment else 0
        back = f"Store credit of {format_money(credit)} goes back to the customer. " if credit else ""
        return back + (
            f"Lets go of the {held} held on the card. Nothing is charged, the invoice is credited, "
            "and the order cannot be paid with this hold any more. Its goods stay allocated."
        )

    def carry_out(self, payment: Payment, given: Mapping[str, Any], *, by: Any) -> Payment:
        return services.release(payment)

    def tell_done(self, payment: Payment) -> str:
        return f"{format_money(payment.voided)} released."


class RefundForm(console.ActForm):
    amount = MoneyFormField(label="Amount to pay back")
    method = forms.ChoiceField(label="How", required=False)
    handed_over_by = forms.CharField(
        max_length=100,
        required=False,
        label="Cash handed over by",
        help_text="Only for cash: who gave it out.",
    )
    reason = forms.CharField(max_length=200, help_text="For the books; the customer reads only the amount.")
    field_order = ("amount", "method", "handed_over_by", "reason", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        payment = payment_of(self.row)
        self.most = {method: services.refundable(payment, method) for method in METHODS} if payment else {}
        closed = {method: services.why_not_method(payment, method) for method in METHODS} if payment else {}
        method: Any = self.fields["method"]
        method.choices = [
            (name, f"{label}, {format_money(self.most.get(name, 0))} at most")
            for name, label in Refund.Method.choices
            if self.most.get(name) and not closed.get(name)
        ]
        method.help_text = " ".join(filter(None, closed.values()))
        self.fields["amount"].initial = next((self.most[name] for name, _label in method.choices), 0)

    def clean_method(self) -> str:
        return self.cleaned_data["method"] or Refund.Method.CARD.value

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "amount" in given and "method" in given:
            most = self.most[given["method"]]
            if not 0 < given["amount"] <= most:
                words = f"At most {format_money(most)} can be paid back."
                code = "overtaken" if given["amount"] > 0 else "nothing"
                self.add_error("amount", forms.ValidationError(words, code=code))
        is_cash = given.get("method") == Refund.Method.CASH
        if is_cash and not given.get("handed_over_by") and "handed_over_by" not in self.errors:
            self.add_error("handed_over_by", "Please say who handed the cash over.")
        given["handed_over_by"] = given.get("handed_over_by", "") if is_cash else ""
        return given


@console.sign_up_act(Order, Payment)
class RefundMoney(MoneyAct):
    name = "refund"
    label = "Refund"
    permission = "payments.add_refund"
    form_class = RefundForm

    def why_not(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        return services.why_not_refund(payment) if payment else NO_PAYMENT

    def tell(self, row: Order | Payment) -> str:
        payment = payment_of(row)
        most = services.refundable(payment, Refund.Method.CASH) if payment else 0
        card = "" if payment and payment.is_at_counter else "to the card it came from, "
        return (
            f"Pays money back: {format_money(most)} at most, in one or several refunds; {card}"
            "as store credit, or in cash that somebody hands over."
        )

    def preview(self, row: Order | Payment, given: Mapping[str, Any]) -> str:
        payment = payment_of(row)
        if payment is None:
            return NO_PAYMENT
        left = services.refundable(payment, Refund.Method.CASH) - given["amount"]
        return (
            f"{_what_happens(payment, given)} It is credited on the invoice, and the customer is told by mail; "
            f"{format_money(left)} can still be paid back after that. No goods move."
        )

    def carry_out(self, payment: Payment, given: Mapping[str, Any], *, by: Any) -> Payment:
        services.refund(
            payment,
            amount=given["amount"],
            cause=f"console {given['key']}",
            reason=given["reason"],
            by=by,
            method=given["method"],
            handed_over_by=given["handed_over_by"],
        )
        payment.refresh_from_db()
        return payment

    def tell_done(self, payment: Payment) -> str:
        row = payment.refunds.order_by("pk").last()
        return (
            f"{format_money(row.amount)} {row.get_state_display()} {row.get_method_display()}."
            if row
            else "Done."
        )


def _what_happens(payment: Payment, given: Mapping[str, Any]) -> str:
    amount = format_money(given["amount"])
    if given["method"] == Refund.Method.CASH:
        return f"{amount} is booked as handed over in cash by {given['handed_over_by']}."
    if given["method"] == Refund.Method.CREDIT and payment.order and payment.order.customer:
        customer = payment.order.customer
        before = services.balance_of(customer.pk)
        after = format_money(before + given["amount"])
        return f"{amount} becomes store credit of {customer.email} at once: {format_money(before)} → {after}."
    return f"{amount} goes back to the card."
