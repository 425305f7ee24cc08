"""What staff do about payments, as buttons of the console: end a checkout now, resolve a finding."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from config import console
from orders.models import Checkout
from payments import gateway, services
from payments.models import Finding, Payment


@console.sign_up_act(Checkout)
class EndNow(console.Act):
    """Close the payment page at Stripe, and with its consent set the stock free."""

    name = "end"
    label = "End now"
    is_destructive = True
    permission = "orders.end_checkout"
    refusals = {
        services.AlreadyOrdered: messages.INFO,
        services.ProviderAway: messages.WARNING,
        services.PaymentError: messages.ERROR,
    }

    def why_not(self, row: Checkout) -> str:
        if not row.is_live:
            return f"{row.number} has ended already: it is {row.get_state_display()}."
        if not Payment.objects.filter(checkout=row).exists():
            return "No payment was started for it; it ends by itself."
        return ""

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
    permission = "payments.resolve_finding"
    form_class = ResolveForm
    refusals = {services.AlreadyResolved: messages.ERROR}

    def why_not(self, row: Finding) -> str:
        return f"It was resolved on {console.when(row.resolved_at)}." if row.resolved_at else ""

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


@console.sign_up_act(Finding)
class Repair(console.Act):
    """Let the books follow Stripe now, where they can; it moves no money."""

    name = "repair"
    label = "Repair"
    permission = "payments.repair_finding"
    refusals = {services.PaymentError: messages.ERROR, gateway.GatewayError: messages.WARNING}

    def why_not(self, row: Finding) -> str:
        return services.why_not_repaired(row)

    def tell(self, row: Finding) -> str:
        return (
            f"{row.sentence} Repairing asks Stripe again and books what it says: orders, amounts and states follow, "
            "and no money is moved that was not asked for before. If the difference is gone, the finding closes."
        )

    def do(self, request: HttpRequest, row: Finding, given: Mapping[str, Any]) -> str:
        after: dict[str, object] = {"repaired": False}
        try:
            words = services.repair_finding(row)
            after = {"repaired": True}
        finally:
            what = f"finding {row.pk}"
            console.audit(request.user, "repair finding", what, before={"finding": row.sentence}, after=after)
        return words
