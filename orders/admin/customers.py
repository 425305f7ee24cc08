"""Customers and what they have been worth, in the console."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.models import User
from config import console, exports
from config.console import ExportForm, hand_out
from config.money import format_money
from orders.services import customers

PERMISSION = "orders.see_customers"
AT_ONCE = 50
MOST_PAGES = 200
USUAL_SORT = "-spent"
HEADINGS = {
    "orders": "Orders",
    "spent": "Spent",
    "first_at": "First order",
    "last_at": "Last order",
}
WORTH_IS = (
    "Spent is the total of their orders, with delivery and tax, less what was credited of it. Orders cancelled whole, "
    "or whose payment was released or lapsed, do not count. Pieces are those that they kept."
)


class CustomersForm(forms.Form):
    """Which customers to show; a wrong field says so, and is left out."""

    q = forms.CharField(
        label="Name or e-mail address",
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )
    kind = forms.ChoiceField(
        label="Who",
        required=False,
        choices=[("", "all"), ("account", "with an account"), ("guest", "guests")],
    )
    orders = forms.TypedChoiceField(
        label="Orders",
        required=False,
        coerce=int,
        empty_value="",
        choices=[("", "any"), ("2", "2 or more"), ("5", "5 or more"), ("10", "10 or more")],
    )
    last = forms.TypedChoiceField(
        label="Last order",
        required=False,
        coerce=int,
        empty_value="",
        choices=[
            ("", "any time"),
            ("30", "within 30 days"),
            ("365", "within a year"),
            ("-180", "not for half a year"),
            ("-365", "not for a year"),
        ],
    )
    sort = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[(f"{sign}{name}", name) for name in customers.SORTS for sign in ("", "-")],
    )
    p = forms.IntegerField(required=False, min_value=1, max_value=MOST_PAGES, widget=forms.HiddenInput)

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@console.page("customers/", name="customers", permission=PERMISSION, words="Customers")
def customers_page(site: AdminSite, request: HttpRequest) -> HttpResponseBase:
    """A page of them, the worthiest first unless asked otherwise; a bounded number of queries."""
    form = CustomersForm(request.GET)
    asked = form.asked
    sort, page = asked.get("sort", USUAL_SORT), asked.get("p", 1)
    found = customers.customers(asked).order_by(sort, "customer_id", "guest")
    rows = list(found[(page - 1) * AT_ONCE : page * AT_ONCE + 1])
    query = request.GET.copy()
    for name in ("sort", "p"):
        query.pop(name, None)
    context = {
        **site.each_context(request),
        "title": "Customers",
        "form": form,
        "panel": console.Panel(
            "Customers",
            ["Customer", "Name", *HEADINGS.values(), "Pieces"],
            [_cells(each) for each in customers.told(rows[:AT_ONCE])],
            empty="Nobody.",
        ),
        "headings": _headings(sort, query.urlencode()),
        "query": query.urlencode(),
        "sort": sort,
        "page": page,
        "next": page + 1 if len(rows) > AT_ONCE and page < MOST_PAGES else None,
        "previous": page - 1 if page > 1 else None,
        "may_export": request.user.has_perm("orders.export_customer"),
        "note": WORTH_IS,
    }
    return TemplateResponse(
        request, "admin/orders/customers.html", context, status=422 if form.errors else 200
    )


def _cells(worth: customers.Worth) -> list[object]:
    if worth.customer_id:
        who = console.link(reverse("admin:accounts_user_change", args=[worth.customer_id]), worth.email)
    else:
        who = console.link(reverse("admin:orders_order_changelist", query={"q": worth.email}), worth.email)
    return [
        who,
        worth.name if worth.customer_id else "guest",
        worth.orders,
        format_money(worth.spent),
        console.when(worth.first_at),
        console.when(worth.last_at),
        worth.items,
    ]


def _headings(sort: str, query: str) -> list[tuple[str, str, str]]:
    """Name, address that sorts by it, and how it is sorted now, of each column; fixed columns have no address."""
    found = [("Customer", "", ""), ("Name", "", "")]
    for name, words in HEADINGS.items():
        order = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        turned = name if order == "descending" else f"-{name}"
        found.append((words, f"?{query}&sort={turned}" if query else f"?sort={turned}", order))
    return [*found, ("Pieces", "", "")]


@console.page("customers/export/", name="customers_export", permission="orders.export_customer")
def customers_export(site: AdminSite, request: HttpRequest) -> HttpResponseBase:
    """The same customers as a file."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    chosen = CustomersForm(request.GET)
    table = exports.exports["customers"]
    form = ExportForm(request.POST or None, tables=[table])
    if request.method == "POST" and form.is_valid():
        filters = {name: value for name, value in chosen.asked.items() if name not in {"sort", "p"}}
        words = ", ".join(f"{name}={value}" for name, value in filters.items())
        try:
            return hand_out(request, table, form.cleaned_data["format"], customers.customers(filters), words)
        except exports.TooLong as error:
            form.add_error("format", str(error))
    context = {
        **site.each_context(request),
        "title": "Export",
        "subtitle": "Customers",
        "form": form,
        "list_name": "customers",
        "is_narrowed": bool(chosen.asked),
        "back": f"{reverse('admin:customers')}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, "admin/export.html", context, status=422 if form.errors else 200)


@console.panel(User, permission=PERMISSION)
def worth_of_customer(user: User) -> console.Panel | None:
    worth = customers.lifetime_value(user)
    if not worth.orders:
        return None
    return console.Panel(
        "What they have been worth",
        ["Orders", "Pieces", "Spent", "First order", "Last order"],
        [
            [
                worth.orders,
                worth.items,
                format_money(worth.spent),
                console.when(worth.first_at),
                console.when(worth.last_at),
            ]
        ],
        note=WORTH_IS,
    )
