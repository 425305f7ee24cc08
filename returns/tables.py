"""What this room puts into pages of words: the terms on which the shop takes things back, as they are now."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from returns.models import ReturnRule


@dataclass(frozen=True)
class Differing:
    """A category whose terms differ; what is None is as usual. `fee` is minor units per piece."""

    name: str
    url: str
    is_final_sale: bool
    window_days: int | None
    most: int | None
    fee: int | None


def terms() -> str:
    """The usual terms, and the categories that differ; two queries, however many."""
    rules = ReturnRule.objects.filter(category__is_active=True).select_related("category")
    rows = [
        Differing(
            rule.category.name,
            rule.category.get_absolute_url(),
            rule.is_final_sale,
            rule.window_days,
            rule.most_per_line,
            rule.fee,
        )
        for rule in rules.order_by("category__position", "category__name")
        if rule.category
    ]
    context = {
        "rows": rows,
        "has_products": ReturnRule.objects.filter(product__is_active=True).exists(),
        "window_days": settings.RETURN_WINDOW_DAYS,
        "fee": settings.RETURN_FEE,
        "pays_postage": settings.RETURN_POSTAGE_PAID,
        "refunds_delivery": settings.RETURN_REFUNDS_DELIVERY,
        "arrives_within": settings.RETURN_ARRIVES_WITHIN_DAYS,
    }
    return render_to_string("returns/_terms.html", context)
