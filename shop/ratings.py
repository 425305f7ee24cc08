"""Ratings as people read them."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.models.reviews import BEST_RATING


@dataclass(frozen=True)
class Rating:
    """Some ratings as one figure. `total` is their sum; `halves` how many half stars of ten are full."""

    count: int
    total: int

    @property
    def halves(self) -> int:
        return (4 * self.total + self.count) // (2 * self.count) if self.count else 0

    @property
    def average(self) -> str:
        """With one digit, as the language writes it; half a tenth is rounded up."""
        tenths = (20 * self.total + self.count) // (2 * self.count) if self.count else 0
        return number_format(f"{tenths // 10}.{tenths % 10}", 1)

    @property
    def words(self) -> str:
        return _("%(average)s out of %(best)d stars") % {"average": self.average, "best": BEST_RATING}

    @property
    def count_words(self) -> str:
        words = ngettext("%(count)s review", "%(count)s reviews", self.count)
        return words % {"count": number_format(self.count, force_grouping=True)}
