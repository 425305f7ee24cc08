"""What every list and page of the console has in common."""

import re
from functools import cached_property, partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import DateTimeField, ManyToManyField, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from config.console.actions import actions_of
from config.console.acts import Act, Button, acts_of, group_reasons, in_order
from config.console.exporting import WRONGLY_ASKED, export_view, tables_of
from config.console.marks import with_marks
from config.console.panels import panels
from config.console.trail import audit, listening, traces_of
from config.console.words import moment, money
from config.money import MoneyField

MOST_ROWS = 10_000
MOST_TRACES = 200
MOST_NAMED = 100
MOST_WORDS = 6
LONGEST_KEY = 18  # digits, fewer than those of 2**63
MOST_LETTERS = 100
# From the year 1000 to one that another can follow.
DATE_PARTS = {
    "year": re.compile(r"(?!9999)[1-9][0-9]{3}"),
    "month": re.compile(r"[0-9]{1,2}"),
    "day": re.compile(r"[0-9]{1,2}"),
}


# What Django's filters and the console's links ask of a field.
LOOKUPS = (
    *("", "__exact", "__in", "__isnull", "__isempty", "__id__exact"),
    *("__gte", "__lt", "__year", "__month", "__day"),
)


class BoundedPaginator(Paginator):
    """Counts to `MOST_ROWS` and no further: what lies behind is reached by filters, not by leafing."""

    @cached_property
    def count(self) -> int:
        return cast(QuerySet, self.object_list)[:MOST_ROWS].count()


