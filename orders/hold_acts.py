"""Two buttons on an order: keep it in the house, let it go."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from config import console
from orders import services as orders
from orders.models import Order, OrderHold


class HoldForm(console.ActForm):
    reason = forms.CharField(max_length=300, help_text="What has to be looked at before it may be shipped.")


@console.sign_up_act(Order)
class Hold(console.Act):
    """Stop an order that somebody should look at first."""

    name = "hold"
    label = "Put on hold"
    permission = "orders.hold_order"
    form_class = HoldForm

    def why_not(self, row: Order) -> str:
        if row.state == Order.State.PLACED:
            return ""
        return f"The order is {row.get_state_display()}; there is nothing that could be kept from leaving."

    def tell(self, row: Order) -> str:
        return (
            "Keeps the order from being shipped until the hold is lifted. Stock and payment stay as they are."
        )

    def preview(self, row: Order, given: Mapping[str, Any]) -> str:
        return "The order cannot be shipped until somebody lifts the hold. The customer is not told."

    def do(self, request: HttpRequest, row: Order, given: Mapping[str, Any]) -> str:
        orders.hold(
            row,
            OrderHold.Kind.REVIEW,
            why=given["reason"],
            key=f"review {given['key']}",
            by=console.actor(request),
        )
        console.audit(request.user, "hold order", f"order {row.number}", after={"reason": given["reason"]})
        return f"{row.number} is on hold."


class LiftForm(console.ActForm):
    """Which of the reasons is gone."""

    hold = forms.ModelChoiceField(
        OrderHold.objects.none(), label="Which hold", empty_label=None, widget=forms.RadioSelect
    )
    field_order = ("hold", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        holds = OrderHold.objects.open().filter(order=self.row.pk)
        field: Any = self.fields["hold"]
        field.queryset = holds
        field.initial = holds.first()
        field.label_from_instance = lambda row: f"{row.get_kind_display()}: {row.why}"


@console.sign_up_act(Order)
class Lift(console.Act):
    """Let an order go again."""

    name = "lift"
    label = "Lift a hold"
    is_next_step = True
    permission = "orders.hold_order"
    form_class = LiftForm

    def is_shown(self, row: Order) -> bool:
        return not self.why_not(row)

    def why_not(self, row: Order) -> str:
        return "" if any(hold.lifted_at is None for hold in row.holds.all()) else "Nothing holds the order."

    def tell(self, row: Order) -> str:
        return "Ends one reason to hold the order. It can be shipped when no other is left."

    def preview(self, row: Order, given: Mapping[str, Any]) -> str:
        left = sum(hold.lifted_at is None for hold in row.holds.all()) - 1
        return (
            f"{left} holds stay on the order." if left else "Nothing else holds the order: it can be shipped."
        )

    def do(self, request: HttpRequest, row: Order, given: Mapping[str, Any]) -> str:
        hold = given["hold"]
        if not orders.lift(hold, by=console.actor(request)):
            return "Somebody else has just lifted it."
        console.audit(request.user, "lift hold", f"order {row.number}", before={"reason": hold.why})
        return "The hold is lifted."
