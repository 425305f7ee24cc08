"""Stripe is back: payment pages that are waited for are opened, whoever has waited longest first."""

from orders.models import Checkout
from payments import gateway
from payments.models import Payment
from payments.services.sessions import ask_for_session
from payments.services.sweeping import Tally, alone

# After so many without an answer, the others come with the next run.
MOST_UNANSWERED = 3


def open_links() -> Tally:
    """Open the payment pages that are waited for, in the order in which they were; each is mailed, once.

    Where Stripe does not answer nothing changes, and the next run tries again. Safe to run twice at once: the same key
    opens the same page.
    """
    tally, unanswered = Tally(), 0
    for pk in list(waiting_for_links().values_list("pk", flat=True)):
        if gateway.is_away() or unanswered == MOST_UNANSWERED:
            break
        payment = waiting_for_links().select_related("checkout").filter(pk=pk).first()
        if payment is None:
            continue
        tally.seen += 1
        with alone(tally, payment.checkout.number):
            ask_for_session(payment)
            tally.repaired += bool(payment.session_id)
            unanswered += not payment.session_id
    tally.undecided = waiting_for_links().count()
    return tally


def waiting_for_links():
    """Payments whose customers wait for the page, in the order in which they came."""
    return Payment.objects.filter(checkout__state=Checkout.State.AWAITING_LINK).order_by("pk")
