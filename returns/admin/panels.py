"""What is shown of a return below its own fields: lines, photos, words, what happened, terms, money, replacements."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config import console
from config.money import format_money
from orders.admin.words import stock_link
from orders.models import OrderLine
from payments.models import Refund
from returns.models import ReturnLine, ReturnRequest

SEE = "returns.view_returnrequest"
_FOUND = ("sellable", "damaged", "kept", "missing", "refused")


def panel(make: Any) -> Any:
    return console.panel(ReturnRequest, permission=SEE)(make)


@panel
def lines_of_return(row: ReturnRequest) -> console.Panel:
    lines = row.lines.select_related("line", "exchange_for__product")
    instead = ["Instead"] if row.is_exchange else []
    return console.Panel(
        "Lines",
        ["#", "SKU", "What", "Why", "Asked", "Authorised", "Came", "Found", "Worth", "Paid back", *instead],
        [
            [
                each.line.position,
                stock_link(each.line.sku),
                " ".join(filter(None, [each.line.name, each.line.label])),
                _why(each),
                each.requested,
                each.approved or "",
                each.received or "",
                ", ".join(f"{count} {kind}" for kind in _FOUND if (count := getattr(each, kind))),
                format_money(each.value),
                _paid(row, each),
                *([each.exchange_for or "–"] if instead else []),
            ]
            for each in lines
        ],
        numbers=frozenset({0, 4, 5, 6, 8, 9}),
    )


def _why(line: ReturnLine) -> SafeString:
    words = format_html("<br>“{}”", line.words) if line.words else ""
    return format_html('<span class="said">{}{}</span>', line.get_reason_display(), words)


def _paid(row: ReturnRequest, line: ReturnLine) -> SafeString | str:
    if row.state not in row.SETTLED:
        return ""
    less = format_html("<br>{}", line.reduction) if line.reduction else ""
    return format_html("{}{}", format_money(line.refund), less)


@panel
def photos_of_return(row: ReturnRequest) -> console.Panel | None:
    photos = list(row.photos.all())
    if not photos:
        return None
    pictures = format_html_join("", "{}", [(_picture(each),) for each in photos])
    wrapped = format_html('<span class="return-photos">{}</span>', pictures)
    return console.Panel("The customer’s photos", ["Open one to see it large"], [[wrapped]])


def _picture(photo: Any) -> SafeString:
    return format_html(
        '<a href="{}" class="return-photo"><img class="thumb" src="{}" alt="Photo of {}" width="120" height="120" '
        'loading="lazy"></a>',
        reverse("returns:photo", args=[photo.name]),
        reverse("returns:photo_small", args=[photo.name]),
        console.when(photo.added_at),
    )


@panel
def messages_of_return(row: ReturnRequest) -> console.Panel:
    return console.Panel(
        "Messages",
        ["When", "From", "What"],
        [
            [
                console.when(each.at),
                f"us: {each.author}" if each.is_from_staff and each.author else "the customer",
                format_html('<span class="said">{}</span>', each.text),
            ]
            for each in row.messages.select_related("author")
        ],
        empty="No words were exchanged.",
    )


@panel
def payouts_of_return(row: ReturnRequest) -> console.Panel | None:
    payouts = list(row.payouts.select_related("by", "request"))
    if not payouts:
        return None
    causes = [each.cause for each in payouts]
    refunds: dict[str, Refund] = {}
    for refund in Refund.objects.filter(payment__order=row.order_id, cause__in=causes).order_by("pk"):
        refunds[refund.cause] = refund
    return console.Panel(
        "What goes back",
        ["Way", "Amount", "Decided by", "Handed over by", "Refund", "How it stands"],
        [
            [
                Refund.Method(each.method).label,
                format_money(each.amount),
                each.by or "",
                each.handed_over_by,
                console.change_link(refunds.get(each.cause)),
                _how_it_stands(refunds.get(each.cause), each.problem),
            ]
            for each in payouts
        ],
        numbers=frozenset({1}),
    )


_TONES = {Refund.State.SUCCEEDED: "good", Refund.State.FAILED: "bad"}


def _how_it_stands(refund: Refund | None, problem: str) -> SafeString:
    if problem:
        return format_html("{} {}", console.badge("could not be paid", "bad"), problem)
    if refund is None:
        return console.badge("to be paid", "warn")
    tone = _TONES.get(Refund.State(refund.state), "warn")
    return format_html("{} {}", console.badge(refund.get_state_display(), tone), refund.failure)


@panel
def replacements_of_return(row: ReturnRequest) -> console.Panel | None:
    lines = OrderLine.objects.filter(replaces_returned__request=row)
    rows = [
        [line.position, stock_link(line.sku), line.name, line.label, line.quantity, line.shipped or ""]
        for line in lines
    ]
    columns = ["Line of the order", "SKU", "What", "Size", "Pieces", "Shipped"]
    return (
        console.Panel("What is sent instead", columns, rows, numbers=frozenset({0, 4, 5})) if rows else None
    )


@panel
def timeline_of_return(row: ReturnRequest) -> console.Panel:
    return console.Panel(
        "What happened",
        ["When", "What", "Seen by the customer", "By"],
        [
            [console.when(each.at), each.said, "yes" if each.is_public else "no", each.actor or ""]
            for each in row.events.select_related("actor")
        ],
    )


@panel
def terms_of_return(row: ReturnRequest) -> console.Panel:
    """The policy as it was when the return was asked for."""
    terms = row.policy.get("lines", {})
    shipping, fee = row.policy.get("shipping", 0), row.policy.get("fee", 0)
    note = "As they were when the return was asked for; later changes do not touch it."
    if shipping:
        note += f" The delivery of {format_money(shipping)} goes back with it."
    if fee:
        note += f" The fee comes to {format_money(fee)}."
    return console.Panel(
        "Terms",
        ["Line", "Could be asked for", "Most pieces", "Fee per piece", "Final sale"],
        [
            [
                f"Line {at}",
                _until(each),
                each.get("most") or "all",
                format_money(each.get("fee") or 0),
                "yes: only if we are at fault" if each.get("is_final_sale") else "no",
            ]
            for at, each in sorted(terms.items(), key=lambda pair: int(pair[0]))
        ],
        note=note,
    )


def _until(terms: dict[str, Any]) -> str:
    days = f"{terms.get('window_days')} days"
    if not terms.get("until"):
        return days
    return f"until {date_format(date.fromisoformat(terms['until']), 'j M Y')} ({days})"
