"""What this room keeps about a customer: cart, checkouts and orders; handed out and erased, see accounts.personal.

A customer's are those under their account, and those placed as a guest under the address that they have proven.
"""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from accounts.models import User
from orders.models import Cart, Checkout, Order

P = Order.PaymentState
F = Order.FulfilmentState
# Stands where an address stood. ".invalid" is nobody's (RFC 2606).
NOBODY = "erased@erased.invalid"
# Money that has come to rest, whatever became of the goods; and for an order that is cancelled.
_RELEASED = [P.VOIDED, P.EXPIRED, P.REFUNDED]
_PAID_BACK = [*_RELEASED, P.PART_REFUNDED, P.AWAITING]


def belongs_to(user: User) -> Q:
    """Which checkouts or orders are this person's."""
    own = Q(customer=user)
    return own | (Q(customer=None) & written_to(user.email)) if user.email_verified_at else own


def written_to(email: str) -> Q:
    """Which checkouts or orders name this address, given in lower case, whatever their own capitals.

    Not `iexact`: it compares in capitals, where "ı" and "i", or "ſ" and "s", are one letter, so that the owner of
    one address would get what belongs to another's (CVE-2019-19844).
    """
    return Q(Exact(Lower("email"), email))


def export_orders(user: User) -> list[dict]:
    """Each order with its lines and what happened to it; amounts in minor units."""
    orders = Order.objects.filter(belongs_to(user)).prefetch_related("lines", "events").order_by("pk")
    return [_order(order) for order in orders]


def _order(order: Order) -> dict:
    plain = (
        "number email state payment_state fulfilment_state shipping_address billing_address shipping_name "
        "currency subtotal discount duty shipping tax total discounts credit_used"
    )
    return {
        **{name: getattr(order, name) for name in plain.split()},
        "placed_at": order.placed_at.isoformat(),
        "lines": [
            {
                name: getattr(line, name)
                for name in (
                    "sku",
                    "name",
                    "label",
                    "quantity",
                    "unit_price",
                    "discount",
                    "duty",
                    "tax",
                    "gross",
                )
            }
            for line in order.lines.all()
        ],
        "events": [
            {"at": event.at.isoformat(), "words": event.words}
            for event in order.events.all()
            if event.is_public
        ],
    }


def export_checkouts(user: User) -> list[dict]:
    """The checkouts that did not become an order."""
    plain = "number state email shipping_address billing_address currency total"
    found = Checkout.objects.filter(belongs_to(user)).exclude(state=Checkout.State.COMPLETED)
    return [
        {
            **{name: getattr(checkout, name) for name in plain.split()},
            "created_at": checkout.created_at.isoformat(),
        }
        for checkout in found.order_by("pk")
    ]


def export_cart(user: User) -> list[dict]:
    """What is in the cart, and the code of its voucher. Of used vouchers, orders tell."""
    carts = Cart.objects.filter(customer=user).prefetch_related("lines__variant__stock_item", "voucher")
    return [{"voucher": cart.voucher.code} for cart in carts if cart.voucher] + [
        {"sku": line.variant.sku, "quantity": line.quantity, "added_at": line.added_at.isoformat()}
        for cart in carts
        for line in cart.lines.all()
    ]


def why_not_yet(user: User) -> list[str]:
    """What is still on its way: payments that can be made, orders whose goods or money are not at rest."""
    mine = belongs_to(user)
    reasons = []
    if Checkout.objects.filter(mine, state__in=Checkout.LIVE).exists():
        reasons.append(_("A payment is under way. Finish or cancel it, or wait until it has run out."))
    unfinished = Order.objects.filter(mine).exclude(is_at_rest()).order_by("pk")
    reasons += [
        _("Order %(number)s is not finished: its goods or its money are still on their way.")
        % {"number": number}
        for number in unfinished.values_list("number", flat=True)[:10]
    ]
    return reasons


def is_at_rest() -> Q:
    """Orders of which nothing more is to be expected: delivered or cancelled, and the money where it belongs."""
    cancelled = Q(state=Order.State.CANCELLED, payment_state__in=_PAID_BACK)
    released = Q(payment_state__in=_RELEASED) & ~Q(state=Order.State.CANCELLED)
    gone = Q(fulfilment_state__in=[F.SHIPPED, F.DELIVERED], payment_state__in=[P.CAPTURED, P.PART_REFUNDED])
    return cancelled | released | (gone & ~Q(state=Order.State.CANCELLED))


def erase_carts(user: User) -> None:
    """Delete the customer's cart, and those from which they checked out as a guest."""
    guest_carts = Checkout.objects.filter(belongs_to(user)).values("cart")
    Cart.objects.filter(Q(customer=user) | Q(pk__in=guest_carts)).delete()


def erase_checkouts(user: User) -> None:
    _anonymise(Checkout, user)


def erase_orders(user: User) -> None:
    _anonymise(Order, user)


def _anonymise(model: Any, user: User) -> None:
    """Take name, e-mail and address out of the person's rows, and leave only the countries.

    What was placed as a guest joins the account first: so rooms above find it, and no mailed link opens it any more.
    """
    model.objects.filter(belongs_to(user)).update(customer=user, email=NOBODY)
    rows = list(model.objects.filter(customer=user).only("shipping_address", "billing_address"))
    for row in rows:
        row.shipping_address = _without_person(row.shipping_address)
        row.billing_address = _without_person(row.billing_address)
    model.objects.bulk_update(rows, ["shipping_address", "billing_address"], batch_size=200)


def _without_person(address: dict[str, str]) -> dict[str, str]:
    """An address of which only the country is left, by which taxes are reported."""
    return {name: text if name == "country" else "" for name, text in address.items()}
