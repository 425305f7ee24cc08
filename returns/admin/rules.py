"""Rules of returns by category and product, and on a product's page which of them count."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from config import console
from config.money import format_money
from returns.models import ReturnRule
from returns.services import policy
from shop.models import Product

MOST_DAYS = 3650


class RuleForm(forms.ModelForm):
    """One thing, and at least one word about it."""

    class Meta:
        model = ReturnRule
        fields = ("category", "product", "is_final_sale", "window_days", "most_per_line", "fee")
        labels = {"window_days": "Days to ask in", "fee": "Fee per piece"}
        help_texts = {"fee": "Taken off what goes back, where we are not at fault."}

    def clean_window_days(self) -> int | None:
        days: int | None = self.cleaned_data["window_days"]
        if days is not None and days > MOST_DAYS:
            raise forms.ValidationError(f"At most {MOST_DAYS} days.")
        return days

    def clean_fee(self) -> int | None:
        fee: int | None = self.cleaned_data["fee"]
        if fee is not None and fee < 0:
            raise forms.ValidationError("A fee cannot be less than nothing.")
        return fee

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        if bool(given["category"]) == bool(given["product"]):
            raise forms.ValidationError("Choose either a category or a product.")
        said = [given["window_days"], given["most_per_line"], given["fee"]]
        if not given["is_final_sale"] and all(each is None for each in said):
            raise forms.ValidationError("Say in what it differs from the usual; else no rule is needed.")
        return given


@admin.register(ReturnRule)
class ReturnRuleDesk(console.Desk):
    """How some goods differ from the shop's usual terms. Returns that were asked for keep the terms they had."""

    form = RuleForm
    list_display = ("thing", "window_words", "most_words", "fee_words", "final_word")
    list_display_links = ("thing",)
    list_select_related = ("category", "product")
    search_fields = ("category__name", "product__name")
    search_help_text = "Name of a category or a product"
    raw_id_fields = ("product",)
    fieldsets = (
        (
            "What it is about",
            {
                "fields": ("category", "product"),
                "description": "Either a category with all below it, or one product. A product’s own rule comes before "
                "its category’s, and a category’s before those above it; what a rule leaves empty, the next one says, "
                "and in the end the settings do.",
            },
        ),
        (
            "In what it differs",
            {
                "fields": ("is_final_sale", "window_days", "most_per_line", "fee"),
                "description": "Customers read the days, the fee and the final sale when they ask for a return. In the "
                "EU at least 14 days are theirs by law for most goods bought at a distance.",
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choose a category, but neither make nor change one from here."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "category" and field:
            for may in ("can_add_related", "can_change_related", "can_view_related"):
                setattr(field.widget, may, False)
        return field

    @admin.display(description="what")
    def thing(self, rule: ReturnRule) -> str:
        return f"Category {rule.category}" if rule.category else f"{rule.product}"

    @admin.display(description="window", ordering="window_days")
    def window_words(self, rule: ReturnRule) -> str:
        return "as usual" if rule.window_days is None else f"{rule.window_days} days"

    @admin.display(description="most pieces per line", ordering="most_per_line")
    def most_words(self, rule: ReturnRule) -> str:
        return "as usual" if rule.most_per_line is None else str(rule.most_per_line)

    @admin.display(description="fee per piece", ordering="fee")
    def fee_words(self, rule: ReturnRule) -> str:
        return "as usual" if rule.fee is None else format_money(rule.fee)

    @admin.display(description="final sale", ordering="is_final_sale")
    def final_word(self, rule: ReturnRule) -> str:
        return console.badge("final sale", "warn") if rule.is_final_sale else ""


@console.panel(Product, permission="shop.view_product")
def terms_of_product(product: Product) -> console.Panel:
    """What counts for it today, and who says so."""
    said = policy.said_of(product)
    return console.Panel(
        "Returns of it",
        ["What", "How it is", "Who says so"],
        [
            ["Window", f"{said.window_days.value} days after delivery", _who(said.window_days.rule)],
            [
                "Most pieces per line",
                "all of them" if said.most_per_line.value is None else said.most_per_line.value,
                _who(said.most_per_line.rule),
            ],
            ["Fee per piece", format_money(said.fee.value or 0), _who(said.fee.rule)],
            ["Final sale", "yes" if said.final_sale.value else "no", _who(said.final_sale.rule)],
        ],
        note="For returns asked for from now on. Fee and final sale do not count where we are at fault.",
    )


def _who(rule: ReturnRule | None) -> object:
    return console.change_link(rule) if rule else "the settings"
