"""What changes people: joining, a new password, becoming staff."""

from contextlib import suppress

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from accounts.roles import ROLES


class AccountError(Exception):
    """Something about an account that cannot be; the message is fit to show."""


class AlreadyRegistered(AccountError):
    def __init__(self) -> None:
        super().__init__(_("You have an account already. Please sign in."))


class LinkEnded(AccountError):
    def __init__(self) -> None:
        super().__init__(_("This link has ended."))


class AddressTaken(AccountError):
    def __init__(self) -> None:
        super().__init__(_("This e-mail cannot be used. Please choose another."))


def join(email: str, *, name: str, password: str) -> User:
    """Create the account of somebody who has proven to read mail at `email`; raises AlreadyRegistered."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, full_name=name, email_verified_at=timezone.now())
    except IntegrityError as error:
        raise AlreadyRegistered from error


def set_password(user: User, password: str, *, proves_email: bool = False) -> None:
    """Change the password, which ends all sessions of the person and voids reset links, and tell them by mail.

    `proves_email` says that the change came through a link mailed to them. The door that asked opens a new session.
    """
    from accounts import tasks

    user.set_password(password)
    if proves_email and user.email_verified_at is None:
        user.email_verified_at = timezone.now()
    with transaction.atomic():
        user.save(update_fields=["password", "email_verified_at"])
        end_sessions(user)
        tasks.tell_password_changed.enqueue(user.pk)


def change_email(user: User, new_email: str, *, session_key: str | None = None) -> None:
    """Move the account to an address that its owner has proven to read, once, and tell the old one.

    Links mailed before are void then, and all sessions end but the one with `session_key`. Raises AddressTaken if
    somebody else joined with it meanwhile, LinkEnded if the account has moved already.
    """
    from accounts import tasks

    unmoved = User.objects.filter(pk=user.pk, email=user.email, is_active=True)
    try:
        with transaction.atomic():
            if not unmoved.update(email=new_email, email_verified_at=timezone.now()):
                raise LinkEnded
            end_sessions(user, but=session_key)
            tasks.tell_email_changed.enqueue(user.email, new_email, user.language)
    except IntegrityError as error:
        raise AddressTaken from error
    user.email = new_email


@transaction.atomic
def invite(user: User) -> None:
    """Mail somebody a link to set their password; somebody new is saved first, without any password."""
    from accounts import tasks

    if user.pk is None:
        user.set_unusable_password()
        user.save()
    tasks.invite.enqueue(user.pk)


SUPERUSER = "superuser"


@transaction.atomic
def employ(email: str, role: str, *, name: str = "") -> User:
    """Let the person at `email` into the console in one role (`accounts.roles`, or SUPERUSER), and mail them a link.

    A new account has no password; an existing one keeps its own. Other built-in roles that they had are theirs no
    longer. Safe to repeat: it mails a fresh link.
    """
    email = email.strip().lower()
    if not User.objects.filter(email=email).exists():
        with suppress(IntegrityError), transaction.atomic():  # the same command, run at the same moment
            User.objects.create_user(email, None, full_name=name)
    user = User.objects.select_for_update().get(email=email)
    _empower(user, role, act=f"make {role}")
    invite(user)
    return user


@transaction.atomic
def dismiss(user: User) -> None:
    """Take every power from somebody and end their sessions at once; the account stays a customer's."""
    _empower(user, None, act="revoke powers")


def _empower(user: User, role: str | None, *, act: str) -> None:
    before = powers_of(user)
    user.is_staff, user.is_superuser = role is not None, role == SUPERUSER
    user.is_active = user.is_active or role is not None
    user.save(update_fields=["is_staff", "is_superuser", "is_active"])
    if role is None:
        user.groups.clear()
        user.user_permissions.clear()
    else:
        user.groups.remove(*Group.objects.filter(name__in=ROLES))
        if role != SUPERUSER:
            user.groups.add(Group.objects.get(name=role))
    if (after := powers_of(user)) != before:
        end_sessions(user)
    AuditEntry.objects.create(
        act=act, subject=f"user {user.pk}", row=f"accounts.user {user.pk}", before=before, after=after
    )


def powers_of(user: User) -> dict[str, object]:
    """What somebody may do, in the words of the audit."""
    groups = sorted(user.groups.values_list("name", flat=True))
    return {"is_staff": user.is_staff, "is_superuser": user.is_superuser, "roles": groups}


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Sign somebody out everywhere, at once; `but` is the key of a session that stays."""
    Session.objects.filter(sign_in__user=user).exclude(session_key=but or "").delete()
