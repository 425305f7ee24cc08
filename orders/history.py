"""A customer's own orders as they look for them: by where they stand, when they were placed, and by words."""

from datetime import date, datetime, time

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orders.models import Order, OrderLine

P = Order.PaymentState
F = Order.FulfilmentState
_OVER = Q(state=Order.State.CANCELLED) | Q(payment_state__in=[P.VOIDED, P.EXPIRED, P.REFUNDED])
# As `orders.words.status_of` tells them apart.
_STANDING = {
    "open": ~_OVER & Q(fulfilment_state=F.UNFULFILLED),
    "on_its_way": ~_OVER & Q(fulfilment_state__in=[F.PARTIAL, F.SHIPPED]),
    "delivered": ~_OVER & Q(fulfilment_state=F.DELIVERED),
    "over": _OVER,
}
_EARLIEST, _LATEST = date(1970, 1, 2), date(9000, 1, 1)
_DATE = {"class": "form-control", "type": "date", "min": "2000-01-01", "max": "9999-12-31"}


class HistoryForm(forms.Form):
    """What to look for; a wrong field says so and is left out of the search, the others still count."""

    q = forms.CharField(
        label=_("Search your orders"),
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "type": "search",
                "placeholder": _("Order number or product"),
                "autocomplete": "off",
            }
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All orders")),
            ("open", _("Being prepared")),
            ("on_its_way", _("On the way")),
            ("delivered", _("Delivered")),
            ("over", _("Cancelled or paid back")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("Choose a status from the list.")},
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE),
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.errors:
            attrs = self.fields[name].widget.attrs
            attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
            attrs["class"] += " is-invalid"

    @property
    def asked(self) -> dict[str, object]:
        """The fields that were filled in and make sense."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.asked or self.errors)


def orders_of(user: User, asked: dict) -> QuerySet[Order]:
    """The customer's own orders that fit, newest first, with their lines; two statements."""
    found = Order.objects.filter(customer=user)
    if standing := _STANDING.get(asked.get("status", "")):
        found = found.filter(standing)
    if since := asked.get("since"):
        found = found.filter(placed_at__gte=_moment(since, time.min))
    if until := asked.get("until"):
        found = found.filter(placed_at__lte=_moment(until, time.max))
    if words := asked.get("q"):
        found = found.filter(_holds(words))
    return found.prefetch_related("lines").order_by("-pk")


def _moment(day: date, clock: time) -> datetime:
    """The beginning or end of a day where the shop is; far beyond its life all days are alike, and none overflows."""
    day = min(max(day, _EARLIEST), _LATEST)
    return datetime.combine(day, clock, tzinfo=timezone.get_current_timezone())


def _holds(words: str) -> Q:
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    named = lines.filter(Q(name__icontains=words) | Q(label__icontains=words) | Q(sku__icontains=words))
    return Q(number__icontains=words) | Q(Exists(named))
