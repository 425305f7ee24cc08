"""People in the console: who they are, what staff may do, and what staff did."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.models import AuditEntry, User
from accounts.services import invite
from config import console

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class InviteForm(forms.ModelForm):
    """Somebody new: they get a mail with a link to set a password, so nobody else ever knows it."""

    class Meta:
        model = User
        fields = ("email", "full_name", "is_staff", "groups")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class ChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserDesk(console.Desk, UserAdmin):
    """Customers and staff. Only a superuser says who is staff, and only a superuser edits staff."""

    list_display = ("email", "full_name", "is_active", "is_staff", "roles", "joined_at")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "full_name")
    ordering = ("-pk",)
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "full_name", "is_active", "password")}),
        ("What they may do", {"fields": POWERS}),
        ("When", {"fields": ("joined_at", "last_login", "email_verified_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "full_name", "is_staff", "groups")}),)
    form = ChangeForm
    add_form = InviteForm
    add_form_template = None
    readonly_fields = ("joined_at", "last_login", "email_verified_at")
    audit_hides = frozenset({"email", "full_name"})

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address is the person's own to change, with proof; powers are a superuser's to give."""
        fixed = [*self.readonly_fields, *(["email"] if obj else [])]
        return fixed if request.user.is_superuser else [*fixed, *POWERS]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not has_powers(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: orders and ledgers name them. `is_active` ends the account."""
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """Setting somebody's password is taking over their account, so it is a superuser's act, and noted."""
        if not request.user.is_superuser:
            raise PermissionDenied
        if request.method != "POST":
            return super().user_change_password(request, id, form_url)
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if response.status_code == 302:
                console.audit(request.user, "set password", f"user {id}")
        return response

    def store(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if change:
            obj.save()
        else:
            invite(obj)


def has_powers(user: User) -> bool:
    return user.is_staff or user.is_superuser


admin.site.unregister(Group)


@admin.register(Group)
class RoleDesk(console.Desk, GroupAdmin):
    """Roles: sets of permissions that staff share; a superuser's to change."""

    search_fields = ("name",)
    ordering = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(AuditEntry)
class AuditDesk(console.ReadOnlyDesk):
    """What staff did to what, before and after."""

    list_display = ("at", "actor", "act", "subject", "change")
    list_display_links = ("at",)
    list_select_related = ("actor",)
    list_filter = (("at", admin.DateFieldListFilter), "act")
    search_fields = ("subject__startswith", "actor__email__startswith")
    fields = ("at", "actor", "act", "subject", "before_text", "after_text")

    @admin.display(description="change")
    def change(self, entry: AuditEntry) -> str:
        names = [name for name in entry.after if entry.after.get(name) != entry.before.get(name)]
        steps = (f"{name}: {entry.before.get(name, '–')} → {entry.after[name]}" for name in names)
        return "; ".join(steps)[:160]

    @admin.display(description="before")
    def before_text(self, entry: AuditEntry) -> str:
        return _pretty(entry.before)

    @admin.display(description="after")
    def after_text(self, entry: AuditEntry) -> str:
        return _pretty(entry.after)


def _pretty(value: object) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
