"""A customer's own store credit: what there is, and how it came about."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from orders.models import Order
from payments import services
from payments.models import StoreCreditEntry

PER_PAGE = 20
MOST_PAGES = 1000


@require_safe
@never_cache
@login_required
def store_credit(request: HttpRequest) -> HttpResponse:
    """Show the balance and the entries, newest first; a page number that makes no sense is the first."""
    customer = cast(User, request.user)
    page = _page_number(request.GET.get("page", ""))
    first = (page - 1) * PER_PAGE
    entries = list(
        StoreCreditEntry.objects.filter(customer=customer).order_by("-pk")[first : first + PER_PAGE + 1]
    )
    context = {
        "section": "credit",
        "balance": services.balance_of(customer.pk),
        "rows": _with_orders(entries[:PER_PAGE], customer),
        "newer": f"?page={page - 1}" if page > 1 else "",
        "older": f"?page={page + 1}" if len(entries) > PER_PAGE else "",
    }
    return render(request, "payments/store_credit.html", context)


def _with_orders(entries: list[StoreCreditEntry], customer: User) -> list[tuple[StoreCreditEntry, str]]:
    """Each entry with the number of the customer's order that it is about, or ""; one query."""
    numbers = {entry.pk: entry.reference.rpartition(" ")[2] for entry in entries}
    own = set(
        Order.objects.filter(customer=customer, number__in=numbers.values()).values_list("number", flat=True)
    )
    return [(entry, numbers[entry.pk] if numbers[entry.pk] in own else "") for entry in entries]


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return min(max(int(text), 1), MOST_PAGES) if is_number else 1
