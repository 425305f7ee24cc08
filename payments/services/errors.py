"""The noes of paying, fit to show."""

from django.conf import settings
from django.utils.translation import gettext as _

from config.money import format_money
from orders.models import Order
from orders.services import Quote


class PaymentError(Exception):
    """Something about paying that cannot be done."""


class ProviderAway(PaymentError):
    """The payment provider did not answer, or not clearly; nothing was charged."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Our payment provider is not answering right now. Nothing was charged and your cart is kept: "
                "please try again in a minute."
            )
        )


class TooLittle(PaymentError):
    """What is left to pay is less than a card can be charged (STRIPE_LEAST_AMOUNT)."""

    def __init__(self) -> None:
        super().__init__(
            _("A card cannot be charged less than %(least)s. Please add something to your cart.")
            % {"least": format_money(settings.STRIPE_LEAST_AMOUNT)}
        )


class CounterRefused(PaymentError):
    """It cannot be paid at the counter; the message says why."""


class CreditChanged(PaymentError):
    """The store credit that the customer agreed to use is not what can be used now; nothing was taken."""

    def __init__(self, quote: Quote):
        self.quote = quote
        super().__init__(
            _("Your store credit has changed meanwhile. Please look at the new total; nothing was charged.")
        )


class AlreadyOrdered(PaymentError):
    """The checkout of this cart was paid already."""

    def __init__(self, order: Order):
        self.order = order
        super().__init__(_("This is paid already: it is your order %(number)s.") % {"number": order.number})
