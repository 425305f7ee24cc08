"""Links that we mail: each proves that its opener reads mail at one address."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User

# Seconds that links to join and to a new address work; reset links: settings.PASSWORD_RESET_TIMEOUT.
REGISTRATION_SECONDS = 24 * 60 * 60
_SALT = "accounts.registration"
_EMAIL_SALT = "accounts.email"


@dataclass(frozen=True)
class Registration:
    """What somebody typed when they wanted to join; it lives in the link only, until the link is opened."""

    email: str
    name: str = ""
    next_page: str = ""


def registration_link(wanted: Registration) -> str:
    token = signing.dumps([wanted.email, wanted.name, wanted.next_page], salt=_SALT, compress=True)
    return absolute(reverse("accounts:register_confirm", args=[token]))


def read_registration(token: str) -> Registration | None:
    """What the link says; None if we did not write it or it is too old."""
    try:
        return Registration(*signing.loads(token, salt=_SALT, max_age=REGISTRATION_SECONDS))
    except signing.BadSignature:
        return None


def email_link(user: User, new_email: str) -> str:
    """A link that moves the account to `new_email`: good for a day, for this user, and void once anything changed."""
    token = signing.dumps([user.pk, new_email, _fingerprint(user)], salt=_EMAIL_SALT, compress=True)
    return absolute(reverse("accounts:email_confirm", args=[token]))


def read_email(user: User, token: str) -> str | None:
    """The new address that the link proves for this user; None if it was not written for them, or has ended."""
    try:
        pk, new_email, fingerprint = signing.loads(token, salt=_EMAIL_SALT, max_age=REGISTRATION_SECONDS)
    except signing.BadSignature:
        return None
    return new_email if (pk, fingerprint) == (user.pk, _fingerprint(user)) else None


def _fingerprint(user: User) -> str:
    # Changes with the address and the password, so a link never works twice.
    return salted_hmac(_EMAIL_SALT, f"{user.email} {user.password}", algorithm="sha256").hexdigest()[:32]


def password_link(user: User) -> str:
    """A link to set a new password: works once, and no longer after a sign-in or any other change of password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return absolute(reverse("accounts:password_reset_confirm", args=[uid, token]))


def absolute(path: str) -> str:
    """The path under the shop's configured address, never under one that a request named."""
    return f"{settings.PUBLIC_BASE_URL}{path}"
