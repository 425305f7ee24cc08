"""Protection against forged requests for pages that hold no token and set no cookie."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from config.views import csrf_failure

SAFE = {"GET", "HEAD"}
# The Referrer-Policy of a page whose address is a secret: no Referer holds more than the shop's origin. Not
# "no-referrer": browsers send such a page's forms with "Origin: null", which is refused as a foreign page's
# (https://fetch.spec.whatwg.org/#origin-header).
ORIGIN_ONLY = "strict-origin"
View = Callable[..., HttpResponseBase]


def same_origin(view: View) -> View:
    """Let a request through only if the browser says that a page of this shop sent it.

    Browsers set Origin, Referer and Sec-Fetch-Site themselves; no foreign page can change them
    (https://owasp.org/www-community/attacks/csrf, "verifying origin with standard headers"). Each one
    that is given must name this shop, and one must be given; else the answer is 403. Django's token is
    not asked for, so lists can be cached and need no cookie. What only reads may be asked for from anywhere.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        # Django's test client switches its own check off in the same way, unless told to enforce it.
        if (
            request.method in SAFE
            or comes_from_here(request)
            or getattr(request, "_dont_enforce_csrf_checks", False)
        ):
            return view(request, *args, **kwargs)
        return csrf_failure(request, reason="not sent by a page of this shop")

    return csrf_exempt(guarded)


def comes_from_here(request: HttpRequest) -> bool:
    """Whether every header that tells the sender names this shop, and there is one."""
    headers = request.headers
    answers = []
    if "Sec-Fetch-Site" in headers:
        answers.append(headers["Sec-Fetch-Site"] == "same-origin")
    if "Origin" in headers:
        answers.append(_is_own(request, headers["Origin"]))
    elif "Referer" in headers:
        answers.append(_is_own(request, headers["Referer"]))
    return bool(answers) and all(answers)


def _is_own(request: HttpRequest, address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # such as an unclosed bracket in the host
        return False
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin in {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
