"""Sign-ins in the log: who, by number, and from where a series of failures comes; never what was typed."""

import logging

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from config.throttle import client_address

logger = logging.getLogger("tally.security")


@receiver(user_logged_in, dispatch_uid="accounts.note_login")
def note_login(sender: type, user: User, **_: object) -> None:
    logger.info("Signed in.", extra={"facts": {"actor": user.pk}})


@receiver(user_logged_out, dispatch_uid="accounts.note_logout")
def note_logout(sender: type, user: User | None, **_: object) -> None:
    logger.info("Signed out.", extra={"facts": {"actor": user.pk if user else None}})


@receiver(user_login_failed, dispatch_uid="accounts.note_failed_login")
def note_failed_login(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    visitor = client_address(request) if request else "none"
    logger.warning("A sign-in failed.", extra={"facts": {"visitor": visitor}})
