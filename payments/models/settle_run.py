"""Many payments settled at once: what was asked for, and what became of each."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from config.money import MoneyField
from payments.models.payment import Payment


class SettleRun(models.Model):
    """One press of the button for many payments. `key` names it, so that it is done once however often it is sent."""

    key = models.CharField(max_length=40, unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "settling of many"
        verbose_name_plural = "settlings of many"

    def __str__(self) -> str:
        return f"Settling {self.pk}"


class SettleRunLine(models.Model):
    """One payment of a run, with the amount that was shown. It is taken up once, by a conditional UPDATE.

    `asked` stays if the answer is lost or the process dies: the payment's own ledger then says what became of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ASKED = "asked", "asked for"
        SETTLED = "settled", "settled"
        REFUSED = "refused", "not settled"

    run = models.ForeignKey(SettleRun, models.CASCADE, related_name="lines")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+")
    amount = MoneyField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "payment"], name="one_line_per_payment_of_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.get_state_display()}"
