"""The HTML of the payment page, put together from the templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from . import money
from .card_form import Form, grouped
from .cards import CARDS, INCORRECT_NUMBER_EXAMPLE
from .countries import COUNTRIES
from .templating import Html, join, render

Doc = dict[str, Any]

NUMBER_HINT = "1234 1234 1234 1234"
GROUPS = (
    ("Succeeds", lambda card: not card.decline and not card.asks_for_3ds),
    ("Asks for 3-D Secure", lambda card: card.asks_for_3ds),
    ("Declined", lambda card: card.decline and not card.asks_for_3ds),
)


def page(title: str, body: Html) -> Html:
    return render("page.html", title=title, body=body)


def pay_page(session: Doc, lines: list[Doc], rates: list[Doc], shop: str, form: Form) -> Html:
    """The page on which the customer pays: what it costs, the card form, the test cards."""
    total = money.show(session["amount_total"], session["currency"])
    title = f"{'Error: ' if form.errors or form.problem else ''}Pay {shop} {total}"
    body = render(
        "pay.html",
        session=session["id"],
        summary=_summary(session, lines, rates, shop),
        problem=_problem(form),
        contact=_contact(session, form),
        delivery=_delivery(session, rates, form),
        card=_card(session, form),
        button=f"Pay {total}" if session["amount_total"] else "Complete order",
        custom_text=_custom_text(session),
        test_cards=_test_cards() if session["amount_total"] else Html(""),
    )
    return page(title, body)


def authentication_page(session: Doc, intent: Doc, method: Doc, shop: str) -> Html:
    """The bank's page between: is it really you?"""
    body = render(
        "authenticate.html",
        shop=shop,
        amount=money.show(intent["amount"], intent["currency"]),
        brand=method["card"]["brand"].title(),
        last4=method["card"]["last4"],
        cancel=_link(session["cancel_url"], f"Cancel and return to {shop}", "quiet-link"),
    )
    return page("Authenticate your payment", body)


def closed_page(session: Doc, shop: str, return_url: str) -> Html:
    """The page of a session that is complete or expired."""
    if session["status"] == "complete":
        head, text, url = "You're all done here", "This payment has been completed.", return_url
    else:
        head = "This checkout session has expired"
        text, url = "It can no longer be paid. Nothing was charged.", session["cancel_url"]
    return message_page(head, text, _link(url, f"Return to {shop}", "button"))


def message_page(head: str, text: str, action: Html) -> Html:
    return page(head, render("message.html", head=head, text=text, action=action))


def receipt_page(charge: Doc, shop: str) -> Html:
    card = charge["payment_method_details"]["card"]
    body = render(
        "receipt.html",
        shop=shop,
        amount=money.show(charge["amount_captured"] or charge["amount"], charge["currency"]),
        state="Paid" if charge["captured"] else "Authorised",
        refunded=_refunded(charge),
        brand=card["brand"].title(),
        last4=card["last4"],
        id=charge["id"],
    )
    return page("Receipt", body)


def shop_name(session: Doc, configured: str) -> str:
    """Who is paid: the name that was configured, else the address that the customer came from."""
    return configured or urlsplit(session["success_url"] or session["return_url"]).netloc


def _summary(session: Doc, lines: list[Doc], rates: list[Doc], shop: str) -> Html:
    return render(
        "_summary.html",
        shop=shop,
        back=_link(session["cancel_url"], f"Back to {shop}", "back", before="← "),
        total=money.show(session["amount_total"], session["currency"]),
        count="1 item" if len(lines) == 1 else f"{len(lines)} items",
        lines=join([_line(line) for line in lines]),
        totals=_totals(session, rates),
    )


def _line(line: Doc) -> Html:
    one = line["price"]["unit_amount"]
    each = f"{money.show(one, line['currency'])} each" if line["quantity"] > 1 and one is not None else ""
    image = line["product"]["images"][0] if line["product"]["images"] else ""
    return render(
        "_line.html",
        image=render("_image.html", url=image) if image.startswith(("http://", "https://")) else Html(""),
        name=line["description"],
        details=join(
            [_detail(text) for text in (line["product"]["description"], _quantity(line), each) if text]
        ),
        amount=money.show(line["amount_subtotal"], line["currency"]),
    )


def _quantity(line: Doc) -> str:
    return f"Qty {line['quantity']}" if line["quantity"] > 1 else ""


def _detail(text: str) -> Html:
    return render("_detail.html", text=text)


def _totals(session: Doc, rates: list[Doc]) -> Html:
    details, currency = session["total_details"], session["currency"]
    rows = []
    if details["amount_discount"] or rates:
        rows.append(("Subtotal", money.show(session["amount_subtotal"], currency)))
    if details["amount_discount"]:
        rows.append(("Discount", money.show(-details["amount_discount"], currency)))
    if rates:
        chosen = next(rate for rate in rates if rate["id"] == session["shipping_cost"]["shipping_rate"])
        cost = money.show(details["amount_shipping"], currency) if details["amount_shipping"] else "Free"
        rows.append((f"Shipping ({chosen['display_name']})", cost))
    return join([render("_total.html", label=label, amount=amount) for label, amount in rows])


def _problem(form: Form) -> Html:
    if form.problem:
        return render("_problem.html", text=form.problem)
    if form.errors:
        return render("_problem.html", text="Please check the fields marked below.")
    return Html("")


