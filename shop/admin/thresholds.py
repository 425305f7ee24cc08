"""Low-stock rules in the console: a table by price, and on each item which of its rows applies."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from config import console
from config.money import format_money
from inventory.models import StockAlert, StockItem, StockLevel
from shop import services as shop
from shop.models import LowStockRule, Variant


class RuleForm(forms.ModelForm):
    class Meta:
        model = LowStockRule
        fields = ("price_from", "threshold")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "threshold" in self.fields:
            field = self.fields["threshold"]
            field.max_value = 1_000_000  # type: ignore[attr-defined]
            field.widget.attrs |= {"max": 1_000_000, "aria-label": field.label}


@admin.register(LowStockRule)
class LowStockRuleDesk(console.Desk):
    """From which price up an item is low with how many pieces. Items with a figure of their own keep it."""

    form = RuleForm
    list_display = ("prices", "threshold")
    list_display_links = ("prices",)
    fields = ("price_from", "threshold")

    @admin.display(description="price", ordering="price_from")
    def prices(self, rule: LowStockRule) -> str:
        return f"{format_money(rule.price_from)} and more, up to the next rule"

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": RuleForm, **kwargs})


def threshold_panel(item: StockItem) -> console.Panel | None:
    """Which price, which rule, which threshold; nothing of what is not sold."""
    variant = Variant.objects.filter(stock_item=item).select_related("product").first()
    if variant is None:
        return None
    why = shop.explain_threshold(item, variant.price, shop.all_rules())
    return console.Panel(
        "Why it is low from there",
        ["Variant", "Price", "Low from"],
        [[console.change_link(variant.product, variant), format_money(variant.price), why]],
        numbers=frozenset({1}),
    )


@console.panel(StockItem, permission="shop.view_product")
def threshold_of_item(item: StockItem) -> console.Panel | None:
    return threshold_panel(item)


@console.panel(StockLevel, permission="shop.view_product")
def threshold_of_level(level: StockLevel) -> console.Panel | None:
    return threshold_panel(level.item)


@console.panel(StockAlert, permission="shop.view_product")
def threshold_of_alert(alert: StockAlert) -> console.Panel | None:
    return threshold_panel(alert.item)
