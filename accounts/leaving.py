"""Leaving for good: what a customer takes along, what must be finished first, and what is left without them."""

import json
import secrets

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from accounts import personal, tasks
from accounts.models import Address, Farewell, User
from accounts.services import AccountError


class CannotLeaveYet(AccountError):
    """Money or goods are still on their way; `reasons` are sentences fit to show."""

    def __init__(self, reasons: list[str]):
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def reasons_to_stay(user: User) -> list[str]:
    """Why this account cannot be erased now, in sentences; [] if nothing stands in the way."""
    if user.is_staff or user.is_superuser:
        return [
            _("Accounts of staff are ended in the console, because the audit trail names who did what there.")
        ]
    return personal.blocks(user)


@transaction.atomic
def erase_account(user: User) -> None:
    """Take the person out of everything that the shop keeps, for good, and tell them by mail.

    One transaction: the account is closed first, so of two requests one comes to rest; then every room erases its
    part, this one last. Orders and ledgers stay, without the person. Raises CannotLeaveYet.
    """
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise CannotLeaveYet([_("This account is closed already.")])
    if reasons := reasons_to_stay(user):
        raise CannotLeaveYet(reasons)
    personal.erase(user)
    _forget_tasks(user)
    farewell = Farewell.objects.create(email=user.email, language=user.language)
    tasks.say_farewell.enqueue(farewell.pk)
    _empty(user)


def _empty(user: User) -> None:
    Session.objects.filter(sign_in__user=user).delete()
    Address.objects.filter(customer=user).delete()
    row = User.objects.get(pk=user.pk)
    row.groups.clear()
    row.user_permissions.clear()
    row.email = f"erased-{row.pk}-{secrets.token_hex(4)}@erased.invalid"
    row.full_name = ""
    row.email_verified_at = row.last_login = None
    row.erased_at = timezone.now()
    row.is_active = False
    row.set_unusable_password()
    row.save()


def _forget_tasks(user: User) -> None:
    """Delete what background work wrote down about this person: the tasks that name their e-mail address.

    Most of them are done and would go within days; one that still waits would mail somebody who has left.
    """
    # With the quotes around it: "ann@example.com" is no part of "joann@example.com".
    about = DBTaskResult.objects.filter(args_kwargs__icontains=json.dumps(user.email, ensure_ascii=False))
    about.exclude(status="RUNNING").delete()


# --- this room's own part of the export -------------------------------------------------------------
def export_account(user: User) -> list[dict]:
    return [
        {
            "email": user.email,
            "name": user.full_name,
            "language": user.language,
            "email_verified_at": _text(user.email_verified_at),
            "joined_at": _text(user.joined_at),
            "last_sign_in_at": _text(user.last_login),
        }
    ]


def export_addresses(user: User) -> list[dict]:
    return [
        {
            **address.as_dict(),
            "is_default_for_delivery": address.is_delivery_default,
            "is_default_for_billing": address.is_billing_default,
        }
        for address in Address.objects.filter(customer=user).order_by("pk")
    ]


def export_sign_ins(user: User) -> list[dict]:
    return [
        {"at": _text(each.at), "browser": each.browser, "system": each.system, "network": each.network}
        for each in user.sign_ins.order_by("pk")
    ]


def stays(user: User) -> None:
    """Nothing to do while the rooms erase: `erase_account` empties this room's rows last, as others read them."""


def _text(moment: object) -> str | None:
    return moment.isoformat() if hasattr(moment, "isoformat") else None
