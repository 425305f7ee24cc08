"""The shop is shut for a while: customers read that, staff work on, and what machines have to say is heard."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config import languages, toggles, views

# Console and the door to it; Stripe's events, watchers, files; the way back from a payment page, as who is there has
# paid.
OPEN = (
    *("/admin/", "/accounts/login/", "/accounts/password/reset/"),
    *("/payments/webhook/", "/health/", "/static/", "/media/", "/checkout/done/"),
)
RETRY_AFTER = 300


class Maintenance:
    """Answers 503 with Retry-After to customers while the switch "maintenance" is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _may_be_shut(request.path) and toggles.is_on("maintenance"):
            return views.shut(RETRY_AFTER)
        return self.get_response(request)


def _may_be_shut(path: str) -> bool:
    language = languages.of_path(path)
    plain = path if language == settings.LANGUAGE_CODE else path.removeprefix(f"/{language}")
    return not plain.startswith(OPEN)


def sign_up() -> None:
    """Sign up the switch itself."""
    toggles.register(
        "maintenance",
        label="Maintenance page",
        says="Customers see a page that says the shop is shut for a moment; the console and payments go on.",
        default=False,
    )
