"""What there is only so much of, other than things: uses of a voucher, pieces of a flash sale, and who had how many."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Quota(models.Model):
    """How much of one allowance is taken. `name` says which: "voucher 7", "voucher 7 ada@example.com".

    A narrow row, for it is hot: the limit is the caller's, and the guard stands in the UPSERT of `quotas.take`.
    """

    name = models.CharField(max_length=160, primary_key=True)
    taken = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.taken}"


class QuotaUse(models.Model):
    """What one checkout has taken of one allowance. Given back, it stays as a row that says so."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="uses", db_constraint=False)
    reference = models.CharField(max_length=60)
    amount = models.PositiveIntegerField()
    taken_at = models.DateTimeField(default=timezone.now, editable=False)
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["quota", "reference"], name="one_use_per_reference"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="quota_use_of_something"),
            models.CheckConstraint(
                condition=Q(given_back_at=None) | Q(given_back_at__gte=F("taken_at")),
                name="quota_given_back_after",
            ),
        ]
        indexes = [models.Index(fields=["reference"], name="uses_of_a_reference")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount} of {self.quota_id}"
