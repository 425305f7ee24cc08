"""One day of the shop on one page, to look at, to print and to file."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from config import console
from config.console.periods import EARLIEST
from config.money import format_money
from payments.models import StoreCredit
from payments.services.day import Check, Day, Line, close

DAY = timedelta(days=1)


class DayForm(forms.Form):
    day = forms.DateField(
        label="Day",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput({"type": "date", "min": "2000-01-01"}, "%Y-%m-%d"),
    )

    def clean_day(self) -> date:
        day, today = self.cleaned_data["day"], timezone.localdate()
        if day and not EARLIEST <= day <= today:
            raise forms.ValidationError(f"Choose a day from {EARLIEST:%Y} to today.")
        return day or today


@console.page("day/", name="day", permission="orders.see_figures", words="The day, closed")
def day_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = DayForm(request.GET if "day" in request.GET else {"day": str(today)})
    day = form.cleaned_data["day"] if form.is_valid() else today
    closed = close(day)
    context = {
        **site.each_context(request),
        "title": str(closed.period),
        "form": form,
        "day": day,
        "is_over": day < today,
        "agrees": closed.agrees,
        "previous": day - DAY if day > EARLIEST else None,
        "next": day + DAY if day < today else None,
        "panels": _panels(closed),
        "checks": [_told(check) for check in closed.checks],
        "zone": timezone.get_current_timezone_name(),
    }
    return TemplateResponse(
        request, "admin/payments/day.html", context, status=200 if form.is_valid() else 422
    )


def _panels(closed: Day) -> list[console.Panel]:
    return [
        _panel(
            "Documents",
            closed.documents,
            "Issued on this day, whenever the order was placed; amounts with tax.",
        ),
        _panel("Money", closed.money, "What the ledger says Stripe did on this day, late payments included."),
        _panel("Store credit", closed.credit, "What customers have with us."),
        _panel(
            "Stock",
            closed.stock,
            "Pieces on the shelves, promised ones included; amounts are at the prices of now, also for days gone by, "
            "as the shop does not keep what it paid itself.",
            count="Pieces",
        ),
    ]


def _panel(title: str, lines: list[Line], note: str, *, count: str = "How many") -> console.Panel:
    return console.Panel(
        title,
        ["What", count, "Amount", ""],
        [
            [
                line.words,
                "" if line.count is None else line.count,
                "" if line.amount is None else format_money(line.amount),
                line.note,
            ]
            for line in lines
        ],
        note=note,
        numbers=frozenset({1, 2}),
    )


def _told(check: Check) -> dict[str, Any]:
    first, second, difference = check.figures
    return {
        "check": check,
        "first": first,
        "second": second,
        "difference": difference,
        "named": [_named(row) for row in check.named],
    }


def _named(row: Any) -> object:
    if isinstance(row, StoreCredit):
        address = reverse("admin:accounts_user_change", args=[row.customer_id])
        return console.link(address, row.customer)
    return console.change_link(row)
