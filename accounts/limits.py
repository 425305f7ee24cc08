"""How often people may try, counted before anything costly happens and whether or not an account exists.

Counted per visitor and e-mail address, so that nobody locks the owner out, and per visitor, so that nobody
goes through a list of addresses. Mails are counted per e-mail address too, so that nobody fills a mailbox.
"""

from datetime import timedelta

from django.http import HttpRequest

from config import throttle

TEN_MINUTES = timedelta(minutes=10)
HOUR = timedelta(hours=1)


def count_login(request: HttpRequest, email: str) -> None:
    """Count a try to sign in; raises config.throttle.Throttled."""
    visitor = throttle.client_address(request)
    throttle.hit(f"login-visitor:{visitor}", limit=60, per=TEN_MINUTES)
    throttle.hit(f"login:{visitor} {_same(email)}", limit=10, per=TEN_MINUTES)


def count_mail(request: HttpRequest, email: str) -> None:
    """Count a form that makes us write to an address; raises config.throttle.Throttled."""
    visitor = throttle.client_address(request)
    throttle.hit(f"mail-visitor:{visitor}", limit=30, per=HOUR)
    throttle.hit(f"mail:{visitor} {_same(email)}", limit=5, per=HOUR)
    throttle.hit(f"mail-address:{_same(email)}", limit=20, per=timedelta(days=1))


def count_password(request: HttpRequest) -> None:
    """Count a try to name the current password; raises config.throttle.Throttled."""
    throttle.hit(f"password:{request.user.pk}", limit=10, per=TEN_MINUTES)


def count_new_password(request: HttpRequest) -> None:
    """Count a new password behind a mailed link, which costs a hash; raises config.throttle.Throttled."""
    throttle.hit(f"new-password:{throttle.client_address(request)}", limit=30, per=HOUR)


def count_export(request: HttpRequest) -> None:
    """Count a download of all one's data, which goes through every room; raises config.throttle.Throttled."""
    throttle.hit(f"export:{request.user.pk}", limit=10, per=HOUR)


def _same(email: str) -> str:
    return email.strip().lower()
