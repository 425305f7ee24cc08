"""Small pieces of the console's pages: links, badges, amounts and times as columns."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin
from django.db.models import Model
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from config.money import format_money


def money(name: str, description: str = "") -> Callable[[Model], str]:
    """A column for an amount of minor units, right-aligned by its class and sortable."""

    @admin.display(description=description or name.replace("_", " "), ordering=name)
    def column(row: Model) -> str:
        amount = getattr(row, name)
        return format_html('<span class="figure">{}</span>', "–" if amount is None else format_money(amount))

    column.__name__ = name
    return column


def moment(name: str, description: str = "") -> Callable[[Model], str]:
    """A column for a time, sortable."""

    @admin.display(description=description or name.replace("_", " "), ordering=name)
    def column(row: Model) -> str:
        return format_html('<span class="moment">{}</span>', when(getattr(row, name)))

    column.__name__ = name
    return column


def when(at: datetime | None) -> str:
    """A moment for a table: "21 Nov 2026, 08:15"."""
    return format_date(localtime(at), "j M Y, H:i") if at else "–"


def link(address: str, words: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


def change_link(row: Model | None, words: object = None) -> SafeString | str:
    """A link to the row's page in the console; a dash for no row."""
    if row is None:
        return "–"
    opts = row._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return link(address, row if words is None else words)


def badge(words: object, tone: str = "") -> SafeString:
    """A word in a coloured box; `tone` is "good", "warn", "bad" or nothing."""
    return format_html('<span class="badge {}">{}</span>', tone, words)


_references: dict[str, str] = {}


def reference(word: str, *, at: str) -> None:
    """Sign up what a ledger's references that start with this word point at: "order T-…" is found by number."""
    _references[word] = at


def reference_link(text: str) -> SafeString | str:
    """A ledger's reference as a link, if a room has said where such things are shown."""
    word, _, rest = text.partition(" ")
    name = rest.split(" ")[0]
    return link(reverse(_references[word], args=[name]), text) if name and word in _references else text
