"""Two buttons on a shipment: it has arrived; its carrier or tracking number was wrong."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from config import console
from orders import services as orders
from orders.models import Fulfilment

PERMISSION = "orders.change_fulfilment"


@console.sign_up_act(Fulfilment)
class Deliver(console.Act):
    """Note that the parcel has arrived."""

    name = "deliver"
    label = "Delivered"
    is_next_step = True
    permission = PERMISSION
    refusals = {orders.OrderError: messages.INFO}

    def why_not(self, row: Fulfilment) -> str:
        return f"It arrived on {console.when(row.delivered_at)}." if row.delivered_at else ""

    def tell(self, row: Fulfilment) -> str:
        return "Notes that the parcel has arrived. When the last one has, the order is delivered; its customer sees it."

    def do(self, request: HttpRequest, row: Fulfilment, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            if not orders.deliver(row, by=console.actor(request)):
                raise orders.OrderError("Somebody else has just noted that.")
            console.audit(request.user, "deliver parcel", f"order {row.order.number} parcel {row.pk}")
        return f"{row} has arrived."


class TrackingForm(console.ActForm):
    """With whom it travels and how it is followed, as far as we know now."""

    carrier = forms.CharField(max_length=60, required=False)
    tracking_number = forms.CharField(max_length=80, required=False)
    tracking_url = forms.URLField(
        max_length=300, required=False, label="Tracking address", assume_scheme="https"
    )
    field_order = ("carrier", "tracking_number", "tracking_url", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("carrier", "tracking_number", "tracking_url"):
            self.fields[name].initial = getattr(self.row, name)


@console.sign_up_act(Fulfilment)
class CorrectTracking(console.Act):
    """Set right what was typed or scanned wrong when the parcel left."""

    name = "tracking"
    label = "Correct tracking"
    permission = PERMISSION
    form_class = TrackingForm
    refusals = {orders.OrderError: messages.INFO}

    def tell(self, row: Fulfilment) -> str:
        return "Corrects with whom the parcel travels and how it is followed, on the customer's page too."

    def preview(self, row: Fulfilment, given: Mapping[str, Any]) -> str:
        before = " ".join(filter(None, [row.carrier, row.tracking_number])) or "nothing"
        after = " ".join(filter(None, [given["carrier"], given["tracking_number"]])) or "nothing"
        return f"{before} → {after}. The customer reads it in the order's timeline; no mail is sent."

    def do(self, request: HttpRequest, row: Fulfilment, given: Mapping[str, Any]) -> str:
        after = {name: given[name] for name in ("carrier", "tracking_number", "tracking_url")}
        before = {name: getattr(row, name) for name in after}
        with transaction.atomic():
            if not orders.correct_tracking(row, **after, key=given["key"], by=console.actor(request)):
                raise orders.OrderError("It was like that already.")
            what = f"order {row.order.number} parcel {row.pk}"
            console.audit(request.user, "correct tracking", what, before=before, after=after)
        return "The tracking is corrected."
