"""This room's mails as the console shows them, about returns that nobody asked for."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from config.mail_samples import register
from orders import mail_samples as orders
from orders.models import OrderLine
from returns import emails
from returns.letters.case import Case
from returns.models import ReturnLine, ReturnMessage, ReturnPayout, ReturnRequest

NUMBER = "RMA-ABCD-2345"
OCCASIONS = {
    "asked": "Return asked for",
    "question": "Question about a return",
    "message": "Message about a return",
    "authorised": "Return authorised, in part",
    "rejected": "Return rejected",
    "cancelled": "Return cancelled",
    "reminder": "Return has not arrived",
    "expired": "Return expired",
    "received": "Return received, in part",
    "resolved": "Return settled",
}
QUOTES = {
    "question": "Could you send us a photo of the seam?\nA small one will do.",
    "message": "Thank you for the photo. We look at it today.",
    "authorised": "Please wrap the glass well.",
    "rejected": "It was worn, as your photo shows.",
}


def sign_up() -> None:
    for step, occasion in OCCASIONS.items():
        register("returns/email/step", occasion, partial(_step, step), variant=step)
    register("returns/email/step", "Exchange settled", _exchange, variant="exchange")
    register("returns/email/staff", "To staff: a return is asked for", _to_staff)
    message = "I have sent it yesterday."
    register(
        "returns/email/staff",
        "To staff: a customer has written",
        partial(_to_staff, message),
        variant="message",
    )


def _step(step: str) -> dict[str, object]:
    request = _request()
    lines = [
        _line(
            1, "Sample product", "Blue, M", asked=2, approved=2, came=2, sellable=1, refused=1, refund=1599
        ),
        _line(2, "Another sample", "", asked=2, approved=1, missing=1),
    ]
    lines[0].reduction = "Worn: 4.00 less"
    request.refund, request.shipping, request.fee = 1589, 490, 500
    payouts = [ReturnPayout(method="card", amount=1000), ReturnPayout(method="credit", amount=589)]
    return emails.words_for(step, Case(request, lines, payouts, QUOTES.get(step, "")))


def _exchange() -> dict[str, object]:
    row = _line(1, "Sample product", "Blue, M", asked=1, approved=1, came=1, sellable=1)
    row.replacement = OrderLine(sku="SAMPLE-2", name="Sample product", label="Blue, L")
    return emails.words_for("resolved", Case(_request(kind="exchange"), [row], []))


def _to_staff(message: str = "") -> dict[str, object]:
    request = _request(state="requested")
    wishes = [
        (OrderLine(name="Sample product", label="Blue, M"), 2, "It is too small", "The sleeves above all.")
    ]
    return emails.words_for_staff(request, wishes, ReturnMessage(text=message) if message else None)


def _request(**fields: str) -> ReturnRequest:
    return ReturnRequest(
        number=NUMBER,
        order=orders.order(),
        policy={"lines": {}, "shipping": 0, "fee": 500},
        expires_on=timezone.localdate() + timedelta(days=21),
        **fields,
    )


def _line(
    position: int, name: str, label: str, *, asked: int, approved: int, came: int = 0, **found: int
) -> ReturnLine:
    line = OrderLine(position=position, sku=f"SAMPLE-{position}", name=name, label=label)
    return ReturnLine(
        line=line,
        reason="too_small",
        requested=asked,
        approved=approved,
        received=came,
        value=1999 * asked,
        **found,
    )
