"""Returns in figures: how much comes back and why, how long it takes, what is paid back, for any days."""

from datetime import timedelta

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from config import console, exports
from config.console import ExportForm, hand_out
from config.console.periods import CHOICES, PeriodForm
from config.money import format_money
from config.period import Period
from returns.exports import PERMISSION as EXPORT
from returns.exports import RATES
from returns.models import ReturnRequest
from returns.services import figures

PERMISSION = "returns.see_figures"
MOST_PRODUCTS = 50
S = ReturnRequest.State


@console.page("returns/figures/", name="return_figures", permission=PERMISSION, words="Returns in figures")
def figures_page(site: AdminSite, request: HttpRequest) -> HttpResponseBase:
    """All cards of the chosen days; a bounded number of queries."""
    form = PeriodForm(request.GET)
    is_clear = form.is_valid()
    period = form.chosen
    context = {
        **site.each_context(request),
        "title": "Returns in figures",
        "period_form": form,
        "period": period,
        "periods": CHOICES,
        "cards": [make(period) for make in (asked_card, time_card, paid_card, products_card, reasons_card)],
        "query": request.GET.urlencode(),
        "may_export": request.user.has_perm(EXPORT),
    }
    return TemplateResponse(request, "admin/returns/figures.html", context, status=200 if is_clear else 422)


def asked_card(period: Period) -> console.Card:
    counts = figures.counts(period)
    whole = figures.whole_rate(period)
    given_up = sum(counts.get(state, 0) for state in ReturnRequest.GIVEN_UP)
    settled = sum(counts.get(state, 0) for state in ReturnRequest.SETTLED)
    return console.Card(
        "What comes back",
        figures=[
            console.Figure("of the pieces sent", percent(whole), f"{whole.returned} of {whole.sent}"),
            console.Figure("returns asked for", str(sum(counts.values()))),
            console.Figure("of them settled", str(settled)),
            console.Figure("of them rejected, cancelled or expired", str(given_up)),
        ],
        note="The rate is of the orders placed in these days: pieces sent, and of them those in returns that were not "
        "given up. It grows for weeks after the last day. Exchanges count as returned; what is sent instead does not "
        "count as sent.",
    )


def time_card(period: Period) -> console.Card:
    took = figures.cycle(period)
    return console.Card(
        "How long it takes",
        figures=[
            console.Figure("resolved in these days", str(took.count)),
            console.Figure("half took no longer than", lasted(took.median)),
            console.Figure("nine of ten no longer than", lasted(took.nine_of_ten)),
        ],
        note="From the wish to the decision what is paid or sent instead, the parcel’s journey included.",
    )


def paid_card(period: Period) -> console.Card:
    steps = figures.paid_by_step(period)
    words = {step: period.words_of(step) for step in steps}
    amount, count = sum(each.amount for each in steps.values()), sum(each.count for each in steps.values())
    return console.Card(
        "Paid back",
        figures=[
            console.Figure("for returns", format_money(amount)),
            console.Figure("refunds", str(count)),
        ],
        charts=[
            console.Chart(
                f"Paid back by {period.step}",
                f"{format_money(amount)} in all.",
                [
                    console.Bar(words[step], each.amount, format_money(each.amount))
                    for step, each in steps.items()
                ],
                format_money,
            ),
            console.Chart(
                f"Refunds by {period.step}",
                f"{count} in all.",
                [console.Bar(words[step], each.count, str(each.count)) for step, each in steps.items()],
            ),
        ],
        table=console.Panel(
            "The same as a table",
            [period.step.capitalize(), "Refunds", "Amount"],
            [[words[step], each.count, format_money(each.amount)] for step, each in steps.items()],
            numbers=frozenset({1, 2}),
        ),
        note="Refunds that have succeeded, on the day they did: to the card, as store credit and in cash.",
        is_wide=True,
    )


def products_card(period: Period) -> console.Card:
    return console.Card(
        "By product",
        table=console.Panel(
            "By product",
            ["Product", "Sent", "Returned", "Rate"],
            [
                [_product(each), each.sent, each.returned, percent(each)]
                for each in figures.rates(period, MOST_PRODUCTS)
            ],
            empty="Nothing of the orders of these days comes back.",
            numbers=frozenset({1, 2, 3}),
        ),
        is_open=True,
        note=f"Of the orders placed in these days; the {MOST_PRODUCTS} of which most pieces come back.",
    )


def reasons_card(period: Period) -> console.Card:
    found = figures.reasons(period)
    whole = sum(each.pieces for each in found)
    return console.Card(
        "By reason",
        table=console.Panel(
            "By reason",
            ["Reason", "Pieces", "Share", "Taken back", "Worth"],
            [
                [
                    each.reason,
                    each.pieces,
                    f"{each.pieces * 100 / whole:.0f} %",
                    each.accepted,
                    format_money(each.value),
                ]
                for each in found
            ],
            empty="No return was asked for in these days.",
            numbers=frozenset({1, 2, 3, 4}),
        ),
        is_open=True,
        note="Of returns asked for in these days, whatever became of them; worth is what the pieces cost.",
    )


def percent(rate: figures.Rate) -> str:
    return f"{rate.percent:.1f} %" if rate.sent else "–"


def lasted(took: timedelta | None) -> str:
    """In few words: "3.5 days", "4 hours"."""
    if took is None:
        return "–"
    hours = took.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.1f} days"


def _product(rate: figures.Rate) -> object:
    if rate.product_id is None:
        return rate.name
    return console.link(reverse("admin:shop_product_change", args=[rate.product_id]), rate.name)


@console.page("returns/figures/export/", name="return_figures_export", permission=EXPORT)
def figures_export(site: AdminSite, request: HttpRequest) -> HttpResponseBase:
    """The rate of every product of the chosen days as a file."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    period = PeriodForm(request.GET).chosen
    form = ExportForm(request.POST or None, tables=[RATES])
    if request.method == "POST" and form.is_valid():
        rows = figures.rate_rows(period)
        try:
            return hand_out(request, RATES, form.cleaned_data["format"], rows, str(period))
        except exports.TooLong as error:
            form.add_error("format", str(error))
    context = {
        **site.each_context(request),
        "title": "Export",
        "subtitle": str(period),
        "form": form,
        "list_name": "products",
        "is_narrowed": True,
        "back": f"{reverse('admin:return_figures')}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, "admin/export.html", context, status=422 if form.errors else 200)
