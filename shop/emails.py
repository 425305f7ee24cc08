"""What this room writes to people who wait for something. `key` names the reason, see config.mail.send."""

from django.conf import settings

from config import languages, mail
from shop import waiting_links
from shop.models import StockRequest


def ask_to_confirm(request_id: int, *, key: str) -> None:
    """Send the link that proves the address; nothing if that is done, or if nobody waits any more."""
    request = _request(request_id)
    if request and request.confirmed_at is None:
        with languages.spoken(request.language):
            _send("shop/email/stock_confirm", request, waiting_links.confirm_link(request.pk), key=key)


def send_back_in_stock(request_id: int) -> None:
    """Say that it can be bought again; nothing if they wanted no mail after all."""
    request = _request(request_id)
    if request:
        with languages.spoken(request.language):
            url = f"{settings.PUBLIC_BASE_URL}{request.variant.product.get_absolute_url()}"
            _send("shop/email/back_in_stock", request, url, key=f"back-in-stock-{request.pk}")


def _send(template: str, request: StockRequest, url: str, *, key: str) -> None:
    context = {
        "product": request.variant.product,
        "variant": request.variant,
        "url": url,
        "stop_url": waiting_links.stop_link(request.pk),
    }
    mail.send(template, request.email, context, key=key)


def _request(request_id: int) -> StockRequest | None:
    return StockRequest.objects.select_related("variant__product").filter(pk=request_id).first()
