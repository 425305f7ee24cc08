"""The addresses that a customer keeps: at most `MOST`, one of them the default for delivery, one for billing.

Every change locks the customer's row first, so that two tabs agree on the number and on the defaults.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Address, User
from accounts.services import AccountError

MOST = 20
KINDS = {"delivery": "is_delivery_default", "billing": "is_billing_default"}


class AddressGone(AccountError):
    def __init__(self) -> None:
        super().__init__(_("This address is no longer in your address book."))


class AddressBookFull(AccountError):
    def __init__(self) -> None:
        super().__init__(
            _("Your address book holds at most %(most)s addresses. Please delete one first.") % {"most": MOST}
        )


def addresses_of(user: User) -> list[Address]:
    """The customer's addresses, the default for delivery first, then the newest; one query."""
    return list(Address.objects.filter(customer=user))


@transaction.atomic
def add_address(user: User, fields: Mapping[str, str]) -> Address:
    """Keep one more address; the first becomes the default for both. One that is there already is not kept twice.

    `fields` are those of `accounts.addresses`, judged already. Raises AddressBookFull.
    """
    _lock(user)
    known = addresses_of(user)
    for address in known:
        if address.as_dict() == dict(fields):
            return address
    if len(known) >= MOST:
        raise AddressBookFull
    return Address.objects.create(
        customer=user, **fields, is_delivery_default=not known, is_billing_default=not known
    )


@transaction.atomic
def change_address(user: User, key: str, fields: Mapping[str, str]) -> None:
    """Rewrite one of the customer's addresses; orders keep what they copied. Raises AddressGone."""
    _lock(user)
    if not Address.objects.filter(customer=user, key=key).update(**fields):
        raise AddressGone


@transaction.atomic
def delete_address(user: User, key: str) -> None:
    """Forget one address; if it was a default, the newest that is left becomes it. Raises AddressGone."""
    _lock(user)
    if not Address.objects.filter(customer=user, key=key).delete()[0]:
        raise AddressGone
    newest = Address.objects.filter(customer=user).order_by("-pk").first()
    if newest is None:
        return
    for default in KINDS.values():
        if not Address.objects.filter(customer=user, **{default: True}).exists():
            Address.objects.filter(pk=newest.pk).update(**{default: True})


@transaction.atomic
def make_default(user: User, key: str, kind: str) -> None:
    """Let an address be the one that a checkout starts with; `kind` is one of KINDS. Raises AddressGone."""
    _lock(user)
    address = Address.objects.filter(customer=user, key=key).first()
    if address is None:
        raise AddressGone
    default = KINDS[kind]
    Address.objects.filter(customer=user, **{default: True}).exclude(pk=address.pk).update(**{default: False})
    Address.objects.filter(pk=address.pk).update(**{default: True})


def _lock(user: User) -> None:
    """Keep other changes of this address book waiting; SQLite lets one transaction write anyway."""
    if not User.objects.select_for_update().filter(pk=user.pk, is_active=True).exists():
        raise AddressGone
