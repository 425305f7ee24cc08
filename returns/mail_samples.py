"""This room's mails as the console shows them, about a return that nobody asked for."""

from functools import partial

from config.mail_samples import register
from orders import mail_samples as orders
from orders.models import OrderLine
from returns import emails
from returns.models import ReturnMessage, ReturnRequest


def sign_up() -> None:
    register("returns/email/step", "A step of a return", partial(_step, "authorised"))


def _step(step: str) -> dict[str, object]:
    request = ReturnRequest(number="RMA-ABCD-2345", order=orders.order(), policy={"lines": {}})
    message = ReturnMessage(text="…", is_from_staff=True)
    return emails.words_for(request, step, message, [(OrderLine(sku="SAMPLE", name="Sample product"), 1)])
