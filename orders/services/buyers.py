"""Who buys, as far as an allowance for one customer asks: by account, and by e-mail address however it is spelt.

Nobody is named: what is kept is a keyed digest, which says whether two purchases are of the same customer and nothing
else. It stays when a customer is erased, as it is then nobody's; a new SECRET_KEY lets all of them start anew.
"""

from dataclasses import dataclass

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower, Replace, StrIndex, Substr
from django.utils.crypto import salted_hmac

from accounts.models import User
from orders.models import Order

# Dots mean nothing there, and both names are one house (https://support.google.com/mail/answer/7436150).
DOTLESS = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Mailbox:
    """Where mail to an address arrives: without capitals, without what stands behind a "+" that is not its first."""

    local: str
    domain: str

    @property
    def domains(self) -> tuple[str, ...]:
        return DOTLESS if self.domain in DOTLESS else (self.domain,)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def mailbox_of(email: str) -> Mailbox | None:
    """The mailbox of an address; None of what is none."""
    local, at, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in DOTLESS:
        local, domain = local.replace(".", ""), DOTLESS[0]
    return Mailbox(local, domain) if at and local and domain else None


def keys_of(email: str, customer: User | None) -> list[str]:
    """By what this customer is known again: digests of the mailboxes and of the account; none of a stranger."""
    known = [f"mailbox {each}" for each in _mailboxes(email, customer)] + (
        [f"account {customer.pk}"] if customer else []
    )
    return sorted(salted_hmac(__name__, each, algorithm="sha256").hexdigest()[:32] for each in known)


def has_ordered(email: str, customer: User | None) -> bool:
    """Whether there is an order of this customer that was not cancelled; one query, or none for a stranger."""
    own = Q(customer=customer) if customer else Q()
    for mailbox in _mailboxes(email, customer):
        own |= _is(mailbox)
    orders = Order.objects.exclude(state=Order.State.CANCELLED)
    return bool(own) and _with_mailbox(orders).filter(own).exists()


def _mailboxes(email: str, customer: User | None) -> set[Mailbox]:
    """Of the address that was typed and of the account's."""
    found = {mailbox_of(each) for each in (email, customer.email if customer else "")}
    return {each for each in found if each}


def _is(mailbox: Mailbox) -> Q:
    spelt = "dotless" if mailbox.domain in DOTLESS else "local"
    ends = Q()
    for domain in mailbox.domains:
        ends |= Q(email__endswith=f"@{domain}")
    return Q(ends, email__startswith=mailbox.local[0], **{spelt: mailbox.local})


def _with_mailbox(orders):
    """With `local`, what stands before the "@" and the first "+" of the address, if anything does; and `dotless`."""
    at, plus = StrIndex("email", Value("@")), StrIndex("email", Value("+"))
    return orders.annotate(
        at=at,
        plus=plus,
        local=Lower(
            Case(
                When(plus__gt=1, plus__lt=F("at"), then=Substr("email", 1, F("plus") - 1)),
                default=Substr("email", 1, F("at") - 1),
            )
        ),
        dotless=Replace("local", Value("."), Value("")),
    )
