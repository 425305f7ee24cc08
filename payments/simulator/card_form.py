"""What a customer typed on the payment page: read, checked, and worded where it is wrong."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .cards import SENTENCES, Decline, by_number
from .countries import COUNTRIES, NEEDS_POSTCODE
from .methods import Entry

Doc = dict[str, Any]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})\s*\Z")
MAX_TYPED = 300

CARD_FIELDS = ("number", "expiry", "cvc")
FIELD_OF_CODE = {
    "incorrect_number": "number",
    "invalid_number": "number",
    "expired_card": "expiry",
    "invalid_expiry_month": "expiry",
    "invalid_expiry_year": "expiry",
    "incorrect_cvc": "cvc",
    "invalid_cvc": "cvc",
}
"""Beside which field a decline is shown; the others stand above the form."""


@dataclass
class Form:
    """The fields of the page, as typed, and what is wrong with them."""

    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str) -> str:
        return self.typed.get(name, "")

    def blame(self, decline: Decline) -> None:
        """Show a decline beside the field it is about, or above the form."""
        name = FIELD_OF_CODE.get(decline.code)
        if name:
            self.errors[name] = decline.message
        else:
            self.problem = decline.message

    def forget_card(self) -> None:
        """Never send a card number back to the page once it was tried."""
        for name in CARD_FIELDS:
            self.typed.pop(name, None)


def read(body: bytes) -> Form:
    """Read the posted form; unknown fields are ignored, overlong ones cut."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        pairs = []
    return Form({name: _clean(value) for name, value in pairs})


def fill(form: Form, number: str) -> None:
    """Put a test card into the form, and whatever else is still empty."""
    sample = {
        "expiry": f"12 / {(time.gmtime().tm_year + 4) % 100:02}",
        "name": "Test Customer",
        "country": "DE",
        "postal_code": "10115",
    }
    form.typed.update(number=grouped(number), cvc="1234" if number.startswith("3") else "123")
    for name, value in sample.items():
        if not form.value(name):
            form.typed[name] = value


def grouped(number: str) -> str:
    """Return a card number as it is printed: in fours, or 4-6-5 for American Express."""
    if number.startswith("3"):
        return f"{number[:4]} {number[4:10]} {number[10:]}"
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def check(form: Form, session: Doc) -> None:
    """Fill `form.errors` with a sentence for each field that is missing or wrong."""
    _check_contact(form, session)
    if session["amount_total"]:
        _check_card(form)
    _check_billing(form, session)
    if session["shipping_address_collection"]:
        _check_shipping(form, session)


def entry(form: Form) -> Entry:
    """Return a checked form as what the bank is asked."""
    month, year = _expiry(form.value("expiry")) or (12, 2040)
    return Entry(
        form.value("number"),
        exp_month=month,
        exp_year=year,
        cvc=form.value("cvc"),
        name=form.value("name") or None,
        email=form.value("email") or None,
        phone=form.value("phone") or None,
        address=_address(form, ""),
    )


def ship_to(form: Form, session: Doc) -> Doc | None:
    if not session["shipping_address_collection"]:
        return None
    return {"name": form.value("ship_name"), "address": _address(form, "ship_")}


def _check_contact(form: Form, session: Doc) -> None:
    if not session["customer_email"]:
        if not form.value("email"):
            form.errors["email"] = "Enter your email address."
        elif not EMAIL.match(form.value("email")):
            form.errors["email"] = "Enter an email address like name@example.com."
    if session["phone_number_collection"]["enabled"] and len(re.sub(r"\D", "", form.value("phone"))) < 6:
        form.errors["phone"] = "Enter a phone number."


def _check_card(form: Form) -> None:
    card = by_number(form.value("number"))
    if not form.value("number"):
        form.errors["number"] = "Enter your card number."
    elif isinstance(card, Decline) and card.code in FIELD_OF_CODE:
        form.errors["number"] = (
            "Your card number is invalid." if card.code == "incorrect_number" else card.message
        )
    problem = _expiry_problem(form.value("expiry"))
    if problem:
        form.errors["expiry"] = problem
    if not re.fullmatch(r"\d{3,4}", form.value("cvc")):
        form.errors["cvc"] = SENTENCES["invalid_cvc"] if form.value("cvc") else "Enter the security code."
    if not form.value("name"):
        form.errors["name"] = "Enter the name on the card."


def _check_billing(form: Form, session: Doc) -> None:
    if not session["amount_total"]:
        return
    if form.value("country") not in COUNTRIES:
        form.errors["country"] = "Choose a country."
    needed = session["billing_address_collection"] == "required"
    if not form.value("postal_code") and (needed or form.value("country") in NEEDS_POSTCODE):
        form.errors["postal_code"] = "Enter your postcode."
    if needed:
        _need(form, {"line1": "Enter your address.", "city": "Enter your city."})


def _check_shipping(form: Form, session: Doc) -> None:
    _need(
        form,
        {
            "ship_name": "Enter the recipient's name.",
            "ship_line1": "Enter the delivery address.",
            "ship_city": "Enter the city.",
            "ship_postal_code": "Enter the postcode.",
        },
    )
    if form.value("ship_country") not in session["shipping_address_collection"]["allowed_countries"]:
        form.errors["ship_country"] = "Choose a country that we deliver to."


def _need(form: Form, sentences: dict[str, str]) -> None:
    for name, sentence in sentences.items():
        if not form.value(name):
            form.errors[name] = sentence


def _expiry_problem(text: str) -> str:
    if not text:
        return "Enter the expiry date."
    when = _expiry(text)
    if when is None:
        return "Enter the expiry date as month and year, such as 12 / 34."
    now = time.gmtime()
    if not 1 <= when[0] <= 12:
        return SENTENCES["invalid_expiry_month"]
    if when[1] > now.tm_year + 50:
        return SENTENCES["invalid_expiry_year"]
    if (when[1], when[0]) < (now.tm_year, now.tm_mon):
        return "Your card's expiry date is in the past."
    return ""


def _expiry(text: str) -> tuple[int, int] | None:
    """Read "12 / 34", "1234" or "12/2034" as month and year."""
    match = EXPIRY.match(text)
    if not match:
        return None
    year = int(match[2])
    return int(match[1]), year if year > 99 else 2000 + year


def _address(form: Form, prefix: str) -> Doc:
    names = ("line1", "line2", "postal_code", "city", "state", "country")
    return {name: form.value(prefix + name) or None for name in names}


def _clean(value: str) -> str:
    return "".join(character for character in value.strip()[:MAX_TYPED] if character.isprintable())
