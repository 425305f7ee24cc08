"""What a customer's bank takes back, until evidence decides."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.money import MoneyField
from payments.models.payment import Payment


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def undecided(self) -> "DisputeQuerySet":
        """Those that the bank has not decided, inquiries too."""
        return self.filter(state__in=Dispute.UNDECIDED)

    def to_answer(self) -> "DisputeQuerySet":
        """Those that wait for our evidence."""
        return self.filter(state__in=Dispute.TO_ANSWER)

    def with_money_away(self) -> "DisputeQuerySet":
        return self.filter(state__in=Dispute.MONEY_IS_AWAY)


class Dispute(models.Model):
    """A dispute or an inquiry about a settled payment, as Stripe tells of it; `state` is Stripe's own word.

    An inquiry takes no money, but may become a dispute (https://docs.stripe.com/disputes/how-disputes-work).
    """

    class State(models.TextChoices):
        INQUIRY = "warning_needs_response", "inquiry: answer it"
        INQUIRY_ANSWERED = "warning_under_review", "inquiry: answered"
        INQUIRY_CLOSED = "warning_closed", "inquiry: closed"
        NEEDS_RESPONSE = "needs_response", "needs evidence"
        UNDER_REVIEW = "under_review", "the bank decides"
        APPEAL_NEEDS_RESPONSE = "appeal_needs_response", "appeal: needs evidence"
        APPEAL_UNDER_REVIEW = "appeal_under_review", "appeal: the bank decides"
        WON = "won", "won"
        LOST = "lost", "lost"
        PREVENTED = "prevented", "prevented"

    INQUIRIES = (State.INQUIRY, State.INQUIRY_ANSWERED, State.INQUIRY_CLOSED)
    TO_ANSWER = (State.INQUIRY, State.NEEDS_RESPONSE, State.APPEAL_NEEDS_RESPONSE)
    UNDECIDED = (
        *TO_ANSWER,
        State.INQUIRY_ANSWERED,
        State.UNDER_REVIEW,
        State.APPEAL_UNDER_REVIEW,
    )
    MONEY_IS_AWAY = (
        State.NEEDS_RESPONSE,
        State.UNDER_REVIEW,
        State.APPEAL_NEEDS_RESPONSE,
        State.APPEAL_UNDER_REVIEW,
        State.LOST,
    )

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    stripe_id = models.CharField(max_length=255, unique=True)
    amount = MoneyField()
    reason = models.CharField(max_length=60)
    state = models.CharField(max_length=24, choices=State.choices)
    is_refundable = models.BooleanField(
        "may be refunded", default=False, help_text="Whether Stripe still pays the disputed money back."
    )
    evidence_due_at = models.DateTimeField("evidence due by", null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now, editable=False)
    note = models.TextField(blank=True, help_text="What staff wrote down about it.")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = [models.F("evidence_due_at").asc(nulls_last=True), "-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_of_something")]
        indexes = [
            models.Index(
                fields=["evidence_due_at"],
                condition=Q(state__in=["warning_needs_response", "needs_response", "appeal_needs_response"]),
                name="disputes_to_answer",
            )
        ]

    def __str__(self) -> str:
        return f"{'Inquiry' if self.is_inquiry else 'Dispute'} {self.stripe_id}"

    @property
    def is_inquiry(self) -> bool:
        """Whether the bank only asks: no money has moved."""
        return self.state in self.INQUIRIES

    @property
    def is_undecided(self) -> bool:
        return self.state in self.UNDECIDED

    @property
    def is_money_away(self) -> bool:
        return self.state in self.MONEY_IS_AWAY

    @property
    def reason_words(self) -> str:
        return self.reason.replace("_", " ")
