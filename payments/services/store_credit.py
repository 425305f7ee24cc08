"""Store credit: what a customer has with us, in minor units. The one module that changes a balance.

The guard is in the UPDATE itself, so that it holds on SQLite too, where row locks do not exist; the entry that says
why is a row of the same transaction. The account is the last row that a transaction locks (the order of locks), so
whoever spends does so at its end.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from orders.models import Cart, Checkout
from payments.models import Payment, StoreCredit, StoreCreditEntry
from payments.services.errors import PaymentError
from payments.tasks import mail_credit

Kind = StoreCreditEntry.Kind


class CreditError(PaymentError):
    """Something about store credit that cannot be done; the message says why."""


class NotEnoughCredit(CreditError):
    """The balance does not cover it."""

    def __init__(self, balance: int):
        self.balance = balance
        super().__init__(_("There is store credit of %(balance)s.") % {"balance": format_money(balance)})


class AlreadyBooked(CreditError):
    """This very act was booked before."""

    def __init__(self) -> None:
        super().__init__("This was booked already; nothing was booked twice.")


def balance_of(customer_id: int) -> int:
    """What a customer has with us, in minor units; one query."""
    return StoreCredit.objects.filter(customer=customer_id).values_list("balance", flat=True).first() or 0


def balance_for(customer: User, cart: Cart) -> int:
    """The same, with what the payment that is under way for this cart holds of it; one query."""
    under_way = Payment.objects.filter(
        checkout__cart=cart, checkout__customer=customer, checkout__state__in=Checkout.LIVE
    )
    rows = StoreCredit.objects.filter(customer=customer).annotate(
        held=Subquery(under_way.values("credit")[:1])
    )
    found = rows.values_list("balance", "held").first()
    return found[0] + (found[1] or 0) if found else 0


def most_to_grant() -> int:
    """The largest amount that staff may give or take at once, in minor units."""
    return settings.STORE_CREDIT_MOST_AT_ONCE


def why_no_credit(customer: User, by: User | None = None) -> str:
    """Why nobody, or not `by`, may change this customer's credit by hand, in a sentence; empty if they may."""
    if customer.erased_at or not customer.is_active:
        return "The account is closed."
    if by is not None and by.pk == customer.pk:
        return "Nobody changes their own store credit; please ask a colleague."
    return ""


@transaction.atomic
def grant(customer: User, *, amount: int, reason: str, key: str, by: User) -> StoreCreditEntry:
    """Give a customer store credit, once per `key`, and tell them by mail. Raises CreditError, AlreadyBooked."""
    _check(customer, amount, by)
    entry = _book_once(customer, Kind.GRANTED, amount, reason=reason, key=key, by=by)
    mail_credit.enqueue(entry.pk)
    return entry


@transaction.atomic
def take_back(customer: User, *, amount: int, reason: str, key: str, by: User) -> StoreCreditEntry:
    """Take store credit from a customer, once per `key`. Raises NotEnoughCredit, CreditError, AlreadyBooked."""
    _check(customer, amount, by)
    return _book_once(customer, Kind.ADJUSTED, -amount, reason=reason, key=key, by=by)


@transaction.atomic
def forfeit(customer: User) -> None:
    """Take all that is left from an account that is being erased."""
    if balance := balance_of(customer.pk):
        key = f"erased {customer.pk} {StoreCreditEntry.objects.filter(customer=customer).count()}"
        book(customer.pk, Kind.ADJUSTED, -balance, reason="The account was erased.", key=key)


def _check(customer: User, amount: int, by: User) -> None:
    if why := why_no_credit(customer, by):
        raise CreditError(why)
    if not 0 < amount <= most_to_grant():
        raise CreditError(
            f"Between {format_money(1)} and {format_money(most_to_grant())} can be given or taken at once."
        )


def _book_once(
    customer: User, kind: str, amount: int, *, reason: str, key: str, by: User
) -> StoreCreditEntry:
    if StoreCreditEntry.objects.filter(key=key).exists():
        raise AlreadyBooked
    try:
        with transaction.atomic():
            return book(customer.pk, kind, amount, key=key, reason=reason, by=by)
    except IntegrityError as error:
        raise AlreadyBooked from error


