"""People in the console: who they are, what staff may do, and what staff did."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.models import AuditEntry, User
from accounts.roles import is_built_in
from accounts.services import end_sessions, invite
from config import console

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")
SUPERUSERS_TO_GIVE = ("is_superuser", "user_permissions")


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
    """Customers and staff.

    Who may give roles says who is staff and in which role, of others; never more than they have themselves, and
    nothing about superusers, who alone make superusers and set passwords. Staff who may not see customers only.
    """

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
        if request.user.is_superuser:
            return fixed
        return [*fixed, *(SUPERUSERS_TO_GIVE if gives_roles(request) and obj != request.user else POWERS)]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer roles as a short list, and to others than superusers only those that hold no more than they may."""
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        kwargs["widget"] = forms.CheckboxSelectMultiple
        kwargs["queryset"] = roles_to_give(request.user).order_by("name")
        return db_field.formfield(**kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return gives_roles(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None or request.user.is_superuser or not has_powers(obj):
            return True
        return gives_roles(request) and not obj.is_superuser

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
        if not change:
            invite(obj)
            return
        obj.save()
        if {*POWERS, "is_active"} & set(form.changed_data):
            end_sessions(obj, but=request.session.session_key)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep the roles that whoever saved could neither see nor give."""
        beyond = set(form.instance.groups.all()) - set(roles_to_give(request.user)) if change else set()
        super().save_related(request, form, formsets, change)
        form.instance.groups.add(*beyond)


def has_powers(user: User) -> bool:
    return user.is_staff or user.is_superuser


def gives_roles(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.give_roles")


def roles_to_give(user: Any) -> QuerySet[Group]:
    """The roles that hold nothing that this member of staff may not do."""
    if user.is_superuser:
        return Group.objects.all()
    mine = user.get_all_permissions()
    rows = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    others = [pk for app, codename, pk in rows if f"{app}.{codename}" not in mine]
    return Group.objects.exclude(permissions__in=others)


admin.site.unregister(Group)


@admin.register(Group)
class RoleDesk(console.Desk, GroupAdmin):
    """Roles: sets of permissions that staff share. Those of `accounts.roles` are the shop's own and change with it;
    others are a superuser's to make."""

    list_display = ("name", "origin")
    search_fields = ("name",)
    ordering = ("name",)

    @admin.display(description="made by")
    def origin(self, group: Group) -> str:
        return "the shop; changes with its updates" if is_built_in(group.name) else "you"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and not (obj and is_built_in(obj.name))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("auth.view_group")


@admin.register(AuditEntry)
class AuditDesk(console.ReadOnlyDesk):
    """What staff did to what, before and after."""

    list_display = ("at", "actor", "act", "subject", "change")
    list_display_links = ("at",)
    list_select_related = ("actor",)
    list_filter = (("at", admin.DateFieldListFilter), ("actor", admin.RelatedOnlyFieldListFilter), "act")
    search_fields = ("subject__startswith", "row__exact", "actor__email__startswith", "request_id__exact")
    search_help_text = (
        "What it was about (“order T-…”, “orders.order 12”), an e-mail address, or a request's number"
    )
    fields = ("at", "actor", "act", "subject", "row", "request_id", "before_text", "after_text")

    @admin.display(description="change")
    def change(self, entry: AuditEntry) -> str:
        return entry.change

    @admin.display(description="before")
    def before_text(self, entry: AuditEntry) -> str:
        return _pretty(entry.before)

    @admin.display(description="after")
    def after_text(self, entry: AuditEntry) -> str:
        return _pretty(entry.after)


def _pretty(value: object) -> str:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
