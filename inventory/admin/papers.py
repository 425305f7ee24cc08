"""What receipts and counts have in common: begun with a form, carried on with buttons."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from config import console
from inventory import services as inventory


class PaperDesk(console.ReadOnlyDesk):
    """Papers of the warehouse: a form begins one, and only its buttons change it."""

    add_fields: tuple[Any, ...]

    def begin(self, request: HttpRequest, given: dict[str, Any]) -> Model:
        """Call the service that begins such a paper."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [(None, {"fields": self.add_fields})] if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [] if obj is None else flatten_fieldsets(self.get_fieldsets(request, obj))

    def render_change_form(self, request, context, *args, **kwargs):
        """Offer one way to save: it leads to the paper's page."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save; if the service says no to what the form let through, nothing was saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except inventory.InventoryError as error:
            messages.error(request, f"Nothing was saved: {error}")
        return redirect(request.get_full_path())

    def store(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        begun = self.begin(request, form.cleaned_data)
        obj.pk, obj.number = begun.pk, begun.number  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, f"{obj} is begun.")
        return redirect(self.address_of(obj))
