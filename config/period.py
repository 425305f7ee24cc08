"""Stretches of days where the shop is, cut into hours, days, weeks or months."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format

DAY = timedelta(days=1)
# A chart holds no more bars than this.
MOST_STEPS = 400
_DAYS_OF = {"hour": 1 / 24, "day": 1, "week": 7, "month": 28}


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included; `step` is "hour", "day", "week" (from Monday) or "month"."""

    first: date
    last: date
    step: str

    @classmethod
    def of_days(cls, count: int, *, until: date | None = None) -> "Period":
        """The last `count` days, today included, in steps that read well."""
        last = until or timezone.localdate()
        return cls.between(last - (count - 1) * DAY, last)

    @classmethod
    def between(cls, first: date, last: date) -> "Period":
        return cls(first, last, _fitting((last - first).days + 1))

    @classmethod
    def of_months(cls, count: int) -> "Period":
        """This month so far and the whole months before it."""
        last = timezone.localdate()
        months = last.year * 12 + last.month - count
        return cls(date(months // 12, months % 12 + 1, 1), last, "month")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The first moment, where the shop is."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + DAY)

    @property
    def before(self) -> "Period":
        """As many days, up to the day before this one begins."""
        return replace(self, first=self.first - self.days * DAY, last=self.first - DAY)

    def by(self, step: str) -> "Period":
        """The same days in other steps; ValueError if those would be too many to look at."""
        if self.days / _DAYS_OF[step] > MOST_STEPS:
            raise ValueError(f"{self.days} days are too many to be shown by {step}.")
        return replace(self, step=step)

    def steps(self) -> Iterator[datetime]:
        """Where each step begins, as a clock on the wall shows it (naive), as `on_the_wall` gives those of rows."""
        if self.step == "hour":
            at = datetime.combine(self.first, time.min)
            while at.date() <= self.last:
                yield at
                at += timedelta(hours=1)
            return
        day = self.first
        if self.step == "week":
            day -= day.weekday() * DAY
        elif self.step == "month":
            day = day.replace(day=1)
        while day <= self.last:
            yield datetime.combine(day, time.min)
            day = _following(day, self.step)

    def words_of(self, at: datetime) -> str:
        """A step in few letters: "14:00", "3 Nov", "week of 3 Nov", "Nov 2026"."""
        if self.step == "hour":
            return at.strftime("%H:00")
        if self.step == "month":
            return date_format(at, "M Y")
        day = date_format(at, "j M" if self.days < 300 else "j M Y")
        return f"week of {day}" if self.step == "week" else day

    def __str__(self) -> str:
        if self.first == self.last:
            return date_format(self.first, "j M Y")
        return f"{date_format(self.first, 'j M Y')} to {date_format(self.last, 'j M Y')}"


def midnight(day: date) -> datetime:
    """The first moment of a day, where the shop is."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def on_the_wall(at: datetime) -> datetime:
    """A moment as the shop's clock shows it, without its zone: the same for all rows of one step."""
    return timezone.localtime(at).replace(tzinfo=None)


def _fitting(days: int) -> str:
    if days == 1:
        return "hour"
    return "day" if days <= 35 else "week" if days <= 200 else "month"


def _following(day: date, step: str) -> date:
    if step == "month":
        return (day.replace(day=28) + 4 * DAY).replace(day=1)
    return day + (7 * DAY if step == "week" else DAY)
