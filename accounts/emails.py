"""What we write to people about their account. `key` names the reason, see config.mail.send."""

from django.conf import settings
from django.urls import reverse

from accounts import links
from accounts.models import User
from config import languages, mail


def answer_registration(wanted: links.Registration, *, key: str, language: str = "") -> None:
    """Send the link that finishes the registration, or tell the owner of an existing account that there is one.

    A newcomer is written to in the `language` in which they asked, an owner in their own.
    """
    if owner := User.objects.filter(email=wanted.email).first():
        _tell_owner(owner, key=key)
    else:
        # Without the name: whoever fills in the form could have us carry their words to anybody.
        with languages.spoken(language):
            mail.send(
                "accounts/email/registration", wanted.email, {"url": links.registration_link(wanted)}, key=key
            )


def answer_email_change(user: User, new_email: str, *, key: str) -> None:
    """Send the link that proves the new address, or tell the owner of another account that it is taken."""
    if owner := User.objects.filter(email=new_email).first():
        _tell_owner(owner, key=key)
    else:
        with languages.spoken(user.language):
            mail.send(
                "accounts/email/email_change", new_email, {"url": links.email_link(user, new_email)}, key=key
            )


def tell_email_changed(old_email: str, new_email: str, *, key: str, language: str = "") -> None:
    mail.send("accounts/email/email_changed", old_email, {"new_email": new_email}, key=key, language=language)


def say_farewell(email: str, *, key: str, language: str = "") -> None:
    mail.send("accounts/email/farewell", email, {}, key=key, language=language)


def _tell_owner(user: User, *, key: str) -> None:
    """Say that somebody wanted an account with this address; nothing, if it was disabled."""
    if not user.is_active:
        return
    with languages.spoken(user.language):
        context = {
            "name": user.get_short_name(),
            "login_url": links.absolute(reverse("accounts:login")),
            "reset_url": links.absolute(reverse("accounts:password_reset")),
        }
        mail.send("accounts/email/already_registered", user.email, context, key=key)


def answer_password_reset(email: str, *, key: str) -> None:
    """Send a link to set a new password, if anybody with this address may sign in."""
    if user := User.objects.filter(email=email, is_active=True).first():
        with languages.spoken(user.language):
            context = {
                "name": user.get_short_name(),
                "url": links.password_link(user),
                "hours": _reset_hours(),
            }
            mail.send("accounts/email/password_reset", user.email, context, key=key)


def tell_password_changed(user: User, *, key: str) -> None:
    with languages.spoken(user.language):
        context = {
            "name": user.get_short_name(),
            "reset_url": links.absolute(reverse("accounts:password_reset")),
        }
        mail.send("accounts/email/password_changed", user.email, context, key=key)


def invite(user: User, *, key: str) -> None:
    with languages.spoken(user.language):
        context = {
            "name": user.get_short_name(),
            "is_staff": user.is_staff,
            "url": links.password_link(user),
            "hours": _reset_hours(),
            "reset_url": links.absolute(reverse("accounts:password_reset")),
        }
        mail.send("accounts/email/invitation", user.email, context, key=key)


def _reset_hours() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 3600
