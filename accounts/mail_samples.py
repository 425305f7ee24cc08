"""This room's mails as the console shows them; their links were signed by nobody and open nothing."""

from django.conf import settings
from django.urls import reverse

from accounts import links
from config.mail_samples import EMAIL, NAME, register


def sign_up() -> None:
    register("accounts/email/registration", "Registration: the address is to be proven", _registration)
    register("accounts/email/already_registered", "Registration: there is an account already", _registered)
    register("accounts/email/invitation", "Invitation to the shop or console", _invitation)
    register("accounts/email/password_reset", "New password, asked for", _password)
    register("accounts/email/password_changed", "Password changed", _password)
    register("accounts/email/email_change", "New e-mail address is to be proven", _email_change)
    register("accounts/email/email_changed", "E-mail address changed", lambda: {"new_email": EMAIL})
    register("accounts/email/farewell", "Account erased", dict)


def _link(name: str, *args: str) -> str:
    return links.absolute(reverse(name, args=args))


def _registration() -> dict[str, object]:
    return {"url": _link("accounts:register_confirm", "sample")}


def _registered() -> dict[str, object]:
    return {**_password(), "login_url": _link("accounts:login")}


def _invitation() -> dict[str, object]:
    return {**_password(), "is_staff": False}


def _password() -> dict[str, object]:
    return {
        "name": NAME,
        "url": _link("accounts:password_reset_confirm", "sample", "sample"),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "reset_url": _link("accounts:password_reset"),
    }


def _email_change() -> dict[str, object]:
    return {"url": _link("accounts:email_confirm", "sample")}
