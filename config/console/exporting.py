"""Handing out tables as files: from a list, with its filters, and never without a trace of who took them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from config import exports
from config.console.trail import audit
from config.exports import Export

MOST_COUNTED = 10_000
# A list that is asked by what its desk does not declare, by no value of a field, or by more than the database can hold.
WRONGLY_ASKED = (IncorrectLookupParameters, DisallowedModelAdminLookup, OverflowError, DataError)


class ExportForm(forms.Form):
    what = forms.ChoiceField(label="What", widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label="As", choices=[("csv", "CSV"), ("xlsx", "XLSX")], initial="csv", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, tables: Sequence[Export], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["what"]
        field.choices = [(each.name, each.title) for each in tables]  # type: ignore[attr-defined]
        field.initial = tables[0].name


def tables_of(request: HttpRequest, names: Sequence[str]) -> list[Export]:
    """Those of these tables that this member of staff may take along."""
    found = [exports.exports[name] for name in names if name in exports.exports]
    return [each for each in found if request.user.has_perm(each.permission)]


def export_view(desk: Any, request: HttpRequest) -> HttpResponseBase:
    """Ask which table and in which form, say how many rows the list's filters leave, and hand the file out."""
    tables = tables_of(request, desk.exports)
    if not tables or not desk.has_view_permission(request):
        raise PermissionDenied
    back = f"../?{request.GET.urlencode()}" if request.GET else "../"
    try:
        rows = desk.get_changelist_instance(request).queryset
    except WRONGLY_ASKED:
        return redirect(f"../?{ERROR_FLAG}=1")
    form = ExportForm(request.POST or None, tables=tables)
    if request.method == "POST" and form.is_valid():
        export = exports.exports[form.cleaned_data["what"]]
        try:
            return hand_out(request, export, form.cleaned_data["format"], rows, _filters(request))
        except exports.TooLong as error:
            form.add_error("format", str(error))
    count = rows[:MOST_COUNTED].count()
    context = {
        **desk.admin_site.each_context(request),
        "title": "Export",
        "subtitle": str(desk.opts.verbose_name_plural),
        "opts": desk.opts,
        "form": form,
        "count": f"{MOST_COUNTED:,} or more" if count >= MOST_COUNTED else f"{count:,}",
        "is_narrowed": bool(_filters(request)),
        "back": back,
    }
    return TemplateResponse(request, "admin/export.html", context, status=422 if form.errors else 200)


def _filters(request: HttpRequest) -> str:
    """What the address asks of the list, without what is about looks."""
    kept = [
        (name, value)
        for name, value in parse_qsl(request.META["QUERY_STRING"])
        if name not in {"o", "p", "all"}
    ]
    return urlencode(kept)


def hand_out(
    request: HttpRequest, export: Export, form: str, queryset: QuerySet, filters: str
) -> HttpResponseBase:
    """The file, once it is written down who takes what along. Raises exports.TooLong."""
    rows = export.rows(queryset)
    filename = f"{export.name}-{timezone.localdate():%Y-%m-%d}.{form}"
    response: HttpResponseBase
    if form == "xlsx":
        response = FileResponse(exports.xlsx_file(export, rows), as_attachment=True, filename=filename)
    else:
        response = StreamingHttpResponse(exports.as_csv(export.columns, rows))
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Content-Type"] = exports.FORMATS[form]
    audit(request.user, "export", export.title, after={"format": form, "filters": filters[:1000] or "none"})
    return response