def _contact(session: Doc, form: Form) -> Html:
    if session["customer_email"]:
        email = render("_fixed.html", label="Email", value=session["customer_email"])
    else:
        email = _input(form, "email", "Email", kind="email", autocomplete="email")
    if session["phone_number_collection"]["enabled"]:
        return join([email, _input(form, "phone", "Phone number", kind="tel", autocomplete="tel")])
    return email


def _delivery(session: Doc, rates: list[Doc], form: Form) -> Html:
    parts = []
    if session["shipping_address_collection"]:
        allowed = session["shipping_address_collection"]["allowed_countries"]
        parts.append(
            render("_shipping.html", fields=_address(form, "ship_", allowed, "shipping", whole=True))
        )
    if len(rates) > 1:
        options = join([_rate(rate, session, form) for rate in rates])
        parts.append(render("_rates.html", options=options))
    return join(parts)


def _rate(rate: Doc, session: Doc, form: Form) -> Html:
    chosen = form.value("rate") or session["shipping_cost"]["shipping_rate"]
    amount = rate["fixed_amount"]["amount"]
    return render(
        "_rate.html",
        id=rate["id"],
        name=rate["display_name"],
        amount=money.show(amount, session["currency"]) if amount else "Free",
        checked=Html(" checked") if rate["id"] == chosen else Html(""),
    )


def _card(session: Doc, form: Form) -> Html:
    if not session["amount_total"]:
        return Html("")
    whole = session["billing_address_collection"] == "required"
    return render(
        "_card.html",
        number=_input(
            form, "number", "Card number", autocomplete="cc-number", numeric=True, hint=NUMBER_HINT
        ),
        expiry=_input(form, "expiry", "Expiry date", autocomplete="cc-exp", numeric=True, hint="MM / YY"),
        cvc=_input(form, "cvc", "Security code", autocomplete="cc-csc", numeric=True, hint="CVC"),
        name=_input(form, "name", "Name on card", autocomplete="cc-name"),
        address=_address(form, "", list(COUNTRIES), "billing", whole=whole),
    )


def _address(form: Form, prefix: str, countries: list[str], section: str, *, whole: bool) -> Html:
    def line(name: str, label: str, autocomplete: str, *, required: bool = True) -> Html:
        return _input(form, prefix + name, label, autocomplete=f"{section} {autocomplete}", required=required)

    country = _countries(form, f"{prefix}country", countries, section)
    postcode = line("postal_code", "Postcode", "postal-code", required=whole)
    if not whole:
        return render("_row.html", left=country, right=postcode)
    lines = [
        line("line1", "Address", "address-line1"),
        line("line2", "Apartment, floor (optional)", "address-line2", required=False),
        render("_row.html", left=postcode, right=line("city", "City", "address-level2")),
        country,
    ]
    if prefix:
        lines.insert(0, line("name", "Full name", "name"))
    return join(lines)


def _countries(form: Form, name: str, codes: list[str], section: str) -> Html:
    chosen = form.value(name) or ("DE" if "DE" in codes else codes[0])
    options = join(
        [
            render(
                "_option.html",
                code=code,
                name=COUNTRIES.get(code, code),
                selected=Html(" selected") if code == chosen else Html(""),
            )
            for code in codes
        ]
    )
    error, described = _error(form, name)
    return render(
        "_select.html",
        name=name,
        options=options,
        autocomplete=f"{section} country",
        error=error,
        described=described,
    )


def _input(
    form: Form,
    name: str,
    label: str,
    *,
    kind: str = "text",
    autocomplete: str,
    numeric: bool = False,
    hint: str = "",
    required: bool = True,
) -> Html:
    error, described = _error(form, name)
    return render(
        "_input.html",
        name=name,
        label=label,
        kind=kind,
        value=form.value(name),
        autocomplete=autocomplete,
        numeric=Html(' inputmode="numeric" spellcheck="false"') if numeric else Html(""),
        hint=hint,
        required=Html(" required") if required else Html(""),
        error=error,
        described=described,
    )


def _error(form: Form, name: str) -> tuple[Html, Html]:
    """Return the sentence beside a field, and what ties the field to it."""
    if name not in form.errors:
        return Html(""), Html("")
    first = next(iter(form.errors)) == name
    ties = render("_described.html", name=name, focus=Html(" autofocus") if first else Html(""))
    return render("_error.html", name=name, text=form.errors[name]), ties


def _custom_text(session: Doc) -> Html:
    submit = session["custom_text"]["submit"]
    return render("_custom_text.html", text=submit["message"]) if submit else Html("")


def _test_cards() -> Html:
    groups = []
    for title, belongs in GROUPS:
        cards = [_test_card(card.number, card.effect) for card in CARDS if belongs(card)]
        if title == "Declined":
            cards.append(_test_card(INCORRECT_NUMBER_EXAMPLE, "Incorrect number"))
        groups.append(render("_test_group.html", title=title, cards=join(cards)))
    return render("_test_cards.html", groups=join(groups))


def _test_card(number: str, effect: str) -> Html:
    return render("_test_card.html", number=number, shown=grouped(number), effect=effect)


def _refunded(charge: Doc) -> Html:
    amount = (
        charge["amount_refunded"] - (charge["amount"] - charge["amount_captured"])
        if charge["captured"]
        else 0
    )
    if amount <= 0:
        return Html("")
    return render("_total.html", label="Refunded", amount=money.show(amount, charge["currency"]))


def _link(url: str | None, text: str, css: str, *, before: str = "") -> Html:
    return render("_link.html", url=url, text=text, css=css, before=before) if url else Html("")
