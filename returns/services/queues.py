"""Which returns wait for whom, as queries: for lists and for the front page."""

from datetime import timedelta

from django.conf import settings
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from payments.models import Refund
from returns.models import ReturnMessage, ReturnPayout, ReturnRequest

R = ReturnRequest


def waiting_for_us() -> QuerySet[R]:
    return R.objects.filter(state__in=R.WAITING_FOR_US)


def waiting_for_customer() -> QuerySet[R]:
    return R.objects.filter(state__in=R.WAITING_FOR_CUSTOMER)


def overdue() -> QuerySet[R]:
    """Those that wait for us for longer than we want, and those that were to arrive by now."""
    since = timezone.now() - timedelta(days=settings.RETURN_ANSWER_DAYS)
    ours = Q(state__in=R.WAITING_FOR_US, state_since__lt=since)
    theirs = Q(state__in=R.AWAITED, expires_on__lt=timezone.localdate())
    return R.objects.filter(ours | theirs)


def is_overdue(row: R) -> bool:
    """The same of one return, without a query."""
    if row.state in R.WAITING_FOR_US:
        return row.state_since < timezone.now() - timedelta(days=settings.RETURN_ANSWER_DAYS)
    is_late = row.expires_on is not None and row.expires_on < timezone.localdate()
    return row.state in R.AWAITED and is_late


def with_unanswered_message() -> QuerySet[R]:
    """Those that go on and in which the customer had the last word; an answer to a question waits for us anyhow."""
    last = ReturnMessage.objects.filter(request=OuterRef("pk")).order_by("-pk").values("is_from_staff")[:1]
    going_on = R.objects.exclude(state__in=[*R.ENDED, *R.WAITING_FOR_US])
    return going_on.annotate(staff_spoke_last=Subquery(last)).filter(staff_spoke_last=False)


def unpaid_payouts() -> QuerySet[ReturnPayout]:
    """Parts of the money that could not be paid, and that nothing is done about: `why_not_pay_again` of many."""
    cause = Concat(Value("return "), F("request__number"), Value(" "), F("method"), output_field=CharField())
    refunds = Refund.objects.filter(payment__order=OuterRef("request__order"), cause=OuterRef("of"))
    failed = Exists(refunds.filter(state=Refund.State.FAILED))
    going = Exists(refunds.exclude(state=Refund.State.FAILED))
    settled = ReturnPayout.objects.filter(request__state__in=R.SETTLED).annotate(of=cause)
    return settled.filter(~Q(problem="") | Q(failed, request__state=R.State.CLOSED)).exclude(going)


def with_unpaid_money() -> QuerySet[R]:
    return R.objects.filter(pk__in=unpaid_payouts().values("request"))
