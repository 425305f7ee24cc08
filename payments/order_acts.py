"""What staff do with an order and its money at once, as buttons on it: cancel, ship."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from config import console
from config.money import format_money
from inventory import services as inventory
from inventory.models import Location
from orders import services as orders
from orders.models import Order, OrderLine
from payments import services
from payments.money_acts import payment_of


class PiecesForm(console.ActForm):
    """How many pieces of each line; all that can be meant, unless somebody says less."""

    choose_words: str
    overtaken_codes = frozenset({"max_value", "overtaken"})

    def most_of(self, line: OrderLine) -> int:
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.lines = [line for line in self.row.lines.all() if self.most_of(line)]
        for line in self.lines:
            most = self.most_of(line)
            named = " ".join(filter(None, [line.name, line.label]))
            self.fields[f"line_{line.position}"] = forms.IntegerField(
                label=f"{named} ({line.sku}), {most} at most", min_value=0, max_value=most, initial=most
            )
        self.order_fields([f"line_{line.position}" for line in self.lines])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        given["pieces"] = {line.position: given.get(f"line_{line.position}") or 0 for line in self.lines}
        if not self.errors and not any(given["pieces"].values()):
            raise forms.ValidationError(self.choose_words, code=None if self.lines else "overtaken")
        return given


class CancelForm(PiecesForm):
    choose_words = "Choose what to cancel."
    reason = forms.CharField(
        max_length=200, help_text="For the books and the timeline's readers among staff."
    )

    def most_of(self, line: OrderLine) -> int:
        return orders.open_pieces(line)


@console.sign_up_act(Order)
class Cancel(console.Act):
    """Goods free again, money released or paid back, the invoice credited: one act."""

    name = "cancel"
    label = "Cancel"
    is_destructive = True
    permission = "orders.cancel_order"
    form_class = CancelForm
    refusals = {services.PaymentError: messages.ERROR}

    def why_not(self, row: Order) -> str:
        return services.why_not_cancel(row)

    def tell(self, row: Order) -> str:
        payment = payment_of(row)
        if payment and payment.is_at_counter:
            return (
                "Calls off what was not handed over. The goods go back on sale; what was paid for them at the counter "
                "is given back there, by a refund in cash or as store credit."
            )
        return (
            "Calls off what was not shipped. The goods go back on sale; what was settled for them is paid back to the "
            "card, and a hold that is not needed any more is released."
        )

    def preview(self, row: Order, given: Mapping[str, Any]) -> str:
        lines = {line.position: line for line in row.lines.all()}
        value = sum(orders.share_of(lines[at], count) for at, count in given["pieces"].items())
        count = sum(given["pieces"].values())
        payment = payment_of(row)
        if payment and payment.is_at_counter:
            money = f"{format_money(value)} is not owed any more; what was paid of it is to be given back."
        elif payment and payment.paid:
            money = f"{format_money(value)} goes back, with the delivery if nothing is left of the order."
        else:
            money = (
                f"{format_money(value)} less is owed; if nothing is left, the hold on the card is released."
            )
        if payment and services.credit_left(payment):
            money += " What was paid with store credit becomes store credit again."
        return f"{count} pieces go back on sale. {money} The invoice is credited. This cannot be undone."

    def do(self, request: HttpRequest, row: Order, given: Mapping[str, Any]) -> str:
        payment = payment_of(row)
        if payment and payment.paid and not request.user.has_perm("payments.add_refund"):
            raise services.CannotCancel(
                "Its payment is settled: cancelling pays money back, which is not yours to do."
            )
        before = {"state": row.state, "payment": row.payment_state}
        done = services.cancel_order(
            row,
            key=f"cancellation {given['key']}",
            reason=given["reason"],
            pieces=given["pieces"],
            by=console.actor(request),
        )
        row.refresh_from_db()
        after = {
            "state": row.state,
            "payment": row.payment_state,
            "pieces": given["pieces"],
            "reason": given["reason"],
        }
        console.audit(request.user, "cancel order", f"order {row.number}", before=before, after=after)
        return done


class ShipForm(PiecesForm):
    """What goes into this parcel, from which place, and with whom it travels."""

    choose_words = "Choose what to send."
    carrier = forms.CharField(max_length=60, required=False)
    tracking_number = forms.CharField(max_length=80, required=False)
    tracking_url = forms.URLField(
        max_length=300, required=False, label="Tracking address", assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any):
        order = kwargs["row"]
        self.waits = orders.waits_by_line(order)
        free = inventory.free_at([line.sku for line in order.lines.all()])
        self.free = {sku: sum(lying.pieces for lying in places) for sku, places in free.items()}
        super().__init__(*args, **kwargs)
        promised = inventory.promised_at([line.reference for line in self.lines])
        for line in self.lines:
            self.fields[f"from_{line.position}"] = forms.TypedChoiceField(
                label=f"{line.sku} from",
                required=False,
                choices=_places(promised[line.reference], free.get(line.sku, [])),
                coerce=int,
                empty_value=None,
            )
        self.order_fields([f"{what}_{line.position}" for line in self.lines for what in ("line", "from")])

    def most_of(self, line: OrderLine) -> int:
        """What lies there for the line, and what another place could give for pieces that wait."""
        waits = self.waits.get(line.position, 0)
        return orders.pieces_to_ship(line) - max(waits - self.free.get(line.sku, 0), 0)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        chosen = {line.position: given.get(f"from_{line.position}") for line in self.lines}
        known = Location.objects.in_bulk([place for place in chosen.values() if place])
        given["places"] = {at: known[place] for at, place in chosen.items() if place in known}
        return given


def _places(promised: list[inventory.Lying], free: list[inventory.Lying]) -> list[tuple[Any, str]]:
    """Where a line may be taken from: where it is promised, or one place that has pieces of it."""
    lies = ", ".join(map(str, promised)) or "nowhere"
    here = {each.location: each.pieces for each in promised}
    there = {each.location: each.pieces for each in free}
    places = dict.fromkeys([*here, *there])
    return [("", f"where it is promised: {lies}")] + [
        (place.pk, f"{place}: {here.get(place, 0)} promised to this order, {there.get(place, 0)} free")
        for place in places
        if place.is_sellable
    ]


@console.sign_up_act(Order)
class Ship(console.Act):
    """Settle what is owed if need be, then let the pieces leave the shelf and tell the customer."""

    name = "ship"
    label = "Ship"
    is_next_step = True
    permission = "orders.add_fulfilment"
    form_class = ShipForm
    refusals = {services.Undecided: messages.WARNING, services.PaymentError: messages.ERROR}

    def why_not(self, row: Order) -> str:
        return services.why_not_ship(row) or orders.why_nothing_there(row)

    def tell(self, row: Order) -> str:
        settles = services.will_settle(row)
        money = f"First the card is charged {format_money(settles)}, all that is owed. " if settles else ""
        begins = f"{money}Then the" if money else "The"
        return f"{begins} pieces leave the shelf, and the customer gets a mail with the tracking number."

    def preview(self, row: Order, given: Mapping[str, Any]) -> str:
        settles = services.will_settle(row)
        money = f"The card is charged {format_money(settles)}. " if settles else ""
        count = sum(given["pieces"].values())
        skus = {line.position: line.sku for line in row.lines.all()}
        moved = "".join(f"{skus[at]} is taken from {place}. " for at, place in given["places"].items())
        return (
            f"{money}{count} pieces leave the shelf for {row.email}. {moved}"
            "What was sent comes back only as a return."
        )

    def do(self, request: HttpRequest, row: Order, given: Mapping[str, Any]) -> str:
        before = {"fulfilment": row.fulfilment_state, "payment": row.payment_state}
        parcel = services.ship_order(
            row,
            given["pieces"],
            key=f"console {given['key']}",
            carrier=given["carrier"],
            tracking_number=given["tracking_number"],
            tracking_url=given["tracking_url"],
            places=given["places"],
            by=console.actor(request),
        )
        row.refresh_from_db()
        after = {
            "fulfilment": row.fulfilment_state,
            "payment": row.payment_state,
            "pieces": given["pieces"],
            "from": {at: place.code for at, place in given["places"].items()},
        }
        console.audit(request.user, "ship order", f"order {row.number}", before=before, after=after)
        return f"{sum(given['pieces'].values())} pieces are on their way as shipment {parcel.pk}."
