"""What may be sent back, until when, and what it costs: the shop's terms, applied to the lines of one order.

The window counts in days of the shop's time zone from the day after delivery, or after dispatch where nobody noted the
delivery; at least as good as the 14 days of directive 2011/83/EU, article 9, as long as the setting is. The terms are
copied into a request when it is made, so that a later change of the rules does not touch it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.models import Order, OrderLine
from returns.models import ReturnRule
from shop.models import Category, Product


@dataclass(frozen=True)
class Terms:
    """What counts for one line; `until` is the last day on which a return may be asked for, None: nothing was sent.

    `fee` is minor units per piece.
    """

    is_final_sale: bool
    window_days: int
    most: int | None
    fee: int
    until: date | None

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "until": self.until.isoformat() if self.until else None}


@dataclass(frozen=True)
class Returnable:
    """A line of an order with its terms: how many pieces may be sent back now, and if none, why not."""

    line: OrderLine
    terms: Terms
    pieces: int
    why_not: str
    only_our_fault: str
    """Why it is taken back only if we are at fault; empty if for any reason."""


def returnables(order: Order) -> list[Returnable]:
    """Every line of the order, and what of it may be sent back today; five queries at most, however many lines."""
    lines = list(
        order.lines.select_related("variant__product__category", "order", "replaces").order_by("position")
    )
    rules = _rules_by_line(lines)
    sent = _last_days(order)
    return [_returnable(line, terms_of(rules[line.pk], sent.get(line.pk))) for line in lines]


def terms_of(rules: Sequence[ReturnRule], sent_on: date | None) -> Terms:
    """The terms by the first of a line's rules that says something, else by the settings."""
    days = _first(rules, "window_days", settings.RETURN_WINDOW_DAYS)
    return Terms(
        is_final_sale=any(rule.is_final_sale for rule in rules),
        window_days=days,
        most=_first(rules, "most_per_line", None),
        fee=_first(rules, "fee", settings.RETURN_FEE),
        until=sent_on + timedelta(days=days) if sent_on else None,
    )


@dataclass(frozen=True)
class Said:
    """One of the terms, and the rule that says it; none: the settings do."""

    value: int | None
    rule: ReturnRule | None


@dataclass(frozen=True)
class ProductTerms:
    """What counts for returns of a product that are asked for today, and who says so."""

    window_days: Said
    most_per_line: Said
    fee: Said
    final_sale: Said


def said_of(product: Product) -> ProductTerms:
    """The terms of a product; two queries."""
    rules = list(ReturnRule.objects.filter(Q(product=product) | ~Q(category=None)))
    found = _closest_to(rules, product, _parents(rules))

    def said(name: str, usual: int | None) -> Said:
        rule = next((each for each in found if getattr(each, name) is not None), None)
        return Said(getattr(rule, name) if rule else usual, rule)

    final = next((each for each in found if each.is_final_sale), None)
    return ProductTerms(
        said("window_days", settings.RETURN_WINDOW_DAYS),
        said("most_per_line", None),
        said("fee", settings.RETURN_FEE),
        Said(int(final is not None), final),
    )


def why_not_for(returnable: Returnable, reason_is_ours: bool) -> str:
    """Why this line cannot be sent back for such a reason, in a sentence; empty if it can."""
    return returnable.why_not or ("" if reason_is_ours else returnable.only_our_fault)


def _returnable(line: OrderLine, terms: Terms) -> Returnable:
    there = line.shipped - line.returned
    most = there if terms.most is None else min(there, max(terms.most - line.returned, 0))
    why = ""
    if line.cancelled == line.quantity:
        why = _("It was cancelled.")
    elif not line.shipped:
        why = _("It has not been sent yet.")
    elif not there:
        why = _("All of it is in a return already.")
    elif not most:
        why = _("At most %(most)s pieces of it are taken back.") % {"most": terms.most}
    elif terms.until and timezone.localdate() > terms.until:
        day = date_format(terms.until, "DATE_FORMAT")
        why = _("It could be sent back until %(day)s.") % {"day": day}
    only = _("It was a final sale: it is taken back only if we are at fault.") if terms.is_final_sale else ""
    return Returnable(line, terms, 0 if why else most, why, only)


def _rules_by_line(lines: Iterable[OrderLine]) -> dict[int, list[ReturnRule]]:
    """The rules for each line (by its pk); two queries."""
    products = {line.pk: line.variant.product for line in lines if line.variant}
    of_them = Q(product__in={product.pk for product in products.values()})
    rules = list(ReturnRule.objects.filter(of_them | ~Q(category=None))) if products else []
    parents = _parents(rules)
    return {
        line.pk: _closest_to(rules, products[line.pk], parents) if line.pk in products else []
        for line in lines
    }


def _closest_to(
    rules: Sequence[ReturnRule], product: Product, parents: Mapping[int, int | None]
) -> list[ReturnRule]:
    """The rules for a product, its own first, then up the tree of categories."""
    by_category = {rule.category_id: rule for rule in rules if rule.category_id}
    found = [rule for rule in rules if rule.product_id == product.pk]
    return found + [by_category[at] for at in _path(product.category_id, parents) if at in by_category]


def _parents(rules: Iterable[ReturnRule]) -> dict[int, int | None]:
    """What lies above each category, if any of these rules is of one."""
    is_needed = any(rule.category_id for rule in rules)
    return dict(Category.objects.values_list("pk", "parent_id")) if is_needed else {}


def _path(category: int | None, parents: Mapping[int, int | None]) -> list[int]:
    """A category and all above it, from below."""
    path: list[int] = []
    while category and category not in path:
        path.append(category)
        category = parents.get(category)
    return path


def _first(rules: Iterable[ReturnRule], name: str, usual: int | None) -> int:
    said = (getattr(rule, name) for rule in rules)
    return next((value for value in said if value is not None), usual)  # type: ignore[return-value]  # None only where the usual is


def _last_days(order: Order) -> dict[int, date]:
    """The day from which each line's window counts: when its last parcel was delivered, else sent."""
    days: dict[int, date] = {}
    for parcel in order.fulfilments.prefetch_related("lines"):
        day = timezone.localdate(parcel.delivered_at or parcel.shipped_at)
        for row in parcel.lines.all():
            days[row.line_id] = max(day, days.get(row.line_id, day))
    return days


def return_address() -> list[str]:
    """Whom and where returns are sent to, line by line: as the settings say, else the shop's own address."""
    return settings.RETURN_ADDRESS or [settings.SHOP_LEGAL_NAME, *settings.SHOP_ADDRESS]
