"""Settling many payments: a page that says what will happen to each, and one that tells what became of them."""

import secrets
from typing import Any, cast

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from accounts.models import User
from config import console
from config.money import format_money
from orders.models import Order
from payments import services
from payments.models import Payment, SettleRun, SettleRunLine
from payments.money_acts import Settle

PERMISSION = Settle.permission
SALT = "payments.settle_many"
# Seconds that a summary is good for, and between two looks at a run under way.
GOOD_FOR, LOOK_AGAIN = 3600, 3
TONES = {"settled": "good", "not settled": "bad", "unknown": "warn"}


@console.sign_up_action(Order, Payment, label="Settle …", permission=PERMISSION)
def settle_many(request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
    """Say of each chosen order or payment what settling would do; nothing happens yet."""
    chosen = list(rows.order_by().values_list("pk", flat=True)[: services.MOST_AT_ONCE + 1])
    if len(chosen) > services.MOST_AT_ONCE:
        words = f"At most {services.MOST_AT_ONCE} can be settled at once. Choose fewer."
        messages.error(request, words)
        return None
    about = "order" if rows.model is Order else "pk"
    plans = services.plan_settling(Payment.objects.filter(**{f"{about}__in": chosen}))
    return _page(request, plans, without=len(chosen) - len(plans), back=_list_of(rows.model))


def _list_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _page(request: HttpRequest, plans: list[services.Plan], *, without: int, back: str) -> HttpResponse:
    can = [plan for plan in plans if plan.amount]
    amounts = [(plan.payment.pk, plan.amount) for plan in can]
    context = {
        **admin.site.each_context(request),
        "title": "Settle",
        "can": can,
        "cannot": [plan for plan in plans if not plan.amount],
        "without": without,
        "total": sum(plan.amount for plan in can),
        "released": sum(plan.released for plan in can),
        "offer": signing.dumps({"key": secrets.token_hex(16), "amounts": amounts}, salt=SALT),
        "back": back,
    }
    return TemplateResponse(request, "admin/settle_many.html", context)


def _refusal(request: HttpRequest, words: str, refused: list[services.Outcome], status: int) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Nothing was settled",
        "refusal": words,
        "refused": refused,
        "back": _list_of(Payment),
    }
    return TemplateResponse(request, "admin/settle_many.html", context, status=status)


@admin.register(SettleRun)
class SettleRunDesk(console.ReadOnlyDesk):
    """Many payments settled with one press, and what became of each."""

    list_display = ("asked_at", "asked_by", "payments", "amount", "settled", "not_settled")
    list_select_related = ("asked_by",)
    list_filter = (("asked_at", admin.DateFieldListFilter),)
    fields = (("asked_at", "asked_by"),)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see payments may see what was done to many of them."""
        return request.user.has_perm("payments.view_payment") or request.user.has_perm(PERMISSION)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        of = {state: Count("lines", filter=Q(lines__state=state)) for state in ("settled", "refused")}
        return (
            super().get_queryset(request).annotate(lines_count=Count("lines"), sum=Sum("lines__amount"), **of)
        )

    @admin.display(description="payments")
    def payments(self, run: Any) -> int:
        return run.lines_count

    @admin.display(description="amount")
    def amount(self, run: Any) -> str:
        return format_money(run.sum or 0)

    @admin.display(description="settled")
    def settled(self, run: Any) -> int:
        return run.settled

    @admin.display(description="not settled")
    def not_settled(self, run: Any) -> int:
        return run.refused

    def get_urls(self) -> list[Any]:
        confirm = path(
            "confirm/", self.admin_site.admin_view(self.confirm), name="payments_settlerun_confirm"
        )
        return [confirm, *super().get_urls()]

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Do what the summary said, once however often it is sent; 409 if nothing of it can be done any more."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(_list_of(Payment))
        try:
            offer = signing.loads(request.POST.get("offer", ""), salt=SALT, max_age=GOOD_FOR)
        except signing.BadSignature:
            words = "What this page said is too old to be done. Choose the payments again."
            return _refusal(request, words, [], 422)
        run, is_new = services.open_run(offer["key"], dict(offer["amounts"]), by=cast(User, request.user))
        if is_new and len(offer["amounts"]) <= services.FEW:
            services.work_run(run, seconds=services.PATIENCE)
            refused = run.lines.filter(state=SettleRunLine.State.REFUSED).count()
            if refused == len(offer["amounts"]):
                words = "None of them could be settled any more."
                return _refusal(request, words, services.outcomes(run), 409)
        return redirect(self.address_of(run))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell what became of each; while some are under way, the page looks again by itself."""
        answer = super().change_view(request, object_id, *args, **kwargs)
        run = getattr(answer, "context_data", {}).get("original")
        if run is not None and not services.is_over(services.outcomes(run)):
            answer["Refresh"] = str(LOOK_AGAIN)
        return answer


@console.panel(SettleRun, permission="payments.view_payment")
def outcomes_of_run(run: SettleRun) -> console.Panel:
    found = services.outcomes(run)
    done = sum(each.word == "settled" for each in found)
    note = f"{done} of {len(found)} settled."
    if not services.is_over(found):
        note += " The others are under way; this page looks again by itself."
    return console.Panel(
        "What became of each",
        ["Payment of", "Amount", "Outcome", "In words"],
        [
            [
                console.change_link(each.line.payment, each.line.payment.checkout.number),
                format_money(each.line.amount),
                console.badge(each.word, TONES.get(each.word, "")),
                each.words,
            ]
            for each in found
        ],
        note=note,
        numbers=frozenset({1}),
    )
