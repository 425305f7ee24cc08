"""An order in words for people: where it stands, what happens next, how much tax is in it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext, to_locale
from django.utils.translation import gettext as _

from orders import services as orders
from orders.models import Order, OrderLine

P = Order.PaymentState
F = Order.FulfilmentState


@dataclass(frozen=True)
class Status:
    """Where an order stands: a title, what happens next, and a tone ("good", "wait", "over")."""

    title: str
    next: str
    tone: str


def unbroken(number: str) -> SafeString:
    """A number that no line is broken within."""
    return format_html('<span class="unbroken">{}</span>', number)


def status_of(order: Order, *, waits: int = 0) -> Status:
    """Say where the order stands; no query. `waits` is how many of its pieces have not come in yet."""
    if order.state == Order.State.CANCELLED:
        return Status(_("Cancelled"), _money_of_cancelled(order), "over")
    if order.payment_state in {P.VOIDED, P.EXPIRED}:
        return Status(
            _("Payment released"),
            _("Nothing was charged. Please order again if you still want these things."),
            "over",
        )
    if order.payment_state == P.REFUNDED:
        return Status(_("Refunded"), _all_back(order), "over")
    if order.is_for_counter and order.fulfilment_state in {F.SHIPPED, F.DELIVERED}:
        return Status(_("Collected"), _("Everything was handed over."), "good")
    if order.fulfilment_state == F.DELIVERED:
        return Status(_("Delivered"), _("We hope everything is as you wished."), "good")
    if order.fulfilment_state == F.SHIPPED:
        return Status(_("On its way"), _("Everything has left our warehouse."), "good")
    if order.fulfilment_state == F.PARTIAL:
        rest = (
            _("A part has left our warehouse; the rest is on backorder and follows when it has come in.")
            if waits
            else _("A part has left our warehouse; the rest follows.")
        )
        return Status(_("Partly on its way"), rest, "good")
    if order.waits_at_counter:
        return Status(_("To be collected"), _collecting_words(order), "wait")
    if order.is_for_counter:
        return Status(_("Paid"), _("It is handed over at the counter."), "good")
    if order.payment_state == P.AWAITING:
        return Status(_("Awaiting payment"), _("We start as soon as your payment is confirmed."), "wait")
    if waits:
        return Status(_("Being prepared"), _backorder_words(order), "wait")
    return Status(_("Being prepared"), _delivery_words(order), "wait")


def _all_back(order: Order) -> str:
    if order.is_for_counter:
        return _("We paid everything back, in cash or as store credit.")
    return _("We paid everything back. On a card it may take up to ten days to show.")


def _money_of_cancelled(order: Order) -> str:
    if order.is_for_counter:
        return _counter_money_of_cancelled(order)
    if order.payment_state in {P.REFUNDED, P.PART_REFUNDED}:
        return _("We paid your money back. On a card it may take up to ten days to show.")
    if order.payment_state in {P.CAPTURED, P.PART_CAPTURED}:
        return _("We are paying your money back.")
    released = _("Your card was not charged; the amount held on it is released.")
    return _with_credit(order, released)


def _counter_money_of_cancelled(order: Order) -> str:
    if order.payment_state == P.REFUNDED:
        return _("We paid your money back, in cash or as store credit.")
    if order.payment_state in {P.CAPTURED, P.PART_CAPTURED, P.PART_REFUNDED}:
        return _("You get your money back in cash or as store credit.")
    return _with_credit(order, _not_collected() if order.was_not_collected else _("Nothing was paid."))


def _with_credit(order: Order, words: str) -> str:
    """The same, with what became of the store credit where it paid a part."""
    if not order.credit_used:
        return words
    back = _("Your store credit is back.")
    return f"{words} {back}"


def _not_collected() -> str:
    return _("It was not collected in time, so its things are on sale again. Nothing was paid.")


def _collecting_words(order: Order) -> str:
    return _("Please collect it until %(day)s, and pay at the counter, in cash or by card.") % {
        "day": date_format(timezone.localtime(order.collect_until), "DATE_FORMAT")
    }


def _backorder_words(order: Order) -> str:
    if order.payment_state == P.AUTHORISED:
        return _("Some of it is on backorder: it ships when it has come in, and your card is charged then.")
    return _("Some of it is on backorder: it ships when it has come in.")


def _delivery_words(order: Order) -> str:
    is_paid = order.payment_state == P.CAPTURED
    packed = _("We pack it now.") if is_paid else _("We pack it now and charge your card when it ships.")
    if not order.delivery_days:
        return packed
    arrives = _("Delivery takes %(days)s.") % {"days": days(order.delivery_days)}
    return f"{packed} {arrives}"


_COUNTER_WORDS = {
    P.AWAITING: gettext_lazy("To be paid at the counter, when you collect it."),
    P.CAPTURED: gettext_lazy("Paid at the counter."),
    P.VOIDED: gettext_lazy("Nothing was paid."),
}
_PAYMENT_WORDS = {
    P.AWAITING: gettext_lazy("Not confirmed yet."),
    P.AUTHORISED: gettext_lazy("The amount is held on your card. It is charged when your order ships."),
    P.PART_CAPTURED: gettext_lazy("Paid; a part of what was held on your card was released."),
    P.CAPTURED: gettext_lazy("Paid."),
    P.PART_REFUNDED: gettext_lazy("Paid; a part was paid back."),
    P.REFUNDED: gettext_lazy("Paid back."),
    P.VOIDED: gettext_lazy("Released. Your card was not charged."),
    P.EXPIRED: gettext_lazy("Released. Your card was not charged."),
}


@dataclass(frozen=True)
class PaidWith:
    """What pays for an order, in minor units; `back` is store credit that was not needed after all.

    `card` is also what is paid at the counter.
    """

    credit: int
    back: int
    card: int


def paid_with(order: Order, *, credit: int, captured: int) -> PaidWith:
    """Say what pays for the order now: `credit` is in its payment, `captured` was charged; one query before that.

    Until the card is charged, what was cancelled has come off the store credit first.
    """
    if order.payment_state in {P.AWAITING, P.AUTHORISED}:
        captured = max(0, orders.owed(order) - credit)
    return PaidWith(credit, order.credit_used - credit, captured)


def payment_words_of(order: Order) -> str:
    """Say what has become of the money, as customers see it."""
    state = P(order.payment_state)
    at_counter = _COUNTER_WORDS.get(state) if order.is_for_counter else None
    return str(at_counter or _PAYMENT_WORDS[state])


def days(span: str) -> str:
    """Say a span such as "2-4" in words: "2 to 4 working days"."""
    first, _dash, last = span.partition("-")
    if not last or first == last:
        count = int(first) if first.isdecimal() else 0
        return ngettext("%(days)s working day", "%(days)s working days", count) % {"days": first}
    return _("%(first)s to %(last)s working days") % {"first": first, "last": last}


def percent(rate: int) -> str:
    """Say a tax rate in hundredths of a percent: 1900 is "19%", in German 770 is "7,7 %"."""
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return format_percent(Decimal(rate) / 10_000, locale=locale, decimal_quantization=False)


def weight(grams: int) -> str:
    """Say a weight exactly: 350 is "350 g", 1350 is "1.35 kg", in German "1,35 kg"."""
    if grams < 1000:
        return f"{grams} g"
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return f"{format_decimal(Decimal(grams) / 1000, locale=locale)} kg"


def tax_parts_of(order: Order, lines: Iterable[OrderLine]) -> list[tuple[str, int]]:
    """Return what the tax is made of: ("19%", amount) per rate of the goods, and the tax on delivery."""
    parts: dict[int, int] = defaultdict(int)
    for line in lines:
        parts[line.tax_rate] += line.tax
    named = [
        (_("%(rate)s on goods") % {"rate": percent(rate)}, amount)
        for rate, amount in sorted(parts.items(), reverse=True)
        if amount
    ]
    return [*named, (_("on delivery"), order.shipping_tax)] if order.shipping_tax else named


def steps_of(order: Order) -> list[tuple[str, bool]]:
    """Return the way of an order that is not over: (step, whether it is behind us); [] for one that is."""
    if status_of(order).tone == "over":
        return []
    shipped = order.fulfilment_state in {F.PARTIAL, F.SHIPPED, F.DELIVERED}
    delivered = order.fulfilment_state == F.DELIVERED
    paid = order.payment_state != P.AWAITING
    if order.is_for_counter:
        return [(_("Ordered"), True), (_("Paid"), paid), (_("Collected"), shipped)]
    shipping = _("Partly shipped") if order.fulfilment_state == F.PARTIAL else _("Shipped")
    return [
        (_("Ordered"), True),
        (_("Payment confirmed"), paid),
        (shipping, shipped),
        (_("Delivered"), delivered),
    ]


def contents_of(order: Order) -> str:
    """Say what is in an order in few words; reads `order.lines`, which a list loads beforehand."""
    lines = [line for line in order.lines.all() if not line.replaces_id]
    if not lines:
        return ""
    more = len(lines) - 1
    if not more:
        return lines[0].name
    words = ngettext("%(name)s and %(more)s more thing", "%(name)s and %(more)s more things", more)
    return words % {"name": lines[0].name, "more": more}
