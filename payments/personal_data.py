"""What this room keeps about a customer: amounts, and Stripe's events, which name people; see accounts.personal.

Nothing is changed at Stripe: there the merchant's own duties hold.
"""

import json

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from orders.models import Checkout
from orders.personal_data import belongs_to
from payments import services
from payments.models import Payment, PaymentEvent, WebhookEvent

# Members of Stripe's objects that say who somebody is (https://docs.stripe.com/api).
_ABOUT_PEOPLE = {
    "billing_details",
    "collected_information",
    "customer_details",
    "customer_email",
    "receipt_email",
    "shipping",
    "shipping_details",
}


def export_payments(user: User) -> list[dict]:
    """Each payment in minor units, and by which card, as far as we know it."""
    plain = "state method taken_in currency amount authorised captured refunded card_brand card_last4"
    payments = Payment.objects.filter(checkout__in=_checkouts(user)).select_related("checkout").order_by("pk")
    return [
        {
            "number": payment.checkout.number,
            **{name: getattr(payment, name) for name in plain.split()},
            "created_at": payment.created_at.isoformat(),
        }
        for payment in payments
    ]


def why_not_yet(user: User) -> list[str]:
    """Money that was asked for or promised back, and of which Stripe has not told the outcome yet."""
    asked = PaymentEvent.objects.filter(payment__checkout__in=_checkouts(user))
    # Of a dispute too: it needs who the customer is.
    decided = asked.exclude(result=PaymentEvent.Result.REQUESTED).values("operation")
    if asked.filter(result=PaymentEvent.Result.REQUESTED).exclude(operation__in=decided).exists():
        return [_("Money is on its way between your bank and us. Please try again when it has arrived.")]
    return []


def erase(user: User) -> None:
    """Take the person out of the events that Stripe sent about their payments; what was booked by them stays."""
    payments = Payment.objects.filter(checkout__in=_checkouts(user))
    # With its quotes: "ann@example.com" is no part of "joann@example.com".
    about = Q(payment__in=payments) | Q(body__icontains=json.dumps(user.email, ensure_ascii=False))
    events = list(WebhookEvent.objects.filter(about).only("body"))
    for event in events:
        event.body = _without_person(event.body)
    WebhookEvent.objects.bulk_update(events, ["body"], batch_size=200)


# --- store credit -----------------------------------------------------------------------------------
def export_store_credit(user: User) -> list[dict]:
    """Each entry with the balance that it left, in minor units."""
    plain = "kind amount balance_after reference"
    return [
        {**{name: getattr(entry, name) for name in plain.split()}, "at": entry.at.isoformat()}
        for entry in user.store_credit_entries.order_by("pk")
    ]


def credit_lost(user: User) -> list[str]:
    """Store credit goes with the account: nobody else may spend it."""
    balance = services.balance_of(user.pk)
    if not balance:
        return []
    return [
        _("Your store credit of %(amount)s is lost; you may spend it first.")
        % {"amount": format_money(balance)}
    ]


def erase_store_credit(user: User) -> None:
    """Take what is left off the books. The entries stay: they name nobody once the account is empty."""
    services.forfeit(user)


def _checkouts(user: User) -> QuerySet:
    return Checkout.objects.filter(belongs_to(user)).values("pk")


def _without_person(part: object) -> object:
    """A copy of a JSON value in which every member that says who somebody is has become null."""
    if isinstance(part, dict):
        return {
            name: None if name in _ABOUT_PEOPLE else _without_person(value) for name, value in part.items()
        }
    if isinstance(part, list):
        return [_without_person(each) for each in part]
    return part
