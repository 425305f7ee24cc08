"""What changes people: joining, a new password, becoming staff."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, User


class AccountError(Exception):
    """Something about an account that cannot be; the message is fit to show."""


class AlreadyRegistered(AccountError):
    def __init__(self) -> None:
        super().__init__("You have an account already. Please sign in.")


class AddressTaken(AccountError):
    def __init__(self) -> None:
        super().__init__("This e-mail cannot be used. Please choose another.")


def join(email: str, *, name: str, password: str) -> User:
    """Create the account of somebody who has proven to read mail at `email`; raises AlreadyRegistered."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, full_name=name, email_verified_at=timezone.now())
    except IntegrityError as error:
        raise AlreadyRegistered from error


def set_password(user: User, password: str, *, proves_email: bool = False) -> None:
    """Change the password, which ends the person's other sessions and voids reset links, and tell them by mail.

    `proves_email` says that the change came through a link mailed to them.
    """
    from accounts import tasks

    user.set_password(password)
    if proves_email and user.email_verified_at is None:
        user.email_verified_at = timezone.now()
    with transaction.atomic():
        user.save(update_fields=["password", "email_verified_at"])
        tasks.tell_password_changed.enqueue(user.pk)


def change_email(user: User, new_email: str) -> None:
    """Move the account to an address that its owner has proven to read, and tell the old one.

    Links mailed before are void then. Raises AddressTaken if somebody else joined with it meanwhile.
    """
    from accounts import tasks

    old_email, user.email, user.email_verified_at = user.email, new_email, timezone.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified_at"])
            tasks.tell_email_changed.enqueue(old_email, new_email)
    except IntegrityError as error:
        raise AddressTaken from error


@transaction.atomic
def invite(user: User) -> None:
    """Mail somebody a link to set their password; somebody new is saved first, without any password."""
    from accounts import tasks

    if user.pk is None:
        user.set_unusable_password()
        user.save()
    tasks.invite.enqueue(user.pk)


@transaction.atomic
def make_superuser(email: str, *, name: str = "") -> User:
    """Let the person at `email` do everything in the console, and mail them a link to set a password.

    A new account has no password; an existing one keeps its own. Safe to repeat: it mails a fresh link.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        user = User.objects.create_user(email, None, full_name=name)
    before = {"is_staff": user.is_staff, "is_superuser": user.is_superuser}
    user.is_staff = user.is_superuser = user.is_active = True
    user.save(update_fields=["is_staff", "is_superuser", "is_active"])
    AuditEntry.objects.create(
        act="make superuser",
        subject=f"user {user.pk}",
        before=before,
        after={"is_staff": True, "is_superuser": True},
    )
    invite(user)
    return user
