"""Categories: a tree of shelves. Renaming one renews, in the background, what its products are found by."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from config import console
from shop import services as shop
from shop import tasks
from shop.admin.former import former_addresses
from shop.models import Category


class CategoryForm(forms.ModelForm):
    class Meta:
        model = Category
        fields = ("name", "slug", "parent", "intro", "position", "is_active")

    def clean_parent(self) -> Category | None:
        """A shelf cannot stand in itself, nor in one that stands in it."""
        parent = self.cleaned_data["parent"]
        shelf = parent
        while shelf is not None:
            if shelf.pk == self.instance.pk:
                raise ValidationError(_("A category cannot stand in itself."))
            shelf = shelf.parent
        return parent


@admin.register(Category)
class CategoryDesk(console.Desk):
    form = CategoryForm
    list_display = ("name", "parent", "product_count", "position", "is_active")
    list_select_related = ("parent",)
    list_filter = ("is_active",)
    search_fields = ("name", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(product_count=Count("products"))

    @admin.display(description="products", ordering="product_count")
    def product_count(self, category: Any) -> int:
        return category.product_count

    def view_on_site(self, category: Category) -> str:
        return category.get_absolute_url()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {} if obj or not self.has_add_permission(request) else {"slug": ("name",)}

    def store(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        if not change:
            shop.create_category(obj)
            return
        shop.change_category(obj)
        if {"name", "parent"} & set(form.changed_data):
            tasks.refresh_category.enqueue(obj.pk)


@console.panel(Category, permission="shop.view_category")
def old_addresses(category: Category) -> console.Panel | None:
    return former_addresses(category.former_slugs.order_by("-since"), "shop:category")
