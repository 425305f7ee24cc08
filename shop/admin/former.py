"""The addresses by which something was found before."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from config import console
from shop.models import FormerSlug

MOST = 20


def former_addresses(slugs: QuerySet[FormerSlug], view: str) -> console.Panel | None:
    """A table of old addresses, which lead to the present one; nothing if the slug was never changed."""
    rows = [[reverse(view, args=[each.slug]), console.when(each.since)] for each in slugs[:MOST]]
    note = _("Whoever comes by one of these is led to the present address.")
    return console.Panel(_("Old addresses"), [_("Address"), _("Until")], rows, note=note) if rows else None