class MoneyInput(forms.TextInput):
    """Major units, such as 19.99; a number field would offer steps of one and refuse cents."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal", "class": "money-input", "autocomplete": "off"})


class ManyChoices(forms.ModelMultipleChoiceField):
    """Rows to choose; a number that no database can hold is no choice, where Django would ask the database for it."""

    def clean(self, value: Any) -> Any:
        for each in map(str, value or ()):
            if len(each) > LONGEST_KEY:
                words, code = self.error_messages["invalid_choice"], "invalid_choice"
                raise ValidationError(words, code=code, params={"value": f"{each:.20}"})
        return super().clean(value)


def _asked_by(list_filter: Any) -> str:
    """The word by which a filter of a list stands in an address: a field's name or the filter's own."""
    if isinstance(list_filter, tuple):
        return list_filter[0]
    return getattr(list_filter, "parameter_name", list_filter)


class Desk(admin.ModelAdmin):
    """A list and its pages. Saving leaves an audit entry; acts and panels that rooms signed up are shown."""

    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    view_on_site = False
    formfield_overrides = {
        MoneyField: {"widget": MoneyInput},
        ManyToManyField: {"form_class": ManyChoices},
    }
    natural_key = ""
    """A unique field by which other rooms link here: `admin:…_named`."""
    exports: tuple[str, ...] = ()
    """Tables that can be taken along from the list, with its filters, see `config.exports`."""
    linked_by: tuple[str, ...] = ()
    """Fields by which links of the console narrow the list, beside those of its filters."""
    audit_hides: frozenset[str] = frozenset()
    """Fields of whose change the audit tells, but not what they held: people may ask to be forgotten."""

    # --- finding ----------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list. Django reckons with dates in the address and with ticked rows before it looks at them, so that
        is done here."""
        if not self._has_sound_dates(request) or not self._has_sound_ticks(request):
            return redirect(f"{request.path}?{ERROR_FLAG}=1")
        may_export = bool(tables_of(request, self.exports))
        try:
            return super().changelist_view(request, {"may_export": may_export, **(extra_context or {})})
        except WRONGLY_ASKED:
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By what the desk declares: of any other field staff could guess, letter by letter, what no page shows."""
        filters = map(_asked_by, self.get_list_filter(request))
        declared = {"pk", self.opts.pk.name, self.date_hierarchy, *self.linked_by, *filters}
        return lookup in {f"{name}{ending}" for name in declared for ending in LOOKUPS}

    def _has_sound_dates(self, request: HttpRequest) -> bool:
        asked = {part: request.GET.get(f"{self.date_hierarchy}__{part}", "") for part in DATE_PARTS}
        return all(DATE_PARTS[part].fullmatch(text) for part, text in asked.items() if text)

    def _has_sound_ticks(self, request: HttpRequest) -> bool:
        try:
            for ticked in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(ticked, None)
        except ValidationError:
            return False
        return True

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Hand out what the list's filters leave as a file."""
        if not self._has_sound_dates(request):
            return redirect(f"../?{ERROR_FLAG}=1")
        return export_view(self, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search for a few words only: each adds conditions, and SQLite takes no more than a thousand."""
        words = search_term[:MOST_LETTERS].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_marks(super().get_queryset(request))

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The rows that are edited in the list: no more than a page of it shows, whatever is said of their number."""
        rows = self.list_max_show_all
        return super().get_changelist_formset(request, max_num=rows, absolute_max=rows, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Django's own, and those that rooms signed up."""
        signed_up = [] if IS_POPUP_VAR in request.GET else actions_of(self.model)
        mine = {each.name: each.for_django for each in signed_up if request.user.has_perm(each.permission)}
        return {**super().get_actions(request), **mine}

    # --- amounts and moments ------------------------------------------------------------------------
    def in_words(self, name: Any) -> Any:
        """Show an amount as money, where Django would show its minor units, and a moment in few letters."""
        field = {field.name: field for field in self.opts.concrete_fields}.get(name)
        if isinstance(field, MoneyField):
            return money(field.name, str(field.verbose_name))
        if isinstance(field, DateTimeField):
            return moment(field.name, str(field.verbose_name))
        return name

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        editable = self.list_editable if self.has_change_permission(request) else ()
        return [
            name if name in editable else self.in_words(name) for name in super().get_list_display(request)
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return list(fieldsets)
        return [
            (title, {**options, "fields": self._lines(options["fields"])}) for title, options in fieldsets
        ]

    def _lines(self, fields: Any) -> list[Any]:
        return [
            tuple(map(self.in_words, line)) if isinstance(line, list | tuple) else self.in_words(line)
            for line in fields
        ]

    # --- addresses --------------------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<path:object_id>/{act.name}/",
                view(partial(self.act_view, act=act)),
                name=f"{name}_{act.name}",
            )
            for act in acts_of(self.model)
        ]
        if self.exports:
            own.append(path("export/", view(self.export_view), name=f"{name}_export"))
        if self.natural_key:
            own.append(path("named/<path:key>/", view(self.named_view), name=f"{name}_named"))
        return [*own, *super().get_urls()]

    def address_of(self, row: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def named_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Lead to the page of the row with this natural key."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(**{self.natural_key: key[:200]}).first()
        if row is None:
            raise Http404
        return redirect(self.address_of(row))

    # --- a row's page -----------------------------------------------------------------------------
    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["panels"] = panels.of(request, obj)
            context["buttons"] = self.buttons(request, obj)
            context["reasons"] = group_reasons(context["buttons"])
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- acts -------------------------------------------------------------------------------------
    def buttons(self, request: HttpRequest, row: Model) -> list[Button]:
        """What this member of staff may do to the row, now or, greyed and with the reason, not now."""
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_"
        return in_order(
            Button(act, reverse(f"{address}{act.name}", args=[row.pk]), str(act.why_not(row)))
            for act in acts_of(self.model)
            if request.user.has_perm(act.permission) and act.is_shown(row)
        )

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        """Ask for what the act needs, then say what it will do, then do it; 409 if it cannot be done any more."""
        if not request.user.has_perm(act.permission) or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if reason := act.why_not(row):
            return self._say_why_not(request, row, act, reason)
        if request.method == "POST":
            return self._take(request, row, act)
        return self._ask(request, row, act, act.form_class(row=row))

    def _take(self, request: HttpRequest, row: Model, act: Act) -> HttpResponse:
        form = act.form_class(request.POST, row=row)
        if not form.is_valid():
            return self._ask(request, row, act, form, status=409 if form.is_overtaken else 422)
        if form.visible_fields() and "confirmed" not in request.POST:
            return self._ask(request, row, act, form, preview=act.preview(row, form.cleaned_data))
        try:
            done = self._do(request, row, act, form)
        except tuple(act.refusals) as error:
            return self._refuse(request, row, act, form, error)
        messages.success(request, done)
        return redirect(self.address_of(row))

    def _do(self, request: HttpRequest, row: Model, act: Act, form: forms.Form) -> str:
        """Do it; an act that leaves no entry in the audit trail by itself gets a plain one."""
        with listening(row) as heard:
            done = act.do(request, row, form.cleaned_data)
            if not heard:
                self.note(request, act.name, row)
        return done

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> Any:
        """Run an action on the rows that were ticked; what leaves no entry by itself gets a plain one."""
        rows = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not queryset.filter(pk__in=rows).exists():
            self.message_user(request, "None of them is there any more. Choose again.", messages.WARNING)
            return None
        with listening() as heard:
            response = super().response_action(request, queryset)
            name = request.POST.get("action", "")
            # Django's own deletion asks first, and tells of each row when it is meant.
            if (
                response is not None
                and not heard
                and name in self.get_actions(request)
                and name != "delete_selected"
            ):
                what = f"{len(rows)} {self.opts.verbose_name_plural}"
                audit(request.user, f"list: {name}", what, after={"rows": rows[:MOST_NAMED]})
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What staff did to this row, from the audit trail; what it was before and after is for its readers only."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": str(row),
            "opts": self.opts,
            "row": row,
            "row_address": self.address_of(row),
            "traces": traces_of(row, most=MOST_TRACES),
            "shows_change": request.user.has_perm("accounts.view_auditentry"),
        }
        return TemplateResponse(request, "admin/history.html", context)

    def _refuse(
        self, request: HttpRequest, row: Model, act: Act, form: forms.Form, error: Exception
    ) -> HttpResponse:
        """Tell why the service said no (409); what was typed stays, if it can be done in another way."""
        level, now = act.level_of(error), self.get_object(request, str(row.pk))
        if level != messages.WARNING and (now is None or act.why_not(now)):
            return self._say_why_not(request, now or row, act, str(error))
        if level != messages.ERROR:
            messages.add_message(request, level, str(error))
            return redirect(self.address_of(row))
        if not form.visible_fields():
            return self._say_why_not(request, row, act, str(error))
        form.add_error(None, str(error))
        return self._ask(request, now or row, act, form, status=409)

    def _say_why_not(self, request: HttpRequest, row: Model, act: Act, reason: str) -> HttpResponse:
        """Answer for an act that is not possible now, or no longer: 409 to who tried, 200 to who only looked."""
        context = {**self._context(request, row, act), "reason": reason, "traces": traces_of(row, most=3)}
        status = 409 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/act.html", context, status=status)

    def _context(self, request: HttpRequest, row: Model, act: Act) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": act.label,
            "subtitle": str(row),
            "opts": self.opts,
            "row": row,
            "row_address": self.address_of(row),
            "act": act,
        }

    def _ask(
        self,
        request: HttpRequest,
        row: Model,
        act: Act,
        form: forms.Form,
        *,
        preview: str = "",
        status: int = 0,
    ) -> HttpResponse:
        context = {
            **self._context(request, row, act),
            "words": "" if preview else act.tell(row),
            "preview": preview,
            "form": form,
        }
        status = status or (422 if form.errors else 200)
        return TemplateResponse(request, "admin/act.html", context, status=status)

    # --- saving -----------------------------------------------------------------------------------
    def store(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Save through a service where there is one; plain tables are simply saved."""
        obj.save()

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        self.store(request, obj, form, change)
        self.note_form(request, obj, form, change)

    def note_form(self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool) -> None:
        """Leave an audit entry of what a form changed, before and after."""
        names = form.changed_data
        before = {name: self._told(name, form.initial.get(name)) for name in names} if change else {}
        after = {name: self._told(name, form.cleaned_data.get(name)) for name in names}
        self.note(request, "change" if change else "add", obj, before=before, after=after)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.note(request, "delete", obj, before={"name": str(obj)})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def note(self, request: HttpRequest, act: str, obj: Model, **figures: dict[str, object]) -> None:
        what = obj._meta.verbose_name
        audit(request.user, f"{act} {what}", f"{what} {obj.pk}", row=obj, **figures)

    def _told(self, name: str, value: object) -> object:
        return "(not kept)" if name in self.audit_hides and value else value


class ReadOnlyDesk(Desk):
    """For ledgers and for rows that only services write: nothing here is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who may view it, or may change it through the acts."""
        return any(
            request.user.has_perm(f"{self.opts.app_label}.{act}_{self.opts.model_name}")
            for act in ("view", "change")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))
