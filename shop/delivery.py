"""When something would arrive. How long delivery takes is known above, where parcels are: `orders` signs up here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop import kept
from shop.text import country_name

# Working days from and to for an ISO country, None if nothing is delivered there.
Days = tuple[int, int]
_providers: list[Callable[[str], Days | None]] = []

SATURDAY = 5


def register(provider: Callable[[str], Days | None]) -> None:
    """Have `provider` say how long the usual delivery to a country takes; call it in AppConfig.ready."""
    _providers[:] = [provider]


@dataclass(frozen=True)
class Estimate:
    """The days between which something ordered on `today` arrives in the shop's own country."""

    today: date
    first: date
    last: date

    @property
    def words(self) -> str:
        """A sentence that names its own day, so that it stays true on a page left open overnight."""
        names = {
            "country": country_name(settings.SHOP_COUNTRY),
            "today": day_words(self.today),
            "first": day_words(self.first),
            "last": day_words(self.last),
        }
        if self.first == self.last:
            return _("Arrives in %(country)s on %(first)s if ordered today, %(today)s") % names
        return _("Arrives in %(country)s between %(first)s and %(last)s if ordered today, %(today)s") % names


def estimate(today: date) -> Estimate | None:
    """Reckon from today; None if nobody delivers in the shop's country. One query, none if it was just asked."""
    days = _usual_days()
    return Estimate(today, working_day(today, days[0]), working_day(today, days[1])) if days else None


def _usual_days() -> Days | None:
    return kept.get("delivery days", lambda: _providers[0](settings.SHOP_COUNTRY) if _providers else None)


def working_day(start: date, count: int) -> date:
    """The day that lies so many working days after `start`: Monday to Friday, public holidays not known.

    >>> working_day(date(2026, 11, 20), 1)  # a Friday
    datetime.date(2026, 11, 23)
    """
    day = start
    while count > 0 or day.weekday() >= SATURDAY:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def day_words(day: date) -> str:
    """A day near today: "Tue 24 Nov"."""
    # Translators: how a day of the next weeks is written, in the letters of Django's date filter.
    return date_format(day, pgettext("format of a day", "D j M"))
