"""What this room puts into pages of words: ways of delivery, and the cart's cookie."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config import kept
from orders.cart_cookie import NAME
from orders.models import ShippingMethod
from orders.services import COOKIE_DAYS
from shop.text import country_name


def cart() -> kept.Kept:
    lasts = ngettext("%(days)d day", "%(days)d days", COOKIE_DAYS) % {"days": COOKIE_DAYS}
    purpose = gettext_lazy(
        "Finds your cart again, and says how much is in it. Set when you put something in."
    )
    return kept.Kept(NAME, kept.COOKIE, purpose, lasts)


def delivery() -> str:
    """The ways of delivery as they are offered now: where to, for how much, how long."""
    rows = [
        {"method": method, "countries": _countries(method)}
        for method in ShippingMethod.objects.filter(is_active=True)
    ]
    return render_to_string("orders/_delivery.html", {"rows": rows})


def _countries(method: ShippingMethod) -> str:
    """The countries by name, in the order of the alphabet."""
    names = sorted(country_name(code) for code in method.countries.split())
    return ", ".join(names) or _("everywhere")
