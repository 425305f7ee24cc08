"""How orders look in the console."""

from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from config import console
from shop.text import country_name

TONES = {
    "authorised": "good",
    "captured": "good",
    "completed": "good",
    "shipped": "good",
    "delivered": "good",
    "unfulfilled": "warn",
    "partial": "warn",
    "awaiting": "warn",
    "open": "warn",
    "awaiting_link": "warn",
    "awaiting_payment": "warn",
    "cancelled": "bad",
    "failed": "bad",
    "expired": "bad",
}
# Paid for, or at least certain to be: such orders may leave the house.


# --- words ------------------------------------------------------------------------------------------
def state_badge(state: str, words: str) -> SafeString:
    return console.badge(words, TONES.get(state, ""))


def address_lines(address: dict[str, str]) -> SafeString:
    """An address as people write it, empty parts left out."""
    place = " ".join(filter(None, [address.get("postcode"), address.get("city"), address.get("region")]))
    country = country_name(address["country"]) if address.get("country") else ""
    named = [address.get(part, "") for part in ("name", "company", "street", "street2")]
    number = address.get("vat_number", "")
    lines = [*named, place, country, address.get("phone", ""), number and f"VAT number {number}"]
    return format_html_join("", "{}<br>", [(line,) for line in lines if line])


def percent(hundredths: int) -> str:
    return f"{Decimal(hundredths) / 100:f} %".replace(".00 ", " ")


def stock_link(sku: str) -> SafeString:
    return console.link(reverse("admin:inventory_stockitem_named", args=[sku]), sku)
