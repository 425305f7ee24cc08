"""What the pages of cart and checkout say of what is taken off, and do with a typed voucher: bounded tries.

Whether a voucher is for whoever has a typed e-mail address says whether they have ordered here. So only the button that
orders asks it, so many times; the page that it draws keeps a mark of the answer, and tells it for as long as cart,
voucher and address stay.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import Signer
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from config import throttle
from orders import services as orders
from orders.forms import VoucherForm
from orders.models import Cart
from orders.services.discounts import Reduced, reduce_cart

TRIES, PER = 20, timedelta(minutes=10)
"""So many codes one visitor may try; of 30^10 that is as good as none."""
ASKS = 30
"""So many times in that time one visitor may order with an address that the voucher has to be for."""
_ASKED = Signer(salt="orders.voucher_door.asked")


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


def count_ask(request: HttpRequest, cart: Cart, email: str) -> None:
    """Count that the button asks whether the cart's voucher is for this address, unless the account says it anyway.

    Raises Throttled.
    """
    voucher = orders.voucher_of(cart)
    if not voucher or not (voucher.per_customer or voucher.first_order_only):
        return
    if cart.customer is None or cart.customer.email != email:
        throttle.hit(f"voucher-for:{throttle.client_address(request)}", limit=ASKS, per=PER)


def mark_asked(cart: Cart, email: str) -> str:
    """For a hidden field: the button has asked whether the cart's voucher is for this address."""
    return _ASKED.signature(f"{cart.pk} {cart.voucher_id} {email.strip().lower()}")


def was_asked(mark: str, cart: Cart, email: str) -> bool:
    """Whether this is such a mark."""
    return constant_time_compare(mark, mark_asked(cart, email))


def sums_of(cart: Cart | None, priced: orders.PricedCart) -> dict[str, object]:
    """What is taken off a cart, and what its goods cost then, in minor units."""
    reduced = reduce_cart(cart, priced) if cart and priced.lines else Reduced()
    return {"reduced": reduced, "goods": priced.subtotal - reduced.amount}
