"""Holds that are about to lapse: seen in time by people, and settled or released by the shop itself if it is set so."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from config.console import audit
from orders import services as orders
from payments.models import Payment, PaymentEvent
from payments.services import settling
from payments.services.errors import PaymentError
from payments.services.ledger import report, undecided

logger = logging.getLogger(__name__)
# One that Stripe refused is tried again after so long, not at every turn of the clock.
TRY_AGAIN_AFTER = timedelta(hours=1)

_WORDS = {
    PaymentEvent.Kind.CAPTURE: gettext_noop("Settled by itself: the hold on the card was about to lapse."),
    PaymentEvent.Kind.VOID: gettext_noop("Released by itself: the hold on the card was about to lapse."),
}


def to_settle() -> QuerySet[Payment]:
    """The payments of orders that hold money on a card, those that lapse first on top."""
    held = Payment.objects.filter(state=Payment.State.AUTHORISED, order__isnull=False)
    return held.order_by(F("capture_before").asc(nulls_last=True), "pk")


def about_to_lapse(*, hours: int | None = None) -> QuerySet[Payment]:
    """Those among them that lapse within AUTHORISATION_WARNING_HOURS, or so many; what has lapsed counts too."""
    hours = settings.AUTHORISATION_WARNING_HOURS if hours is None else hours
    return to_settle().filter(capture_before__lte=timezone.now() + timedelta(hours=hours))


def act_before_holds_lapse() -> int:
    """Settle or release, as AUTHORISATION_AT_EXPIRY says, what lapses within AUTHORISATION_HOURS_BEFORE.

    Returns how many. Each is asked for once, by whoever comes first: this, another run, or a person with a button.
    What Stripe refuses is a finding and tried again after a while; an order on hold is a finding and left to people.
    """
    if not settings.AUTHORISATION_AT_EXPIRY:
        return 0
    now = timezone.now()
    due = about_to_lapse(hours=settings.AUTHORISATION_HOURS_BEFORE).filter(capture_before__gt=now)
    asked = undecided().filter(payment=OuterRef("pk"))
    refused = PaymentEvent.objects.filter(
        payment=OuterRef("pk"), result=PaymentEvent.Result.FAILED, at__gt=now - TRY_AGAIN_AFTER
    )
    rows = due.filter(~Exists(asked), ~Exists(refused)).select_related("checkout", "order")
    return sum(_act(payment) for payment in rows)


def _act(payment: Payment) -> bool:
    if why := orders.why_held(payment.order) if payment.order else "":
        _see_to(payment, why)
        return False
    owed = settling.most_to_settle(payment)
    settles = settings.AUTHORISATION_AT_EXPIRY == "settle" and owed > 0
    kind = PaymentEvent.Kind.CAPTURE if settles else PaymentEvent.Kind.VOID
    try:
        done = settling.settle(payment, amount=owed) if settles else settling.release(payment)
    except settling.Undecided:
        _trace(payment, kind, {"answer": "none yet"})
        return False
    except PaymentError as refusal:
        _see_to(payment, str(refusal))
        return False
    _trace(payment, kind, {"state": done.state, "captured": done.captured, "voided": done.voided})
    return True


def _trace(payment: Payment, kind: str, after: dict[str, object]) -> None:
    """Say in the audit trail and on the order's timeline that nobody pressed a button."""
    act = "settle" if kind == PaymentEvent.Kind.CAPTURE else "release"
    what = f"payment of {payment.checkout.number}"
    audit(None, f"{act} payment by the clock", what, before={"state": "authorised"}, after=after)
    key = f"lapsing {kind} {payment.pk}"
    if payment.order:
        orders.record_event(payment.order, _WORDS[PaymentEvent.Kind(kind)], key=key, is_public=False)


def _see_to(payment: Payment, why: str) -> None:
    """A refusal is a person's business, unless somebody else was quicker."""
    payment.refresh_from_db()
    if payment.state == Payment.State.AUTHORISED and not undecided().filter(payment=payment).exists():
        until = f"{timezone.localtime(payment.capture_before):%Y-%m-%d %H:%M}"
        report(payment, "lapsing", f"The hold for {payment.checkout.number} lapses at {until}: {why}")
    logger.info("The hold for %s was not dealt with: %s", payment.checkout.number, why)
