"""What the pages of cart and checkout say of what is taken off, and do with a typed voucher: bounded tries."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest

from config import throttle
from orders import services as orders
from orders.forms import VoucherForm
from orders.models import Cart
from orders.services.discounts import Reduced, reduce_cart

TRIES, PER = 20, timedelta(minutes=10)
"""So many codes one visitor may try; of 30^10 that is as good as none."""


@dataclass(frozen=True)
class Tried:
    """What became of a typed code: why it was refused, with what was typed and the status to say it with."""

    problem: str = ""
    typed: str = ""
    status: int = 200
    throttled: throttle.Throttled | None = None
    was_pressed: bool = False
    """Whether the order was pressed with a code in the field that nobody had tried yet."""


def try_voucher(request: HttpRequest, cart: Cart) -> Tried:
    """Put the voucher that was typed into the cart, or take it out; right codes count as tries like wrong ones."""
    form = VoucherForm(request.POST)
    typed = request.POST.get("code", "")[:40]
    try:
        if not form.is_valid():
            raise orders.UnknownVoucher
        if form.cleaned_data["code"]:
            throttle.hit(f"voucher:{throttle.client_address(request)}", limit=TRIES, per=PER)
        orders.put_into_cart(cart, form.cleaned_data["code"])
    except throttle.Throttled as throttled:
        return Tried(str(throttled), typed, 429, throttled)
    except orders.UnknownVoucher as refusal:
        return Tried(str(refusal), typed, 422)
    except orders.VouchersOff as refusal:
        return Tried(str(refusal), typed, 409)
    return Tried(was_pressed="update" not in request.POST)


def has_typed_voucher(request: HttpRequest) -> bool:
    """Whether a code stands in the field of the checkout: it is tried before anything is ordered."""
    return bool(request.POST.get("code", "").strip())


def look_at_voucher(request: HttpRequest, cart: Cart) -> Tried:
    """Do with the voucher what the checkout's form says, if it says anything."""
    if has_typed_voucher(request) or request.POST.get("update") == "no voucher":
        return try_voucher(request, cart)
    return Tried()


def sums_of(cart: Cart | None, priced: orders.PricedCart) -> dict[str, object]:
    """What is taken off a cart, and what its goods cost then, in minor units."""
    reduced = reduce_cart(cart, priced) if cart and priced.lines else Reduced()
    return {"reduced": reduced, "goods": priced.subtotal - reduced.amount}
