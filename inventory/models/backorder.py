"""Promises that wait for goods, as a list of their own."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery, Sum, Window

from inventory.models.promises import Allocation, PromiseQuerySet
from inventory.models.shelf import StockLevel


class BackorderManager(models.Manager["Backorder"]):
    """Only promises of which something waits: what lies on a shelf is for the oldest of its promises."""

    def get_queryset(self) -> PromiseQuerySet:
        level = StockLevel.objects.filter(item=OuterRef("item"), location=OuterRef("location"))
        waits = (
            Allocation.objects.open()
            .filter(Exists(level.filter(allocated__gt=F("on_hand"))))
            .annotate(
                filled=Window(Sum("quantity"), partition_by=[F("item"), F("location")], order_by="pk"),
                on_hand=Subquery(level.values("on_hand")),
            )
            .filter(filled__gt=F("on_hand"))
        )
        return PromiseQuerySet(self.model, using=self._db).filter(pk__in=waits.values("pk"))


class Backorder(Allocation):
    """A promise to an order of which something does not lie on the shelf (`inventory.services.waiting`)."""

    objects = BackorderManager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = "backorder"
