"""What staff do about payments, as buttons of the console: end a checkout now, resolve a finding."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from config import console
from orders.models import Checkout
from payments import services
from payments.models import Finding, Payment


@console.sign_up_act(Checkout)
class EndNow(console.Act):
    """Close the payment page at Stripe, and with its consent set the stock free."""

    name = "end"
    label = "End now"
    permission = "orders.change_checkout"
    refusals = {services.AlreadyOrdered: messages.INFO, services.PaymentError: messages.WARNING}

    def is_open(self, row: Checkout) -> bool:
        return row.is_live and Payment.objects.filter(checkout=row).exists()

    def tell(self, row: Checkout) -> str:
        return (
            f"Ends the payment page of {row.email} and puts what {row.number} holds back on sale. If the customer has "
            "paid meanwhile, the order is placed instead. Nothing changes unless the payment provider answers."
        )

    def do(self, request: HttpRequest, row: Checkout, given: Mapping[str, Any]) -> str:
        payment = Payment.objects.select_related("checkout").filter(checkout=row).first()
        if payment is None or not row.is_live:
            raise services.PaymentError(f"{row.number} has ended already.")
        before = row.state
        services.end_session(payment, act="cancel", reason="Ended by staff.")
        row.refresh_from_db()
        console.audit(
            request.user,
            "end checkout",
            f"checkout {row.number}",
            before={"state": before},
            after={"state": row.state},
        )
        return f"{row.number} is {row.get_state_display()}."


class ResolveForm(console.ActForm):
    note = forms.CharField(
        max_length=300, label="What you found", help_text="Kept with your name in the audit trail."
    )


@console.sign_up_act(Finding)
class Resolve(console.Act):
    name = "resolve"
    label = "Mark as resolved"
    permission = "payments.change_finding"
    form_class = ResolveForm
    refusals = {services.AlreadyResolved: messages.INFO}

    def is_open(self, row: Finding) -> bool:
        return row.resolved_at is None

    def tell(self, row: Finding) -> str:
        return f"{row.sentence} Marking it as resolved moves no money: it says that somebody has taken care."

    def preview(self, row: Finding, given: Mapping[str, Any]) -> str:
        return f"The finding leaves the list of open ones, with your note: {given['note']}"

    def do(self, request: HttpRequest, row: Finding, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            services.resolve_finding(row)
            console.audit(
                request.user,
                "resolve finding",
                f"finding {row.pk}",
                before={"resolved_at": None},
                after={"resolved_at": row.resolved_at, "note": given["note"]},
            )
        return "The finding is resolved."
