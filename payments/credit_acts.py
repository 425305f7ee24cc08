"""What staff do with a customer's store credit, as buttons on the customer's page: give some, take some back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from config import console
from config.money import MoneyFormField, format_money
from payments import services
from payments.models import StoreCreditEntry


class CreditForm(console.ActForm):
    amount = MoneyFormField()
    reason = forms.CharField(max_length=200, help_text="For the books; the customer reads only the amount.")
    field_order = ("amount", "reason", "key")

    def most(self) -> int:
        return services.most_to_grant()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = f"At most {format_money(self.most())} at once."

    def clean_amount(self) -> int:
        amount = self.cleaned_data["amount"]
        if not 0 < amount <= self.most():
            raise forms.ValidationError(
                f"An amount from {format_money(1)} to {format_money(self.most())}, please."
            )
        return amount


class TakeBackForm(CreditForm):
    def most(self) -> int:
        return min(services.most_to_grant(), services.balance_of(self.row.pk))


class CreditAct(console.Act):
    """A change of a balance by hand: booked once however often the button is pressed, and audited with it."""

    permission = "payments.add_storecreditentry"
    refusals = {services.AlreadyBooked: messages.INFO, services.CreditError: messages.ERROR}
    sign = 1

    def why_not(self, row: User) -> str:
        return services.why_no_credit(row)

    def tell(self, row: User) -> str:
        balance = format_money(services.balance_of(row.pk))
        return f"{row.email} has {balance} of store credit. {self.words}"

    words: str

    def preview(self, row: User, given: Mapping[str, Any]) -> str:
        before = services.balance_of(row.pk)
        after = format_money(before + self.sign * given["amount"])
        return f"Store credit of {row.email}: {format_money(before)} → {after}."

    def book(self, row: User, amount: int, **act: Any) -> StoreCreditEntry:
        raise NotImplementedError

    def do(self, request: HttpRequest, row: User, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            entry = self.book(
                row, given["amount"], reason=given["reason"], key=f"console {given['key']}", by=request.user
            )
            before = entry.balance_after - entry.amount
            console.audit(
                request.user,
                f"{self.label.lower()}",
                f"user {row.pk}",
                before={"balance": before},
                after={"balance": entry.balance_after, "reason": given["reason"]},
            )
        return f"Store credit: {format_money(before)} → {format_money(entry.balance_after)}."


@console.sign_up_act(User)
class GrantCredit(CreditAct):
    name = "grant_credit"
    label = "Grant store credit"
    form_class = CreditForm
    words = "What you give can be spent at the checkout at once, and is not paid out."

    def book(self, row: User, amount: int, **act: Any) -> StoreCreditEntry:
        return services.grant(row, amount=amount, **act)


@console.sign_up_act(User)
class TakeBackCredit(CreditAct):
    name = "take_back_credit"
    label = "Take back store credit"
    is_destructive = True
    form_class = TakeBackForm
    sign = -1
    words = (
        "What you take back is gone from their account; what a checkout holds at this moment is not touched."
    )

    def why_not(self, row: User) -> str:
        nothing = "" if services.balance_of(row.pk) else "They have no store credit."
        return super().why_not(row) or nothing

    def book(self, row: User, amount: int, **act: Any) -> StoreCreditEntry:
        return services.take_back(row, amount=amount, **act)
