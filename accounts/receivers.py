"""Sign-ins, kept with their session, and in the log.

The log says who, by number, and from where a series of failures comes; never what was typed.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.sign_ins import note_sign_in
from config.throttle import client_address

logger = logging.getLogger("tally.security")


@receiver(user_logged_in, dispatch_uid="accounts.note_login")
def note_login(sender: type, user: User, request: HttpRequest | None = None, **_: object) -> None:
    logger.info("Signed in.", extra={"facts": {"actor": user.pk}})
    if request is not None and user.is_staff:
        request.session.set_expiry(timezone.now() + timedelta(hours=settings.STAFF_SESSION_HOURS))
    if request is not None:
        note_sign_in(request, user)


@receiver(user_logged_out, dispatch_uid="accounts.note_logout")
def note_logout(sender: type, user: User | None, **_: object) -> None:
    logger.info("Signed out.", extra={"facts": {"actor": user.pk if user else None}})


@receiver(user_login_failed, dispatch_uid="accounts.note_failed_login")
def note_failed_login(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    visitor = client_address(request) if request else "none"
    logger.warning("A sign-in failed.", extra={"facts": {"visitor": visitor}})
