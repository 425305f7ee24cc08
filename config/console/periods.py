"""Which days the front page looks at, as staff choose them."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from config.period import MOST_STEPS, Period

DAYS = {"today": 1, "7": 7, "30": 30, "90": 90}
CHOICES = [
    ("today", "Today"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("12m", "12 months"),
]
USUAL = "30"
OWN = "own"
EARLIEST, LATEST = date(2000, 1, 1), date(9000, 1, 1)
_DATE = {"type": "date", "min": "2000-01-01", "max": "8999-12-31"}


class PeriodForm(forms.Form):
    """What the address asks for; a wrong part says so, and the usual days are shown."""

    period = forms.ChoiceField(choices=[*CHOICES, (OWN, "from and to")], required=False)
    since = forms.DateField(
        label="From",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(_DATE, "%Y-%m-%d"),
    )
    until = forms.DateField(
        label="To",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(_DATE, "%Y-%m-%d"),
    )
    by = forms.ChoiceField(
        label="By",
        required=False,
        choices=[("", "what fits"), ("day", "day"), ("week", "week"), ("month", "month")],
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in self.errors.keys() & self.fields.keys():
            self.fields[name].widget.attrs["aria-invalid"] = "true"

    def clean_since(self) -> date | None:
        return _sensible(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _sensible(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day must not be before the first.")
        elif not self.errors:
            self._cut(_chosen(given))
        return given

    def _cut(self, period: Period) -> None:
        by = self.cleaned_data.get("by")
        try:
            self._asked = period.by(by or period.step)
        except ValueError as error:
            self.add_error("by" if by else "since", f"{error} At most {MOST_STEPS} bars are drawn.")

    @property
    def chosen(self) -> Period:
        """What was asked for, or the usual days if that made no sense."""
        return self._asked if self.is_valid() else Period.of_days(DAYS[USUAL])

    @property
    def key(self) -> str:
        """Which of the choices it is."""
        if not self.is_valid():
            return ""
        given = self.cleaned_data
        return OWN if given.get("since") or given.get("until") else given.get("period") or USUAL


def _chosen(given: dict[str, Any]) -> Period:
    since: date | None = given.get("since")
    until: date | None = given.get("until")
    if since:
        return Period.between(since, until or max(timezone.localdate(), since))
    if until:
        return Period.of_days(DAYS[USUAL], until=until)
    key = given.get("period") or USUAL
    return Period.of_months(12) if key == "12m" else Period.of_days(DAYS.get(key, DAYS[USUAL]))


def _sensible(day: date | None) -> date | None:
    if day and not EARLIEST <= day < LATEST:
        raise forms.ValidationError(f"Choose a day from {EARLIEST:%Y} to {LATEST.year - 1}.")
    return day
