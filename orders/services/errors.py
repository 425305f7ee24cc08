"""The expected "no"s of this room share one base; the cart's own stand beside the acts that say them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from config.money import format_money

if TYPE_CHECKING:
    from orders.services.quote import Quote


class OrderError(Exception):
    """Something cannot be done with a cart, a checkout or an order; its message is fit to show."""


class EmptyCart(OrderError):
    def __init__(self) -> None:
        super().__init__(_("Your cart is empty."))


class NoDelivery(OrderError):
    def __init__(self) -> None:
        super().__init__(_("We cannot deliver to this country."))


class TooHeavy(NoDelivery):
    def __init__(self) -> None:
        OrderError.__init__(self, _("This is too heavy for one parcel. Please order in parts."))


class LinesShort(OrderError):
    """Some lines ask for more than there is; `skus` names them."""

    def __init__(self, skus: Iterable[str]):
        self.skus = sorted(skus)
        super().__init__(_("No longer available: %(skus)s.") % {"skus": ", ".join(self.skus)})


class NothingToCredit(OrderError):
    def __init__(self, number: str):
        super().__init__(_("Nothing of invoice %(number)s is left to credit.") % {"number": number})


class NotOnInvoice(OrderError):
    """The invoice has no such line, or not so many pieces of it are left to credit."""

    def __init__(self, position: int):
        super().__init__(_("Not so many pieces of line %(line)s are left to credit.") % {"line": position})


class CreditTooHigh(OrderError):
    """More was asked for than is left of the invoice; both in minor units."""

    def __init__(self, amount: int, left: int):
        self.amount, self.left = amount, left
        super().__init__(
            _("%(amount)s cannot be credited: %(left)s of the invoice are left.")
            % {"amount": format_money(amount), "left": format_money(left)}
        )


class CreditChanged(OrderError):
    """Another credit note on the same invoice came in between."""

    def __init__(self) -> None:
        super().__init__(
            _("Another credit note was issued meanwhile. Please look at what is left and try again.")
        )


class OfferChanged(OrderError):
    """The offer is not the one that the customer agreed to; `quote` is what it is now."""

    def __init__(self, quote: "Quote"):
        self.quote = quote
        super().__init__(_("Something changed since you saw this page. Please look at the new total."))
