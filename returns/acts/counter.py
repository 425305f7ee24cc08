"""Buttons on an order: take goods back over the counter, ask for a return on the customer's behalf."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config import console
from config.money import format_money
from orders.models import Order, OrderLine
from returns import services
from returns.acts.base import pieces, text_field
from returns.models import ReturnLine, ReturnRequest
from shop.models import Variant

OVERRIDE = "returns.override_policy"
_REASONS = [("", "–"), *ReturnLine.Reason.choices]


class WishesForm(console.ActForm):
    """Pieces of each line and why; `given["wishes"]` is what the service takes."""

    columns = ["Pieces", "Reason", "Words"]
    offers_exchange = False
    override = text_field(
        "Why beyond the policy",
        most=300,
        required=False,
        help_text="Only if the policy does not take it: why we do all the same. It is kept with the return.",
    )
    field_order = ("override", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.found = [each for each in services.returnables(self.row) if _left(each.line)]
        rows = []
        for each in self.found:
            fields = self._fields_of(each)
            self.fields |= fields
            rows.append((_words_of(each), list(fields)))
        columns = [*self.columns, "Instead"] if self.offers_exchange else self.columns
        self.grid = console.Grid("What", columns, rows)
        self.order_fields(["override", "key"])

    def _fields_of(self, each: services.Returnable) -> dict[str, forms.Field]:
        at = each.line.position
        most = _left(each.line)
        fields: dict[str, forms.Field] = {
            f"pieces_{at}": forms.IntegerField(min_value=0, max_value=most, initial=0, required=False),
            f"reason_{at}": forms.ChoiceField(choices=_REASONS, required=False),
            f"words_{at}": forms.CharField(max_length=1000, required=False),
        }
        if self.offers_exchange:
            choices = [("", "money back"), *((each.pk, str(each)) for each in services.choices(each.line))]
            fields[f"instead_{at}"] = forms.TypedChoiceField(
                choices=choices, coerce=int, empty_value=None, required=False
            )
        return fields

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        chosen = [each for each in self.found if given[f"pieces_{each.line.position}"]]
        for name in [f"reason_{each.line.position}" for each in chosen]:
            if not given[name]:
                self.add_error(name, "Choose a reason.")
        if self.errors:
            return given
        given["wishes"] = [self._wish(each) for each in chosen]
        if not given["wishes"]:
            raise forms.ValidationError("Say how many pieces of which line.")
        instead = [wish.exchange_for is not None for wish in given["wishes"]]
        if any(instead) and not all(instead):
            raise forms.ValidationError(
                "An exchange is for all of its lines: ask for the others in a return of their own."
            )
        given["kind"] = ReturnRequest.Kind.EXCHANGE if all(instead) else ReturnRequest.Kind.REFUND
        if (why := self._beyond(given["wishes"])) and not given["override"]:
            self.add_error("override", f"{why} Say why we take it all the same.")
        return given

    def _wish(self, each: services.Returnable) -> services.Wish:
        given, at = self.cleaned_data, each.line.position
        wanted = given.get(f"instead_{at}")
        return services.Wish(
            at,
            given[f"pieces_{at}"],
            given[f"reason_{at}"],
            words=given[f"words_{at}"],
            exchange_for=Variant.objects.filter(pk=wanted).first() if wanted else None,
        )

    def _beyond(self, wishes: list[services.Wish]) -> str:
        """What of it the policy does not take, in a sentence."""
        known = {each.line.position: each for each in self.found}
        for wish in wishes:
            each = known[wish.position]
            if why := services.why_not_for(each, wish.is_our_fault):
                return f"{each.line.name}: {why}"
            if wish.pieces > each.pieces:
                return f"{each.line.name}: at most {pieces(each.pieces)} by the policy."
        return ""


class ExchangeWishesForm(WishesForm):
    offers_exchange = True


def _left(line: OrderLine) -> int:
    return line.shipped - line.returned


def _words_of(each: services.Returnable) -> SafeString:
    line, until = each.line, each.terms.until
    named = " ".join(filter(None, [line.name, line.label]))
    terms = each.why_not or (f"until {date_format(until, 'j M Y')}" if until else "")
    if each.terms.fee:
        terms += f", fee {format_money(each.terms.fee)}"
    return format_html(
        "{}<small>{} · {} with the customer · {} {}</small>",
        named,
        line.sku,
        pieces(_left(line)),
        terms,
        each.only_our_fault,
    )


class OrderReturnAct(console.Act):
    """A return that staff begin; going beyond the policy needs a right of its own."""

    form_class = WishesForm
    refusals = {services.ReturnError: messages.ERROR}
    follows: str

    def is_shown(self, row: Order) -> bool:
        return any(line.shipped for line in row.lines.all())

    def why_not(self, row: Order) -> str:
        lines = list(row.lines.all())
        if not any(line.shipped for line in lines):
            return "Nothing of the order has been sent yet."
        return "" if any(map(_left, lines)) else "All of it is in returns already."

    def preview(self, row: Order, given: Mapping[str, Any]) -> str:
        found = services.returnables(row)
        worth = services.estimate(row, given["wishes"], found)
        lines = {each.line.position: each.line for each in found}
        reasons = dict(ReturnLine.Reason.choices)
        words = [
            f"{wish.pieces} × {lines[wish.position].sku}: {reasons[ReturnLine.Reason(wish.reason)]}"
            + (f" Instead: {wish.exchange_for}." if wish.exchange_for else "")
            for wish in given["wishes"]
        ]
        is_exchange = given["kind"] == ReturnRequest.Kind.EXCHANGE
        money = (
            "No money moves." if is_exchange else f"By the policy {format_money(worth.total)} would go back."
        )
        override = [f"Beyond the policy, because: {given['override']}"] if given["override"] else []
        return "\n".join([*words, money, *override, "", self.follows])

    def begin(self, row: Order, given: Mapping[str, Any], *, by: Any) -> ReturnRequest:
        raise NotImplementedError

    def do(self, request: HttpRequest, row: Order, given: Mapping[str, Any]) -> str:
        if given["override"] and not request.user.has_perm(OVERRIDE):
            raise services.CannotReturn("Going beyond the policy is not yours to do.")
        with transaction.atomic():
            made = self.begin(row, given, by=console.actor(request))
            after = {
                "return": made.number,
                "pieces": {wish.position: wish.pieces for wish in given["wishes"]},
                "override": given["override"],
            }
            console.audit(request.user, self.label.lower(), f"order {row.number}", after=after)
        return format_html("{} is {}.", console.change_link(made), made.get_state_display())


@console.sign_up_act(Order)
class TakeOverTheCounter(OrderReturnAct):
    name = "take_return"
    label = "Return over the counter"
    permission = "returns.take_return"
    follows = "The pieces count as received. Next somebody inspects them, then the money follows."

    def tell(self, row: Order) -> str:
        return "For somebody who stands here with the goods: asked for, authorised and received in one go."

    def begin(self, row: Order, given: Mapping[str, Any], *, by: Any) -> ReturnRequest:
        return services.take_over_the_counter(
            row, given["wishes"], key=f"counter {given['key']}", override=given["override"], by=by
        )


@console.sign_up_act(Order)
class AskForCustomer(OrderReturnAct):
    name = "request_return"
    label = "Return for the customer"
    permission = "returns.request_return"
    form_class = ExchangeWishesForm
    follows = (
        "The return is asked for. Next somebody authorises it; then the customer gets a mail with the slip."
    )

    def tell(self, row: Order) -> str:
        return "For somebody who rang or wrote: asks for a return or an exchange as they would themselves."

    def begin(self, row: Order, given: Mapping[str, Any], *, by: Any) -> ReturnRequest:
        return services.request_return(
            row,
            given["wishes"],
            key=f"staff {given['key']}",
            kind=given["kind"],
            by=by,
            override=given["override"],
        )