def book(
    customer_id: int,
    kind: str,
    amount: int,
    *,
    key: str,
    reference: str = "",
    reason: str = "",
    by: User | None = None,
) -> StoreCreditEntry:
    """Add an amount to a balance, or (below zero) take it, and write down why; inside the caller's transaction.

    Raises NotEnoughCredit; an IntegrityError if `key` is booked already, and then all must be rolled back.
    """
    if not _change(customer_id, amount):
        raise NotEnoughCredit(balance_of(customer_id))
    account = StoreCredit.objects.filter(customer=customer_id)
    return StoreCreditEntry.objects.create(
        customer_id=customer_id,
        kind=kind,
        amount=amount,
        balance_after=account.values_list("balance", flat=True).get(),
        reference=reference,
        reason=reason[:200],
        actor=by,
        key=key,
    )


# --- paying with it ---------------------------------------------------------------------------------
def usable(balance: int, total: int) -> int:
    """How much of a balance can pay for a total: all of it, or as much as leaves a sum that a card can be charged.

    Stripe charges no less than STRIPE_LEAST_AMOUNT (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
    """
    if balance >= total:
        return total
    return max(0, min(balance, total - settings.STRIPE_LEAST_AMOUNT))


@dataclass(frozen=True)
class CreditOffer:
    """What a customer's store credit can pay of a total, in minor units, and whether they want it to."""

    balance: int
    usable: int
    total: int
    is_wanted: bool

    @property
    def used(self) -> int:
        return self.usable if self.is_wanted else 0

    @property
    def by_card(self) -> int:
        """What is left for the card if the store credit is used."""
        return self.total - self.usable

    @property
    def to_pay(self) -> int:
        """What is left for the card as things stand."""
        return self.total - self.used

    @property
    def kept_for_card(self) -> int:
        """What could be used if a card could be charged less than it can."""
        return min(self.balance, self.total) - self.usable


def offer_credit(customer: User, cart: Cart, total: int, *, is_wanted: bool) -> CreditOffer | None:
    """What to show at the checkout to a customer who has store credit; None to others. One query."""
    balance = balance_for(customer, cart)
    return CreditOffer(balance, usable(balance, total), total, is_wanted) if balance and total else None


def spend(payment: Payment, amount: int) -> None:
    """Pay with store credit of the checkout's customer; inside the transaction that made or locked the payment.

    Raises NotEnoughCredit.
    """
    _shift(payment, Kind.SPENT, amount)


def give_back(payment: Payment, amount: int, *, reason: str) -> int:
    """Return store credit that its payment does not need, as much as is in it; returns how much that was.

    Inside the transaction in which this payment, or a part of it, comes to nothing.
    """
    amount = min(amount, payment.credit)
    if amount > 0:
        _shift(payment, Kind.RETURNED, -amount, reason)
    return max(amount, 0)


def _shift(payment: Payment, kind: str, amount: int, reason: str = "") -> None:
    """Move an amount from the customer's balance into a payment, or (below zero) back, once; both or neither."""
    checkout, before = payment.checkout, payment.credit
    if checkout.customer_id is None:
        raise CreditError(
            _("The order was placed without an account, so nobody could spend the store credit.")
        )
    unchanged = Payment.objects.filter(pk=payment.pk, credit=before)
    if not unchanged.update(credit=before + amount):
        raise CreditError("Somebody else has just moved the store credit of this payment.")
    number = StoreCreditEntry.objects.filter(reference=checkout.reference).count() + 1
    book(
        checkout.customer_id,
        kind,
        -amount,
        key=f"{checkout.number} {number} {kind}",
        reference=checkout.reference,
        reason=reason,
    )
    payment.credit = before + amount


def _change(customer_id: int, amount: int) -> bool:
    """Change the balance if it stays at or above zero; from here to the end of the transaction the row is ours."""
    account = StoreCredit.objects.filter(customer=customer_id)
    if account.filter(balance__gte=-amount).update(balance=F("balance") + amount):
        return True
    if amount < 0:
        return False
    StoreCredit.objects.bulk_create([StoreCredit(customer_id=customer_id)], ignore_conflicts=True)
    return bool(account.update(balance=F("balance") + amount))
