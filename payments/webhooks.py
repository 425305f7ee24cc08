"""Where Stripe calls."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import gateway, services

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
@gateway.patience(gateway.REQUEST_SECONDS)
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Hear Stripe out, once proven to be Stripe; any other answer than 2xx makes it call again.

    https://docs.stripe.com/webhooks
    """
    try:
        body = request.body
    except RawPostDataException:  # sent as a form with files, which was read as one already
        return HttpResponseBadRequest("Not a signed event.", content_type="text/plain")
    try:
        event = gateway.read_event(body, request.headers.get("Stripe-Signature", ""))
    except gateway.UntrustedEvent as error:
        logger.warning("A webhook call was refused: %s", error)
        return HttpResponseBadRequest("Not a signed event.", content_type="text/plain")
    try:
        services.record_event(event)
    except gateway.GatewayError:
        response = HttpResponse("Stripe cannot be asked right now.", status=503, content_type="text/plain")
        response["Retry-After"] = "30"
        return response
    return HttpResponse(status=204)
