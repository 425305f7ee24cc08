"""Where somebody is signed in: one row per session, written at the sign-in and never while pages are read."""

import ipaddress
import re

from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SignIn, User
from accounts.services import AccountError
from config.throttle import client_address

# What a browser says of itself; the first that fits, as most of them also claim to be others.
_BROWSERS = {
    "Edge": r"Edg(?:e|A|iOS)?/",
    "Opera": r"OPR/|Opera",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/|Chromium/",
    "Safari": r"Safari/",
}
_SYSTEMS = {
    "Windows": r"Windows",
    "Android": r"Android",
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "macOS": r"Macintosh|Mac OS X",
    "ChromeOS": r"CrOS",
    "Linux": r"Linux|X11",
}
_LONGEST_AGENT = 400


class SignInGone(AccountError):
    def __init__(self) -> None:
        super().__init__(_("This browser is signed out already."))


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Write down which browser this session belongs to; nothing but two names and half an address is kept."""
    if request.session.session_key is None:
        request.session.save()
    agent = request.headers.get("User-Agent", "")[:_LONGEST_AGENT]
    SignIn.objects.update_or_create(
        session_id=request.session.session_key,
        defaults={
            "user": user,
            "browser": _first(_BROWSERS, agent),
            "system": _first(_SYSTEMS, agent),
            "network": coarse(client_address(request)),
        },
    )


def sign_ins_of(user: User) -> list[SignIn]:
    """The sign-ins of this person that have not run out, the newest first; one query."""
    return list(SignIn.objects.filter(user=user, session__expire_date__gt=timezone.now()))


def end_sign_in(user: User, key: str) -> None:
    """Sign one browser out, at once. Raises SignInGone."""
    if not Session.objects.filter(sign_in__user=user, sign_in__key=key).delete()[0]:
        raise SignInGone


def end_other_sign_ins(user: User, *, besides: str | None) -> int:
    """Sign out all browsers but the one with this session key; returns how many those were."""
    others = Session.objects.filter(sign_in__user=user).exclude(session_key=besides or "")
    return others.delete()[1].get("sessions.Session", 0)


def coarse(address: str) -> str:
    """The part of an IP address that says which network, not which household: 203.0.… of 203.0.113.9."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        return ":".join(parsed.exploded.split(":")[:2]) + ":…"
    return ".".join(str(parsed).split(".")[:2]) + ".…"


def _first(patterns: dict[str, str], agent: str) -> str:
    return next((name for name, pattern in patterns.items() if re.search(pattern, agent)), "")
